"""Every page that lists records: it can be narrowed down by its address, and saved as just what it then shows.

Whoever adds a page adds a line to LISTS, or to NO_LISTS with the reason; the first test says so.
"""

import csv
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import html5lib
import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.account import Account, Role
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.comment import CommentState
from lag_tracker.models.group import GroupKind, MemberRole
from lag_tracker.models.letter import LetterState
from lag_tracker.models.meeting import MeetingState
from lag_tracker.models.network import NetworkKind, PartnerRole, Partnership
from lag_tracker.models.organisation import Sector
from lag_tracker.models.source import Source
from lag_tracker.models.theme import Theme
from lag_tracker.paths import TEMPLATES
from tests import factories
from tests.reading import links, texts, words_of
from tests.visitors import signed_in

Statements = Callable[[], AbstractContextManager[list[str]]]


class List(NamedTuple):
    """A page with a list, the file of it, and what both show: all of it, and by each way of narrowing it down."""

    file: str
    #: The column of the file that names the records.
    head: str
    everything: list[str]
    narrowed: dict[str, list[str]]
    #: What the address needs for a record of `world`.
    record: dict[str, Any] = {}  # noqa: RUF012 -- nobody changes it
    #: Why the list cannot be narrowed down.
    reason: str = ""


FEW = "a group has a handful of them"
#: Ends with being dealt with, so that it is short by itself.
WAITS = "holds what waits for an answer, and is empty at the end of a good day"
OURS = {"group": "kekava"}

LISTS: dict[str, List] = {
    "accounts.index": List(
        "exports.account_list",
        "E-mail address",
        ["admin@x.example", "anna@x.example", "juris@x.example"],
        {
            "role=administrator": ["admin@x.example"],
            "role=manager": ["anna@x.example"],
            "role=nothing": ["juris@x.example"],
            "state=closed": ["juris@x.example"],
            "q=berzina": ["anna@x.example"],
        },
    ),
    "audit.index": List(
        "exports.change_list",
        "Name",
        ["Liepājas partnerība", "Ķekavas grupa"],
        {
            "group=kekava": ["Ķekavas grupa"],
            "deed=changed&noun=group&group=liepaja": ["Liepājas partnerība"],
            "deed=erased": [],
        },
    ),
    "audit.record": List(
        "exports.record_change_list",
        "Name",
        ["Ķekavas grupa"],
        {},
        record={"noun": "group", "number": 1},
        reason="what happened to one record belongs together",
    ),
    "calendars.month": List(
        "exports.meeting_list",
        "Meeting",
        ["Ziemas sanāksme", "Decembra sanāksme"],
        {"group=kekava": ["Ziemas sanāksme"], "network=cities&municipality=kekava": ["Ziemas sanāksme"]},
        record={"year": 2026, "month": 12},
    ),
    "calendars.past": List(
        "exports.meeting_list",
        "Meeting",
        ["Rudens sanāksme", "Pavasara sanāksme"],
        {"municipality=liepaja": ["Pavasara sanāksme"], "kind=local_group&group=kekava": ["Rudens sanāksme"]},
    ),
    "calendars.upcoming": List(
        "exports.meeting_list",
        "Meeting",
        ["Ziemas sanāksme", "Decembra sanāksme"],
        {"group=liepaja": ["Decembra sanāksme"]},
    ),
    "calendars.year": List(
        "exports.meeting_list",
        "Meeting",
        ["Rudens sanāksme", "Ziemas sanāksme", "Decembra sanāksme"],
        {"network=cities": ["Rudens sanāksme", "Ziemas sanāksme"]},
        record={"year": 2026},
    ),
    "decisions.index": List(
        "exports.decision_list",
        "Decision",
        ["Velonovietnes jābūvē", "Ostu padziļināt"],
        {"group=kekava": ["Velonovietnes jābūvē"], "year=2025": ["Ostu padziļināt"]},
    ),
    "groups.index": List(
        "exports.group_list",
        "Group",
        ["Kodols", "Liepājas partnerība", "Ķekavas grupa"],
        {
            "kind=leader_lag": ["Liepājas partnerība"],
            "municipality=kekava": ["Kodols", "Ķekavas grupa"],
            "network=cities": ["Ķekavas grupa"],
            "q=LIEPAJA": ["Liepājas partnerība"],
            "kind=core_group&q=liepaja": [],
        },
    ),
    "initiatives.board": List(
        "exports.initiative_list",
        "Initiative",
        ["Mobilitātes punkti", "Zivju tirgus"],
        {"group=kekava": ["Mobilitātes punkti"]},
    ),
    "initiatives.listing": List(
        "exports.initiative_list",
        "Initiative",
        ["Mobilitātes punkti", "Zivju tirgus"],
        {"group=kekava": ["Mobilitātes punkti"], "state=proposed&group=liepaja": ["Zivju tirgus"]},
    ),
    "letters.failed": List(
        "exports.failed_letter_list",
        "Letter",
        ["Sanāksme pārcelta", "Sanāksme atcelta"],
        {},
        reason=WAITS,
    ),
    "members.index": List(
        "exports.member_list",
        "Name and surname",
        ["Anna Bērziņa", "Zane Kalniņa", "Ieva Liepa"],
        {
            "office=chair": ["Anna Bērziņa"],
            "sector=public": ["Zane Kalniņa"],
            "still=former": ["Ieva Liepa"],
            "q=biedriba": ["Anna Bērziņa"],
            "office=chair&still=former": [],
        },
        record=OURS,
    ),
    "milestones.of_group": List(
        "exports.group_milestone_list", "Title", ["Ceļvedis jāiesniedz"], {}, record=OURS, reason=FEW
    ),
    "milestones.of_network": List(
        "exports.network_milestone_list",
        "Title",
        ["Tīkls noslēdzas"],
        {},
        record={"network": "cities"},
        reason="a network has a handful of them",
    ),
    "municipalities.index": List(
        "exports.municipality_list",
        "Municipality",
        ["Liepāja", "Mārupes novads", "Ķekavas novads"],
        {
            "network=cities": ["Ķekavas novads"],
            "groups=without": ["Mārupes novads"],
            "q=marupe": ["Mārupes novads"],
            "network=cities&groups=without": [],
        },
    ),
    "networks.index": List(
        "exports.network_list",
        "Network",
        ["Arrival Cities", "Cities4CSR"],
        {
            "kind=transfer": ["Arrival Cities"],
            "theme=mobilitate": ["Cities4CSR"],
            "q=liepaja": ["Arrival Cities"],
            "theme=mobilitate&q=liepaja": [],
        },
    ),
    "organisations.index": List(
        "exports.organisation_list",
        "Name in Latvian",
        ["Biedrība Velo", "Pagasts", "Senioru klubs"],
        {"sector=public": ["Pagasts"], "sector=none": ["Senioru klubs"], "q=velo": ["Biedrība Velo"], "q=nav": []},
    ),
    "people.index": List(
        "exports.people_list",
        "Name and surname",
        ["Anna Bērziņa", "Zane Kalniņa", "Ieva Liepa", "Pēteris Zviedris"],
        {"group=kekava": ["Anna Bērziņa", "Zane Kalniņa"], "q=biedriba": ["Anna Bērziņa"], "q=nav": []},
    ),
    "proposals.mine": List(
        "exports.own_proposal_list", "Proposal", ["Soli pie skolas"], {}, reason="one person makes a handful of them"
    ),
    "proposals.queue": List("exports.proposal_list", "Proposal", ["Soli pie skolas", "Tirgus diena"], {}, reason=WAITS),
    "roles.index": List(
        "exports.role_list",
        "E-mail address",
        ["uzaicinata@grupas.example", "anna@x.example"],
        {},
        record=OURS,
        reason=FEW,
    ),
    "search.results": List(
        "exports.search_list",
        "Title",
        [],
        {"q=velonovietne": ["Velonovietnes jābūvē", "Rudens sanāksme"], "q=kekava&subject=group": ["Ķekavas grupa"]},
    ),
    "sources.index": List(
        "exports.source_list",
        "Title",
        ["Par ostu", "Par projektu"],
        {"publisher=URBACT": ["Par projektu"], "cited=yes": [], "q=ostu": ["Par ostu"]},
    ),
    "themes.index": List(
        "exports.theme_list", "Name in Latvian", ["mobilitāte"], {}, reason="a programme has a dozen themes"
    ),
    "topics.index": List(
        "exports.topic_list",
        "Topic",
        ["Zivsaimniecība", "Velosatiksme"],
        {"group=kekava": ["Velosatiksme"], "state=open&q=zivis": [], "q=zivs": ["Zivsaimniecība"]},
    ),
}

ONE_RECORD = "shows one record; its meetings, deadlines and actions are saved there as the lists they are a part of"
TEXT = "is a text"
LEADS_ON = "leads to another page or sends a file"
#: Pages that are opened and not sent, and list nothing to be saved -> why.
NO_LISTS: dict[str, str] = {
    "accounts.account": "shows one's own account",
    "accounts.arrive": LEADS_ON,
    "accounts.history": "shows one's own account; all of it is saved at privacy.own_data",
    "accounts.oidc_answer": LEADS_ON,
    "accounts.start_oidc": LEADS_ON,
    "accounts.two_factor_rescue": LEADS_ON,
    "attendance.sheet": "is a sheet of paper to be signed; who was invited and who came is saved at the meeting",
    "calendars.subscribe": "offers calendars, which are files themselves",
    "desk.show": "shows the beginnings of lists that are saved on their own pages",
    "groups.show": ONE_RECORD,
    "imports.sample": LEADS_ON,
    "initiatives.show": ONE_RECORD,
    "meetings.show": ONE_RECORD,
    "municipalities.show": ONE_RECORD,
    "my_page.show": "shows one person what is wanted of them; all that is kept about them is saved at privacy.own_data",
    "networks.show": ONE_RECORD,
    "overview.about": TEXT,
    "overview.accessibility": TEXT,
    "overview.developers": TEXT,
    "overview.privacy": TEXT,
    "overview.start": "shows the beginnings of lists that are saved on their own pages",
    "people.show": ONE_RECORD,
    "privacy.data_of": "is saved whole, as privacy.data_file_of",
    "privacy.data_file_of": LEADS_ON,
    "privacy.own_data": "is saved whole, as privacy.own_data_file",
    "privacy.own_data_file": LEADS_ON,
    "private_feeds.fetch": LEADS_ON,
    "proposals.choose": "offers the groups to propose something to",
    "proposals.thanks": TEXT,
    "replies.calendar_file": LEADS_ON,
    "replies.own_calendar_file": LEADS_ON,
    "topics.show": ONE_RECORD,
}
#: Files of lists whose records are days in somebody's calendar.
OF_DAYS = {"exports.meeting_list", "exports.group_milestone_list", "exports.network_milestone_list"}
#: Templates that draw rows of records and offer no file -> why.
NO_FILES: dict[str, str] = {
    "accounts/passkeys.html": "a handful, and one's own",
    "accounts/sign_ins.html": "a handful, and one's own",
    "attendance/sheet.html": NO_LISTS["attendance.sheet"],
    "calendars/list.html": "the file is offered by what stands above every calendar",
    "calendars/month.html": "the file is offered by what stands above every calendar",
    "calendars/year.html": "the file is offered by what stands above every calendar",
    "components/comments.html": "what people say to each other about one record, which is read there",
    "desk/show.html": NO_LISTS["desk.show"],
    "imports/check.html": "shows a file that was just sent",
    "initiatives/_archived.html": "what was put away can be taken back there, and nothing else",
    "initiatives/show.html": ONE_RECORD,
    "accounts/history.html": NO_LISTS["accounts.history"],
    "my_page/show.html": NO_LISTS["my_page.show"],
    "networks/_meetings.html": "the file is offered by the pages that it is a part of",
    "overview/privacy.en.html": TEXT,
    "overview/privacy.lv.html": TEXT,
    "overview/start.html": NO_LISTS["overview.start"],
    "people/show.html": ONE_RECORD,
    "private_feeds/index.html": "a handful, and one's own; their addresses are secret",
    "proposals/choose.html": NO_LISTS["proposals.choose"],
    "sources/citations.html": "the sources of one record, which are changed there",
    "topics/show.html": ONE_RECORD,
}
#: How rows of records are drawn.
ROWS = re.compile(
    r'<tbody|class="(?:records|plain-list|cards|meetings|decisions|results|networks|desk-list|comments)\b'
)
#: Answers of these are for programs.
FOR_PROGRAMS = {"api", "assets", "exports", "feeds", "news", "site", "static"}


def test_every_page_that_is_opened_is_a_list_or_says_why_not(app: Flask) -> None:
    methods: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        methods.setdefault(rule.endpoint, set()).update(rule.methods or ())
    opened = {
        name
        for name, allowed in methods.items()
        if "GET" in allowed and "POST" not in allowed and name.partition(".")[0] not in FOR_PROGRAMS
    }
    assert opened == LISTS.keys() | NO_LISTS.keys()
    assert LISTS.keys() & NO_LISTS.keys() == set()


def test_whatever_draws_rows_offers_a_file_or_says_why_not() -> None:
    drawn = {str(file.relative_to(TEMPLATES)): file.read_text(encoding="utf-8") for file in TEMPLATES.rglob("*.html")}
    assert {name for name, text in drawn.items() if ROWS.search(text) and "save_list(" not in text} == NO_FILES.keys()


def test_every_list_can_be_narrowed_down_or_says_why_not() -> None:
    assert [name for name, one in LISTS.items() if bool(one.narrowed) == bool(one.reason)] == []


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    """Make two of every kind of record and return an administrator who has proposed something."""
    kekava = factories.municipality("Ķekavas novads", slug="kekava")
    liepaja = factories.municipality("Liepāja", slug="liepaja")
    factories.municipality("Mārupes novads")
    cities = factories.network("Cities4CSR", slug="cities", themes=[Theme(slug="mobilitate", name_lv="mobilitāte")])
    arrival = factories.network("Arrival Cities", kind=NetworkKind.TRANSFER)
    for network, municipality in ((cities, kekava), (arrival, liepaja)):
        network.partnerships = [Partnership(municipality=municipality, role=PartnerRole.PARTNER)]
    ours = factories.group("Ķekavas grupa", slug="kekava", municipality=kekava, networks=[cities])
    theirs = factories.group("Liepājas partnerība", slug="liepaja", kind=GroupKind.LEADER_LAG, municipality=liepaja)
    db.session.flush()
    factories.group("Kodols", kind=GroupKind.CORE_GROUP, parent=ours)
    _add_records(ours, ("Velosatiksme", "Mobilitātes punkti", "Par projektu", "URBACT"))
    _add_records(theirs, ("Zivsaimniecība", "Zivju tirgus", "Par ostu", "Liepājas osta"))
    _add_meeting(ours, "Rudens sanāksme", "2026-10-01", decision="Velonovietnes jābūvē", networks=[cities])
    _add_meeting(theirs, "Pavasara sanāksme", "2025-05-05", decision="Ostu padziļināt")
    _add_meeting(ours, "Ziemas sanāksme", "2026-12-01", networks=[cities])
    _add_meeting(theirs, "Decembra sanāksme", "2026-12-02")
    factories.milestone(None, group=ours)
    factories.milestone(cities, "Tīkls noslēdzas")
    anna, admin = _add_people(ours)
    factories.letter(subject="Sanāksme atcelta", group=ours, state=LetterState.FAILED)
    factories.letter(subject="Sanāksme pārcelta", state=LetterState.FAILED)
    factories.invitation(ours)
    factories.account("anna@x.example", person=anna, roles={ours: Role.MANAGER})
    factories.account("juris@x.example", active=False)
    factories.proposal(ours, person=admin)
    factories.proposal(theirs, "Tirgus diena")
    return signed_in(app, factories.account("admin@x.example", person=admin, is_administrator=True))


def _add_records(group: Any, names: tuple[str, str, str, str]) -> None:
    topic, initiative, title, publisher = names
    factories.topic(group, topic)
    about = factories.initiative(group, initiative)
    factories.comment(about, f"Vai {initiative} būs?", state=CommentState.WAITING, author_name="Līga")
    db.session.add(Source(publisher=publisher, title_lv=title))
    db.session.flush()
    db.session.add(AuditEntry(deed=Deed.CHANGED, noun="group", record_id=group.id, groups=[group]))


def _add_meeting(group: Any, title: str, day: str, *, decision: str = "", **given: Any) -> None:
    held = factories.meeting(title, groups=[group], starts_on=date.fromisoformat(day), **given)
    if decision:
        held.state = MeetingState.HELD
        factories.decision(held, decision)


def _add_people(group: Any) -> tuple[Any, Any]:
    """Return a member, and somebody of no group."""
    anna = factories.person("Anna Bērziņa")
    club = factories.organisation("Biedrība Velo", sector=Sector.CIVIC)
    factories.membership(group, anna, club, role=MemberRole.CHAIR)
    anna.organisation = club
    parish = factories.organisation("Pagasts", sector=Sector.PUBLIC)
    factories.membership(group, factories.person("Zane Kalniņa"), parish)
    factories.membership(
        group, factories.person("Ieva Liepa"), factories.organisation("Senioru klubs"), until_on=date(2026, 1, 1)
    )
    return anna, factories.person("Pēteris Zviedris")


@pytest.mark.parametrize("endpoint", sorted(LISTS))
@pytest.mark.sqlite_only
def test_a_list_is_saved_as_just_what_it_shows(app: Flask, reader: FlaskClient, endpoint: str) -> None:
    one = LISTS[endpoint]
    for query, expected in ({"": one.everything} | one.narrowed).items():
        page, file = _page_and_file(app, reader, endpoint, query)
        shown = _words_beside_choices(page)
        found = [name for name in one.everything if name in shown]
        assert found == [name for name in one.everything if name in expected], query
        if not expected:
            assert file is None, query
        else:
            assert file is not None, query
            assert _in_csv(reader, file, one) == _in_sheet(reader, file, one) == sorted(expected), query


def _page_and_file(app: Flask, reader: FlaskClient, endpoint: str, query: str) -> tuple[str, str | None]:
    """Return a page, and the address of the one file that it offers of its list."""
    one = LISTS[endpoint]
    with app.test_request_context():
        address = url_for(endpoint, lang="en", **one.record)
        values = {} if one.file == "exports.meeting_list" else one.record
        path = url_for(one.file, lang="en", ending="csv", **values)
    page = reader.get(f"{address}?{query}").text
    files = [found for found in links(page).values() if urlsplit(found).path == path]
    assert len(files) <= 1
    return page, files[0] if files else None


def _words_beside_choices(page: str) -> str:
    """Return the words of a page's main part, without what there is to choose."""
    main = next(one for one in html5lib.parse(page, namespaceHTMLElements=False).iter("main"))
    for parent in list(main.iter()):
        for child in [child for child in parent if child.tag in {"form", "nav"}]:
            child.clear()
    return words_of(main)


def _in_csv(reader: FlaskClient, file: str, one: List) -> list[str]:
    text = reader.get(file).data.decode("utf-8-sig")
    return sorted(row[one.head] for row in csv.DictReader(io.StringIO(text, newline="")))


def _in_sheet(reader: FlaskClient, file: str, one: List) -> list[str]:
    sheet = load_workbook(io.BytesIO(reader.get(file.replace(".csv", ".xlsx")).data)).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    return sorted(str(row[head.index(one.head)]) for row in rows)


def test_what_waits_is_saved_and_it_is_written_down(reader: FlaskClient) -> None:
    file = links(reader.get("/en/desk/proposals").text)["Save the list of comments: CSV"]
    comments = List("exports.comment_list", "About", [], {})
    assert _in_csv(reader, file, comments) == ["Mobilitātes punkti", "Zivju tirgus"]
    reader.get("/en/letters.csv")
    reader.get("/en/accounts.csv")
    entries = db.session.execute(
        select(AuditEntry.noun, AuditEntry.record_id).where(AuditEntry.deed == Deed.EXPORTED).order_by(AuditEntry.id)
    )
    admin = db.session.scalars(select(Account.id).where(Account.is_administrator)).one()
    # Comments of two groups; a letter of one group and one of none; accounts.
    assert [tuple(entry) for entry in entries] == [
        ("group", 1), ("group", 2), ("group", 1), ("account", admin), ("account", admin),
    ]  # fmt: skip
    exported = texts(reader.get("/en/changes?deed=exported&noun=account").text, "strong", within="main")
    assert exported == ["Pēteris Zviedris", "Pēteris Zviedris"]


def test_narrowing_costs_no_statement(reader: FlaskClient, client: FlaskClient, statements: Statements) -> None:
    assert reader
    for name in ("groups.index", "municipalities.index", "topics.index", "networks.index"):
        address, costs = f"/en/{name.partition('.')[0]}", []
        for query in ("", *LISTS[name].narrowed):
            client.get(f"{address}?{query}")
            with statements() as ran:
                assert client.get(f"{address}?{query}").status_code == 200
            costs.append(len(ran))
        # What is left of a list may have nothing more to be read of it.
        assert max(costs) == costs[0], (name, costs)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("page", "found"),
    [("decisions", ["Velonovietnes jābūvē"]), ("initiatives", ["Mobilitātes punkti"])],
)
def test_words_of_a_long_list_are_left_to_the_search(reader: FlaskClient, page: str, found: list[str]) -> None:
    tree = html5lib.parse(reader.get(f"/en/{page}").text, namespaceHTMLElements=False)
    main = next(tree.iter("main"))
    (form,) = [one for one in main.iter("form") if one.get("method") != "post"]
    (subject,) = [one.get("value") for one in form.iter("input") if one.get("type") == "hidden"]
    word = found[0].split()[0]
    assert texts(reader.get(f"{form.get('action')}?q={word}&subject={subject}").text, "h2", within="main") == found


@pytest.mark.sqlite_only
def test_a_list_of_days_leads_to_its_calendar(app: Flask, reader: FlaskClient) -> None:
    of_days = [name for name, one in LISTS.items() if one.file in OF_DAYS]
    for name in of_days:
        for query in ("", *LISTS[name].narrowed):
            page, _ = _page_and_file(app, reader, name, query)
            feeds = {found for found in links(page).values() if urlsplit(found).path.endswith(".ics")}
            assert {reader.get(feed).mimetype for feed in feeds} == {"text/calendar"}, (name, query)
