"""A file of facts is read as a whole or refused as a whole, with each mistake at its place."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lag_tracker import demonstration
from lag_tracker.demonstration.facts import SECTIONS, MeetingFacts
from lag_tracker.demonstration.reading import Known, read_facts
from lag_tracker.demonstration.shapes import Shape, parts, references
from lag_tracker.errors import FactsRefused
from lag_tracker.paths import CHECKOUT

FACTS = Path(demonstration.__file__).with_name("urbact_latvia.yaml").read_text(encoding="utf-8")

SMALL = """\
sources:
  - {key: page, publisher: Pašvaldība, title_lv: Ziņas}
people:
  - {key: anna, name: Anna Bērziņa}
networks:
  - {key: streets, name: Streets, kind: transfer}
groups:
  - {key: ours, name_lv: Mūsu grupa, kind: other, members: [{person: anna}]}
initiatives:
  - {key: trees, group: ours, title_lv: Koki, history: [{state: proposed}]}
meetings:
  - key: first
    kind: workshop
    starts_on: 2020-11-10
    groups: [ours]
    speakers: [{person: anna}]
    agenda: [{title_lv: Ievads, presenters: [anna]}]
decisions:
  - {key: yes_to_trees, meeting: first, text_lv: Stādīt kokus}
"""


def mistakes(text: str, *, known: Known | None = None) -> list[str]:
    with pytest.raises(FactsRefused) as refused:
        read_facts(text.encode(), known=known)
    return refused.value.mistakes


def mistakes_if_any(content: bytes) -> list[str] | None:
    """Return None for a good file; any other end than a refusal is an error of the test."""
    try:
        read_facts(content)
    except FactsRefused as refused:
        return refused.mistakes
    return None


def changed(old: str, new: str) -> str:
    assert SMALL.count(old) == 1
    return SMALL.replace(old, new)


def test_a_good_file_is_read() -> None:
    facts = read_facts(SMALL.encode())
    assert len(facts) == 7
    assert [record.key for record in facts.section("meetings")] == ["first"]


def test_the_demonstration_is_a_good_file() -> None:
    assert len(read_facts(FACTS.encode())) == 94


def test_the_example_in_the_documentation_is_a_good_file() -> None:
    page = (CHECKOUT / "docs" / "facts-file.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    assert len(read_facts(example.encode())) == 4


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        (
            "starts_on: 2020-11-10",
            "starts_on: 2020-13-40",
            'line 14, column 16, meetings[1].starts_on: "2020-13-40" is no date, there is no such day',
        ),
        (
            "starts_on: 2020-11-10",
            "starts_on: tomorrow",
            (
                'line 14, column 16, meetings[1].starts_on: "tomorrow" is no date; '
                "write 2020-12-31, 2020-12, 2020 or unknown"
            ),
        ),
        (
            "starts_on: 2020-11-10",
            "starts_on: 2020-11-10\n    ends_on: 2020-11-09",
            "line 12, column 5, meetings[1]: this ends before it starts",
        ),
        (
            "starts_on: 2020-11-10",
            "starts_on: 2020-11\n    ends_on: 2020-11-12",
            "line 12, column 5, meetings[1]: this needs ends_on written as finely as starts_on",
        ),
        (
            "starts_on: 2020-11-10",
            "starts_on: 2020-11\n    starts_at_time: 18:00",
            "line 12, column 5, meetings[1]: this has a starts_at_time and needs a whole date",
        ),
        (
            "starts_on: 2020-11-10",
            "starts_on: 2026-03-29\n    starts_at_time: 03:30",
            "line 12, column 5, meetings[1]: this starts at a time that the clocks skip on that day",
        ),
        (
            "    starts_on: 2020-11-10\n",
            "",
            "line 12, column 5, meetings[1].starts_on: this field is missing",
        ),
        (
            "starts_on: 2020-11-10",
            "starts_on: 2020-11-10\n    staff: 4",
            "line 15, column 12, meetings[1].staff: there is no such field; did you mean state?",
        ),
        (
            "title_lv: Ievads,",
            "titel_lv: Ievads,",
            "line 17, column 25, meetings[1].agenda[1].titel_lv: there is no such field; did you mean title_lv?",
        ),
        (
            "groups: [ours]",
            "groups: [our]",
            'line 15, column 14, meetings[1].groups[1]: no record of groups has the key "our"; did you mean ours?',
        ),
        (
            "groups: [ours]",
            "groups: ours",
            "line 15, column 13, meetings[1].groups: this must be a list",
        ),
        (
            "presenters: [anna]",
            "presenters: [anna, anna]",
            'line 17, column 52, meetings[1].agenda[1].presenters[2]: "anna" stands in this list twice',
        ),
        (
            "speakers: [{person: anna}]",
            "speakers: []",
            'line 17, column 46, meetings[1].agenda[1].presenters[1]: "anna" is not among the speakers of the meeting',
        ),
        (
            "kind: workshop",
            "kind: party",
            (
                "line 13, column 11, meetings[1].kind: \"party\" is not one of 'local_group', 'core_group', 'joint', "
                "'steering', 'transnational', 'kick_off', 'public_event', 'workshop', 'training', 'study_visit', "
                "'bilateral_call', 'general_assembly' or 'other'"
            ),
        ),
        (
            "{key: anna, name: Anna Bērziņa}",
            "{key: anna, name: Anna Bērziņa}\n  - {key: anna, name: Anna Ozola}",
            'line 5, column 11, people[2].key: "anna" is the key of an earlier record too',
        ),
        (
            "name_lv: Mūsu grupa, ",
            "",
            "line 8, column 5, groups[1]: this needs name_lv or name_en",
        ),
        (
            "name: Anna Bērziņa",
            "name: ''",
            'line 4, column 23, people[1].name: "" is empty; leave the field out instead',
        ),
        (
            "name: Anna Bērziņa",
            'name: "Anna\\0Bērziņa"',
            'line 4, column 23, people[1].name: "Anna\\x00Bērziņa" holds a character that cannot be shown',
        ),
        (
            "name: Anna Bērziņa",
            "name: Anna, name: Zane",
            "line 4, column 29, people[1].name: this field is given twice",
        ),
        (
            "members: [{person: anna}]",
            "parent: ours",
            "line 8, column 59, groups[1].parent: a group cannot stand above itself",
        ),
        (
            "members: [{person: anna}]",
            "members: [{person: anna, substitute_for: anna}]",
            "line 8, column 92, groups[1].members[1].substitute_for: this must be another member of the group",
        ),
        (
            "history: [{state: proposed}]",
            "history: [{state: declined}]",
            "line 10, column 57, initiatives[1].history[1]: this needs reason_lv or reason_en",
        ),
        (
            "history: [{state: proposed}]",
            "history: []",
            "line 10, column 56, initiatives[1].history: this list is empty",
        ),
        (
            "text_lv: Stādīt kokus",
            "text_lv: Stādīt kokus, agenda_item: 2",
            "line 19, column 77, decisions[1].agenda_item: the meeting's agenda has no item 2",
        ),
        (
            "text_lv: Stādīt kokus",
            "text_lv: Stādīt kokus, votes_for: 3",
            "line 19, column 5, decisions[1]: this has votes and needs method vote",
        ),
        (
            "name: Streets, ",
            "name: Streets, cites: [{source: page, aspect: colour}], ",
            'line 6, column 66, networks[1].cites[1].aspect: "colour" is no field of this record',
        ),
        (
            "name: Streets, ",
            "name: Streets, cites: [{source: page, aspect: import_key}], ",
            'line 6, column 66, networks[1].cites[1].aspect: "import_key" is no field of this record',
        ),
        (
            "decisions:",
            "decision:",
            "line 19, column 3, decision: there is no such section; did you mean decisions?",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(old: str, new: str, mistake: str) -> None:
    assert mistakes(changed(old, new)) == [mistake]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "line 1: the file must hold sections such as sources: or meetings:"),
        ("- a\n- b\n", "line 1: the file must hold sections such as sources: or meetings:"),
        ("people: 5\n", "line 1, column 9, people: this must be a list of records"),
        ("people: [5]\n", "line 1, column 10, people[1]: this must be a record with named fields"),
        ("people: [&a {key: x, name: Y}, *a]\n", "aliases are not used here, write the value out"),
        ("people:\n  - {key: [\n", "not well-formed YAML"),
        ("people:\n\t- x\n", "not well-formed YAML"),
        ("a: \x00\n", "line 1: there is a character that cannot be shown"),
        ("people: !!python/object:os.system [x]\n", "has no meaning here|must be a"),
        ("people: " + "[" * 5000, "nested too deeply"),
        ("? [a, b]\n: c\n", "line 1, column 3, the name of a field must be one word"),
    ],
)
def test_what_is_no_list_of_records_is_refused(text: str, mistake: str) -> None:
    found = mistakes(text)
    assert any(part in found[0] for part in mistake.split("|")), found


def test_a_file_in_another_encoding_is_refused_with_the_line() -> None:
    with pytest.raises(FactsRefused) as refused:
        read_facts("people:\n  - {key: a, name: Ķirsis}\n".encode("windows-1257"))
    assert refused.value.mistakes == ["line 2: the file is not written in UTF-8"]


def test_all_mistakes_are_named_at_once_in_the_order_of_the_file() -> None:
    text = changed("groups: [ours]", "groups: [theirs]").replace("2020-11-10", "2020-99").replace("Anna B", "\\u0007B")
    text = text.replace("kind: transfer", "kind: barter")
    assert [line.split(":")[0] for line in mistakes(text)] == [
        "line 6, column 41, networks[1].kind",
        "line 14, column 16, meetings[1].starts_on",
    ]


def test_a_record_with_a_mistake_may_still_be_referred_to() -> None:
    assert len(mistakes(changed("kind: workshop", "kind: party"))) == 1


def test_a_record_loaded_before_may_be_referred_to() -> None:
    text = changed("groups: [ours]", "groups: [theirs]")
    assert len(read_facts(text.encode(), known=Known(keys={"groups": {"theirs"}}))) == 7


def test_an_address_that_another_record_has_is_refused() -> None:
    text = changed("name: Streets,", "name: Streets, slug: refill,")
    known = Known(slugs={"networks": {"refill": "refill"}})
    assert mistakes(text, known=known) == [
        'line 6, column 41, networks[1].slug: "refill" is the address of another record'
    ]


def test_a_plain_no_is_text_and_no_truth_value() -> None:
    facts = read_facts(b"municipalities: [{key: oslo, name_lv: Oslo, country: NO}]")
    assert facts.section("municipalities")[0].country == "NO"  # type: ignore[attr-defined]


def test_a_date_is_as_fine_as_it_is_written() -> None:
    written = {"2020-02": ("2020-02-01", "2020-02-29", "month"), "2020": ("2020-01-01", "2020-12-31", "year")}
    for text, expected in written.items():
        meeting = read_facts(changed("2020-11-10", text).encode()).section("meetings")[0]
        assert isinstance(meeting, MeetingFacts)
        assert tuple(map(str, meeting.starts_on)) == expected


@pytest.mark.parametrize("section", SECTIONS)
def test_every_field_fills_a_column_or_a_list_of_its_model(section: str) -> None:
    shape: type[Shape] = SECTIONS[section]
    for kind in (shape, *parts(shape).values()):
        mapped = {*kind.fills.__mapper__.attrs.keys(), "key", "cites", "groups", "partners", "members"}
        fields = {f"{name}_id" if name in references(kind) else name for name in kind.model_fields}
        strangers = {name for name in fields if name not in mapped and name.removesuffix("_id") not in mapped}
        assert strangers - {"agenda_item"} == set()


LINES = FACTS.splitlines()
JUNK = st.one_of(
    st.sampled_from(
        [
            "",
            "~",
            "[",
            "}",
            ": ",
            "- ",
            "'",
            '"',
            "#",
            "*x",
            "&x ",
            "!!set ",
            "\t",
            "\x00",
            "\u0085",
            "\ud7ff",
            "0",
            "2020-02-30",
        ]
    ),
    st.text(max_size=8),
)


@settings(max_examples=60, deadline=None)
@given(number=st.integers(0, len(LINES) - 1), column=st.integers(0, 200), cut=st.integers(0, 40), junk=JUNK)
@example(number=60, column=8, cut=0, junk="[" * 2000)
def test_a_file_broken_at_any_place_is_read_or_refused_in_sentences(
    number: int, column: int, cut: int, junk: str
) -> None:
    line = LINES[number]
    broken = [*LINES[:number], line[:column] + junk + line[column + cut :], *LINES[number + 1 :]]
    found = mistakes_if_any("\n".join(broken).encode("utf-8", "surrogatepass"))
    assert found is None or all(sentence.startswith("line ") and sentence.isprintable() for sentence in found)
    assert found != []


@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert mistakes_if_any(content) != []
