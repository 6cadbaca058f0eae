"""Tables as files: CSV and XLSX, read with distrust and written so that no cell is ever taken for a formula."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from lag_tracker.errors import RuleBroken

#: The types that files are sent as.
TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
#: What a file may hold; the head is one row more.
MOST_BYTES, MOST_ROWS, MOST_COLUMNS = 1_000_000, 2000, 40
#: What a workbook may become when it is unpacked. A full one of `MOST_ROWS` rows and twenty columns takes half of
#: the bytes and half of the tags, each of which costs its reader some hundred bytes of memory.
MOST_UNPACKED, MOST_PARTS, MOST_TAGS = 5_000_000, 500, 500_000
#: What a spreadsheet takes for the beginning of a formula, also behind blanks, and in East Asian settings in full width
#: (OWASP, "CSV injection").
FORMULA_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: Signs after which some read anew, so that what follows may be a formula.
BREAKS = ("\t", "\r", "\n")
LONGEST_CELL = 32_767
WIDEST = 60
DELIMITERS = ";,\t"
#: Between the cells of a CSV that we write: what Excel expects on a computer set up for the language. In Latvia a comma
#: parts the decimals, and Excel would leave a row with commas whole in its first column.
DELIMITER_IN = {"lv": ";", "en": ","}

Table = list[list[str]]
Cell = str | int | date | time | None


def read_table(content: bytes) -> Table:
    """Return the rows of a CSV or XLSX file as texts; empty ones stay, so that rows keep their numbers.

    The content tells which kind of file it is. Raises RuleBroken, in words for whoever chose the file, for what cannot
    be read, holds nothing, or is too large.
    """
    if len(content) > MOST_BYTES:
        raise RuleBroken(gettext("The file is larger than 1 MB. Send it in parts."))
    rows = _read_workbook(content) if content.startswith(b"PK\x03\x04") else _read_csv(content)
    table = [_without_end(row) for row in rows]
    while table and not table[-1]:
        table.pop()
    if not table:
        raise RuleBroken(gettext("The file holds no rows."))
    if sum(map(bool, table)) > MOST_ROWS + 1:
        raise RuleBroken(gettext("The file holds more than %(most)d rows. Send it in parts.", most=MOST_ROWS))
    return table


def _without_end(row: list[str]) -> list[str]:
    """Return a row without the empty cells at its end."""
    filled = [number for number, cell in enumerate(row, 1) if cell]
    return row[: filled[-1]] if filled else []


def _read_csv(content: bytes) -> Table:
    text = _decoded(content)
    if text is None or any(sign < " " and sign not in "\t\r\n" for sign in text):
        raise RuleBroken(
            gettext("This is neither a CSV file nor an Excel workbook (.xlsx). Save the table as one of them.")
        )
    head = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    rows: Table = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append([cell.strip() for cell in row[:MOST_COLUMNS]])
            if len(rows) > 2 * MOST_ROWS:
                break
    except csv.Error:
        raise RuleBroken(
            gettext(
                "The file cannot be read from row %(number)d on: a quotation mark is missing.", number=len(rows) + 1
            )
        ) from None
    return rows


def _decoded(content: bytes) -> str | None:
    """Return the text of a file as Excel saves it: UTF-8 with or without its mark, else the Baltic code page."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1257"] if b"\x00" not in content else []
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _read_workbook(content: bytes) -> Table:
    """Return the first sheet; formulas are not worked out, what Excel worked out itself counts."""
    try:
        _check_parts(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False, keep_vba=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        return [
            [_written(cell) for cell in row]
            for row in sheet.iter_rows(max_row=2 * MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
        ]
    except RuleBroken:
        raise
    except Exception as fault:
        # A workbook can be broken in more ways than its reader has names for.
        raise RuleBroken(gettext("The Excel workbook cannot be read. Save it anew, or as CSV.")) from fault


def _check_parts(content: bytes) -> None:
    """Refuse an archive that is no workbook, would fill the memory, or brings definitions of its own."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise RuleBroken(gettext("The workbook is too large. Copy the table into a new one."))
        if "xl/workbook.xml" not in archive.namelist():
            raise RuleBroken(
                gettext("This is neither a CSV file nor an Excel workbook (.xlsx). Save the table as one of them.")
            )
        # Whatever its name, any part may be the one that the workbook calls its sheet.
        for part in parts:
            _check_part(archive.read(part))


def _check_part(content: bytes) -> None:
    """Refuse a part that an XML reader would take long for, or in which definitions cannot be looked for."""
    # Readers guess UTF-16 by these signs. Excel writes UTF-8, and what holds NUL besides, such as pictures and the
    # settings of printers, does not begin with a tag.
    is_hidden = b"\x00" in content and content.lstrip(b"\xff\xfe\x00 \t\r\n").startswith(b"<")
    if is_hidden or b"<!DOCTYPE" in content:
        raise RuleBroken(gettext("The Excel workbook cannot be read. Save it anew, or as CSV."))
    if content.count(b"<") > MOST_TAGS:
        raise RuleBroken(gettext("The workbook is too large. Copy the table into a new one."))


def _written(cell: Any) -> str:
    """Return a cell as somebody would have typed it."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None or isinstance(cell, bool) else str(cell).strip()


def unquoted(cell: str) -> str:
    """Return a cell without the apostrophe by which we, or Excel, marked it as text."""
    return cell[1:] if cell.startswith("'") and begins_formula(cell[1:]) else cell


def begins_formula(text: str) -> bool:
    """Tell whether a spreadsheet may take a text for a formula."""
    return text.startswith(BREAKS) or text.lstrip().startswith(FORMULA_SIGNS)


def as_file(ending: str, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], *, lang: str) -> bytes | None:
    """Return a table as a file of one of the `TYPES`, None when `ending` is none of them."""
    if ending == "xlsx":
        return as_xlsx(title, head, rows)
    return as_csv(head, rows, delimiter=DELIMITER_IN[lang]) if ending == "csv" else None


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]], *, delimiter: str = ",") -> bytes:
    """Return a table as CSV in UTF-8 with its mark, which Excel needs; every cell in quotation marks."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, delimiter=delimiter)
    writer.writerow(head)
    writer.writerows([_quoted(_plain(cell)) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _quoted(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; an apostrophe keeps +371 26 123 456 what it is."""
    return f"'{text}" if begins_formula(text) else text


def _plain(cell: Cell) -> str:
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def as_xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as a workbook of one sheet, its head in bold and standing still; no text is ever a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    sheet.freeze_panes = "A2"
    body = [list(row) for row in rows]
    for number, name in enumerate(head):
        widest = max([len(name), *(len(_plain(row[number])) for row in body)], default=0)
        sheet.column_dimensions[get_column_letter(number + 1)].width = min(widest, WIDEST) + 2
    sheet.append([_as_cell(sheet, name, is_head=True) for name in head])
    for row in body:
        sheet.append([_as_cell(sheet, cell) for cell in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _as_cell(sheet: Any, value: Cell, *, is_head: bool = False) -> Any:
    """Return what openpyxl writes: a cell of its own only where one is needed, because each costs time."""
    text = _legible(value) if isinstance(value, str) else None
    is_guessed = text is not None and (begins_formula(text) or text.startswith("#"))
    if not (is_head or is_guessed or isinstance(value, date)):
        return text if text is not None else value
    cell = WriteOnlyCell(sheet, value=text if text is not None else value)  # type: ignore[arg-type]
    if is_guessed:
        # Told to be text; the mark keeps it so when somebody edits it.
        cell.data_type = "s"
        cell.quotePrefix = True
    if isinstance(value, date):
        cell.number_format = "dd.mm.yyyy"
    if is_head:
        cell.font = Font(bold=True)
    return cell


def _legible(text: str) -> str:
    """Return a text that XML can hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")[:LONGEST_CELL]


def _sheet_name(title: str) -> str:
    """Return a title as a sheet may be called: no more than 31 signs, and none that Excel forbids."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in title)[:31].strip() or "Sheet"
