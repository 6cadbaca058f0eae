"""Tables as files: what is read, what is refused, and what a spreadsheet makes of what is written."""

import csv
import io
import re
import zipfile
from datetime import date, datetime, time

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from lag_tracker.errors import RuleBroken
from lag_tracker.sheets import as_csv, as_xlsx, read_table, unquoted

#: As a workbook holds a day.
A_DAY = datetime(2026, 9, 1)  # noqa: DTZ001 -- workbooks know no zones
pytestmark = pytest.mark.sqlite_only


def workbook(*rows: list[object]) -> bytes:
    book, written = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(written)
    return written.getvalue()


def packed(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return written.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1257", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_csv_is_read_as_excel_saves_it(encoding: str, delimiter: str) -> None:
    text = f'Vārds{delimiter}"Organizācija"\r\n\r\n Šķēle {delimiter}"A ""B"""\r\n'
    assert read_table(text.encode(encoding)) == [["Vārds", "Organizācija"], [], ["Šķēle", 'A "B"']]


def test_a_workbook_is_read_with_its_days_and_numbers_as_typed() -> None:
    content = workbook(["Vārds", "Kopš", "Tālrunis", "x"], ["Anna", A_DAY, 26123456, True], [None])
    assert read_table(content) == [["Vārds", "Kopš", "Tālrunis", "x"], ["Anna", "2026-09-01", "26123456"]]


def test_a_formula_is_never_worked_out() -> None:
    assert read_table(workbook(["Vārds", "=1+1"], ["Anna", '=HYPERLINK("https://x.example")'])) == [["Vārds"], ["Anna"]]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", "The file holds no rows."),
        (b" \r\n;;\r\n", "The file holds no rows."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "This is neither a CSV file nor an Excel workbook (.xlsx)."),
        (b"%PDF-1.7\x00\x01", "This is neither"),
        (b"\x89PNG\r\n\x1a\n\x00", "This is neither"),
        (b'a;"b\r\nc;d\r\n', "The file cannot be read from row 1 on: a quotation mark is missing."),
        (b"a\n" * 2002, "The file holds more than 2000 rows."),
        (b"a\n" * 500_001, "The file is larger than 1 MB."),
        (packed(a_txt=b"x"), "This is neither"),
        (b"PK\x03\x04 broken", "The Excel workbook cannot be read."),
        (packed(xl__workbook_xml=b"<a>"), "The Excel workbook cannot be read."),
        (packed(xl__workbook_xml=b"<!DOCTYPE x [<!ENTITY a 'b'>]><a/>"), "The Excel workbook cannot be read."),
        (packed(xl__workbook_xml=b"", x_xml=bytes(5_000_001)), "The workbook is too large."),
        (packed(xl__workbook_xml=b"", a_png=b"<c/>" * 500_001), "The workbook is too large."),
        (packed(xl__workbook_xml=b"", **{f"x{n}_xml": b"" for n in range(501)}), "The workbook is too large."),
    ],
)
def test_what_is_no_table_is_refused_in_words(app: Flask, content: bytes, refusal: str) -> None:
    with app.test_request_context("/en/groups"):
        app.preprocess_request()
        with pytest.raises(RuleBroken, match=re.escape(refusal)):
            read_table(content)


@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/sheet1.png"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_no_sheet_brings_definitions_of_its_own(app: Flask, encoding: str, name: str) -> None:
    sheet = (
        '<!DOCTYPE w [<!ENTITY a "Anna">]><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetData><row r="1"><c t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>'
    )
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["Vārds"]))) as honest, zipfile.ZipFile(written, "w") as changed:
        for part in honest.namelist():
            content = honest.read(part).replace(b"xl/worksheets/sheet1.xml", name.encode())
            own_name = name if part == "xl/worksheets/sheet1.xml" else part
            changed.writestr(own_name, sheet.encode(encoding) if own_name == name else content)
    with app.test_request_context("/en/groups"), pytest.raises(RuleBroken):
        read_table(written.getvalue())


def test_a_workbook_may_hold_the_settings_of_a_printer() -> None:
    written = io.BytesIO(workbook(["Vārds"], ["Anna"]))
    with zipfile.ZipFile(written, "a") as archive:
        archive.writestr("xl/printerSettings/printerSettings1.bin", "HP LaserJet\0<A4>".encode("utf-16-le"))
    assert read_table(written.getvalue()) == [["Vārds"], ["Anna"]]


def test_a_lone_cell_far_down_costs_nothing() -> None:
    book, written = Workbook(), io.BytesIO()
    book.active["A1"] = "Vārds"  # type: ignore[index]
    book.active["XFD1048576"] = "x"  # type: ignore[index]
    book.save(written)
    assert read_table(written.getvalue()) == [["Vārds"]]


@given(st.binary(max_size=300))
def test_whatever_is_sent_is_read_or_refused(content: bytes) -> None:
    app = Flask(__name__)
    with app.app_context():
        try:
            table = read_table(content)
        except RuleBroken:
            return
        except KeyError:
            return  # Flask-Babel is not set up here, so the words of a refusal cannot be found
    assert all(isinstance(cell, str) for row in table for cell in row)


FORMULAS = [
    *("=1+1", "+371 26 123 456", "-2", "@SUM(A1)", "\tx", "\rx", "\nx", " =1+1", "\u00a0@A1"),
    *("\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20A1"),
]
HARMLESS = ["ok", "", '"', "a;b,c", "a\nb", "a=b", " a"]
HOSTILE = [*FORMULAS, *HARMLESS]


def test_no_cell_of_a_csv_begins_a_formula() -> None:
    content = as_csv(["A"], [[text] for text in HOSTILE])
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows[1:]] == [*(f"'{text}" for text in FORMULAS), *HARMLESS]
    assert [unquoted(row[0]) for row in rows[1:]] == HOSTILE
    assert content.decode("utf-8-sig").splitlines()[1] == '"\'=1+1"'


def test_texts_of_a_workbook_are_texts_and_days_are_days() -> None:
    row = ["=1+1", " \uff1d1+1", None, 7, date(2026, 9, 1), time(18)]
    sheet = load_workbook(io.BytesIO(as_xlsx("Biedri: 2026/[1]", list("ABCDEF"), [row]))).active
    assert sheet is not None
    cells = list(sheet[2])
    assert sheet.title == "Biedri  2026  1"
    assert [(cell.value, cell.data_type) for cell in cells] == [
        ("=1+1", "s"),
        (" \uff1d1+1", "s"),
        (None, "n"),
        (7, "n"),
        (A_DAY, "d"),
        (time(18), "d"),
    ]
    assert [cell.quotePrefix for cell in cells[:2]] == [True, True]
    assert sheet.freeze_panes == "A2"


@given(st.lists(st.lists(st.text(alphabet=st.characters(codec="utf-8")), min_size=2, max_size=2), max_size=5))
def test_any_text_may_be_written(rows: list[list[str]]) -> None:
    assert as_csv(["A", "B"], rows)
    book = load_workbook(io.BytesIO(as_xlsx("x", ["A", "B"], rows)))
    assert all(cell.data_type != "f" for row in book["x"].iter_rows() for cell in row)
