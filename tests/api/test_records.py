"""What programs are told: the public record, by the rule that pages obey, and nothing else."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from flask.testing import FlaskClient

from lag_tracker.database import db
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingKind, MeetingState
from lag_tracker.models.organisation import Sector
from lag_tracker.models.traits import Audience, Precision
from tests import factories
from tests.api.conftest import SECRET
from tests.api.walking import HOME, LISTS, asked, everything, path_of, walked
from tests.reading import texts

Statements = Callable[[], AbstractContextManager[list[str]]]

BEFORE_ALL = datetime(2025, 9, 1, 12, tzinfo=UTC)


def names(client: FlaskClient, place: str) -> list[str]:
    """Return how the addresses of a list's records end."""
    return [record["id"].rpartition("/")[2] for record in walked(client, f"{HOME}/{place}")]


@pytest.mark.usefixtures("open_group")
def test_nothing_that_is_not_for_everyone_is_ever_told(client: FlaskClient) -> None:
    told = [client.get(place).text for _, place in everything(client)]
    told += [client.get(f"{HOME}/{name}?limit=100").text for name in LISTS]
    leaks = [word for text in told for word in (SECRET, SECRET.lower(), "@", "+371") if word in text]
    assert leaks == []
    assert len(told) == 30


HIDDEN = (
    "organizations/slepena", "organizations/slepena/memberships", "meetings/slepena-abu",
    "meetings/slepens-melnraksts", "meetings/slepena-locekliem", "papers/slepena-iniciativa",
    "topics/slepens-temats", "milestones/2", "decisions/2", "decisions/3", "decisions/99999999999999999999",
    "decisions/x", "decisions/٣", "people/1", "meetings/nav",
)  # fmt: skip


@pytest.mark.usefixtures("open_group")
def test_what_is_hidden_and_what_is_not_there_are_answered_alike(client: FlaskClient) -> None:
    answers = {place: client.get(f"{HOME}/{place}") for place in HIDDEN}
    assert {place: (one.status_code, one.mimetype) for place, one in answers.items()} == dict.fromkeys(
        HIDDEN, (404, "application/problem+json")
    )


@pytest.mark.usefixtures("open_group")
def test_the_lists_have_every_record_that_has_a_page(client: FlaskClient) -> None:
    places = re.findall(r"<loc>https://grupas.example/(\w+)/([\w-]+)</loc>", client.get("/sitemap.xml").text)
    pages = {"pasvaldibas": "bodies", "tikli": "networks", "grupas": "organizations", "sanaksmes": "meetings",
             "iniciativas": "papers", "temati": "topics"}  # fmt: skip
    expected = sorted((pages[sort], slug) for sort, slug in places if sort in pages)
    assert sorted((sort, slug) for sort in pages.values() for slug in names(client, sort)) == expected
    assert len(expected) == 9


@pytest.mark.usefixtures("open_group")
def test_a_group_names_only_those_who_agreed_to_it(client: FlaskClient) -> None:
    group = asked(client, f"{HOME}/organizations/atklata")
    assert group["subOrganizationOf"] is None
    members = list(walked(client, path_of(group["membership"])))
    kept = ("person", "onBehalfOf", "sector", "memberOrganization", "role")
    assert [[member[name] for name in kept] for member in members] == [
        [{"type": "Person", "name": "Anna Bērziņa"}, {"name": {"lv": "Biedrība", "en": None}}, "civic", None, "chair"],
        [None, None, None, None, "member"],
        [None, None, None, None, "member"],
    ]
    shown = texts(client.get("/grupas/atklata").text, "span", css_class="person-name")
    assert len(shown) == len(members)
    assert "Anna Bērziņa" in shown


@pytest.mark.usefixtures("open_group")
def test_a_meeting_says_what_its_page_says(client: FlaskClient) -> None:
    meeting = asked(client, f"{HOME}/meetings/rudens")
    assert (meeting["start"], meeting["end"]) == ("2025-10-01T18:00:00+03:00", "2025-10-01T20:00:00+03:00")
    # The second item is not shown, but takes its time.
    assert [(item["number"], item["name"]["lv"], item["start"]) for item in meeting["agendaItem"]] == [
        ("1", "Darba kārtības punkts", "2025-10-01T18:00:00+03:00"),
        ("3", "Dažādi", "2025-10-01T18:45:00+03:00"),
    ]
    assert meeting["agendaItem"][0]["presenter"] == ["Anna Bērziņa"]
    assert [speaker["name"] for speaker in meeting["speaker"]] == ["Anna Bērziņa"]
    assert [one["text"]["lv"] for one in meeting["decision"]] == ["Būvēt"]
    assert [(one["text"]["lv"], one["responsible"]) for one in meeting["action"]] == [
        ("Uzmērīt", None),
        ("Izpētīt", None),
    ]
    assert meeting["resultsProtocol"]["accessUrl"] == "https://x.example/protokols"
    assert (meeting["auxiliaryFile"], meeting["joinUrl"]) == ([], None)
    assert meeting["location"]["description"]["lv"] == "Ķekavas novada dome"
    page = client.get("/sanaksmes/rudens").text
    told = [item["name"]["lv"] for item in meeting["agendaItem"]] + ["Anna Bērziņa", "Būvēt", "Uzmērīt", "Vienojāmies"]
    assert [words for words in told if words not in page] == []


@pytest.mark.usefixtures("open_group")
def test_facts_name_their_sources(client: FlaskClient) -> None:
    meeting = asked(client, f"{HOME}/meetings/rudens")
    group, paper = asked(client, f"{HOME}/organizations/atklata"), asked(client, f"{HOME}/papers/statni")
    named = [[source["publisher"] for source in one["source"]] for one in (meeting, *meeting["decision"], group, paper)]
    assert named == [["Ķekavas novads"]] * 4
    assert meeting["source"][0]["url"] == "https://x.example/zina"
    assert asked(client, f"{HOME}/decisions/1") == meeting["decision"][0]


@pytest.mark.usefixtures("open_group")
def test_what_belongs_to_a_hidden_group_is_not_named_elsewhere(client: FlaskClient) -> None:
    meeting = asked(client, f"{HOME}/meetings/kopiga")
    linked = [(item["topic"], item["paper"]) for item in (*meeting["agendaItem"], *meeting["decision"])]
    assert linked == [(None, None), (None, None)]


@pytest.mark.usefixtures("open_group")
def test_an_initiative_tells_every_state_and_meeting(client: FlaskClient) -> None:
    paper = asked(client, f"{HOME}/papers/statni")
    assert [path_of(one["meeting"]) for one in paper["consultation"]] == [f"{HOME}/meetings/rudens"]
    assert [(one["state"], one["when"]["first"]) for one in paper["stateHistory"]] == [
        ("proposed", None),
        ("accepted", "2025-10-01"),
    ]
    assert (paper["originatorPerson"], path_of(paper["topic"])) == ([], f"{HOME}/topics/velo")


@pytest.mark.usefixtures("open_group")
def test_an_initiative_tells_nothing_of_hidden_company(client: FlaskClient) -> None:
    paper = asked(client, f"{HOME}/papers/viena")
    assert [paper[name] for name in ("topic", "consultation", "relatedPaper")] == [None, [], []]


def test_an_initiative_that_became_part_of_another_says_so(client: FlaskClient) -> None:
    group = factories.group()
    whole = factories.initiative(group, slug="viss")
    part = factories.initiative(group, slug="dala")
    db.session.flush()
    part.merged_into_id, part.archived_at = whole.id, BEFORE_ALL
    factories.initiative(group, slug="atdalita").split_from_id = whole.id
    db.session.commit()
    assert names(client, "papers") == ["viss", "atdalita"]
    assert asked(client, f"{HOME}/papers/dala")["superordinatedPaper"] == [f"https://grupas.example{HOME}/papers/viss"]
    assert asked(client, f"{HOME}/papers/atdalita")["relatedPaper"] == [f"https://grupas.example{HOME}/papers/viss"]


def test_nothing_is_made_up_about_a_date(client: FlaskClient) -> None:
    factories.meeting(slug="menesis", starts_on=date(2026, 5, 1), date_precision=Precision.MONTH)
    factories.meeting(slug="nezinams", starts_on=None, date_precision=Precision.UNKNOWN)
    factories.meeting("", slug="bez-nosaukuma", title_lv=None, kind=MeetingKind.TRANSNATIONAL, ordinal=3)
    db.session.commit()
    month, unknown, untitled = walked(client, f"{HOME}/meetings")
    assert month["when"] == {"first": "2026-05-01", "last": None, "precision": "month", "certainty": "stated"}
    assert [one["start"] for one in (month, unknown, untitled)] == [None, None, None]
    assert (unknown["when"]["precision"], month["calendar"], unknown["calendar"]) == ("unknown", None, None)
    assert untitled["name"] == {"lv": "3. starpvalstu sanāksme", "en": "3rd transnational meeting"}


def test_who_may_join_and_whether_there_are_minutes_hangs_on_the_day(client: FlaskClient) -> None:
    link = "https://x.example/zvans"
    factories.evening(slug="zvans", starts_on=date(2025, 9, 1), join_url=link, join_audience=Audience.PUBLIC)
    db.session.commit()
    with time_machine.travel(BEFORE_ALL, tick=False):
        before = client.get(f"{HOME}/meetings/zvans")
    after = client.get(f"{HOME}/meetings/zvans", headers={"If-None-Match": before.headers["ETag"]})
    told = [json.loads(answer.text) for answer in (before, after)]
    assert [(one["joinUrl"], one["minutesState"]) for one in told] == [(link, None), (None, "none")]


def test_an_item_after_midnight_begins_on_the_next_day(client: FlaskClient) -> None:
    late = factories.meeting(slug="nakts", starts_on=date(2026, 12, 1), starts_at_time=time(23, 30))
    factories.agenda_item(late, duration_minutes=60)
    factories.agenda_item(late, position=2)
    db.session.commit()
    items = asked(client, f"{HOME}/meetings/nakts")["agendaItem"]
    assert [item["start"] for item in items] == ["2026-12-01T23:30:00+02:00", "2026-12-02T00:30:00+02:00"]


@pytest.mark.usefixtures("open_group")
@pytest.mark.sqlite_only
def test_every_address_in_an_answer_leads_to_what_it_names(client: FlaskClient) -> None:
    found: set[str] = set()

    def collect(told: Any) -> None:
        if isinstance(told, dict | list):
            for part in told.values() if isinstance(told, dict) else told:
                collect(part)
        elif isinstance(told, str) and told.startswith("https://grupas.example/"):
            found.add(path_of(told))

    for _, place in everything(client):
        collect(asked(client, place))
    assert {place: client.get(place).status_code for place in found} == dict.fromkeys(found, 200)
    assert len(found) > 50


PAGES = (
    ("/sanaksmes/rudens", "meetings/rudens"),
    ("/en/meetings/rudens", "meetings/rudens"),
    ("/grupas/atklata", "organizations/atklata"),
    ("/tikli/cities4csr", "networks/cities4csr"),
    ("/pasvaldibas/kekava", "bodies/kekava"),
    ("/iniciativas/statni", "papers/statni"),
    ("/temati/velo", "topics/velo"),
)


@pytest.mark.usefixtures("open_group")
@pytest.mark.sqlite_only
def test_a_page_names_its_record_for_programs(client: FlaskClient) -> None:
    for shown, record in PAGES:
        place = f'<link rel="alternate" type="application/json" href="{HOME}/{record}">'
        assert place in client.get(shown).text
        assert shown in str(asked(client, f"{HOME}/{record}")["web"].values())


def _one_more(number: int, group: Group) -> None:
    """Add one of everything."""
    body = factories.municipality(slug=f"novads-{number}")
    network = factories.network(slug=f"tikls-{number}")
    part = factories.group(slug=f"grupa-{number}", municipality=body, parent=group)
    part.networks = [network]
    who = factories.person(f"Anna {number}")
    factories.membership(group, who, factories.organisation(sector=Sector.CIVIC))
    topic, held = factories.topic(part, slug=f"temats-{number}"), factories.evening(groups=[group, part])
    paper = factories.initiative(part, topic=topic, split_from=factories.initiative(group, archived_at=BEFORE_ALL))
    held.networks, held.organiser, held.initiatives = [network], body, [paper]
    factories.agenda_item(held, topic=topic, initiative=paper).presenters = [factories.speaker(held, who)]
    factories.decision(held, topic=topic, initiative=paper)
    factories.milestone(network)


def test_a_list_costs_as_many_statements_for_three_as_for_one(client: FlaskClient, statements: Statements) -> None:
    group = factories.group(slug="virs")
    places = [f"{HOME}/{name}" for name in LISTS] + [f"{HOME}/organizations/virs/memberships"]
    counts: list[dict[str, int]] = []
    for numbers in (range(1), range(1, 3)):
        for number in numbers:
            _one_more(number, group)
        db.session.commit()
        client.get(HOME + "/meetings?organization=virs")
        counts.append({})
        for place in places:
            with statements() as ran:
                assert asked(client, place)["data"]
            counts[-1][place] = len(ran)
    assert counts[0] == counts[1]
    assert max(counts[0].values()) <= 13


def test_a_list_is_walked_once_through_whatever_happens_meanwhile(client: FlaskClient) -> None:
    for number in range(7):
        factories.meeting(slug=f"m{number}", starts_on=date(2026, 12, 20 - number))
    db.session.commit()
    walk = walked(client, f"{HOME}/meetings?limit=2&classification=local_group")
    seen = [next(walk)["id"] for _ in range(3)]
    factories.meeting(slug="jauna", starts_on=date(2020, 1, 1))
    db.session.delete(db.session.get(Meeting, 2))
    db.session.commit()
    seen += [record["id"] for record in walk]
    assert [place.rpartition("/")[2] for place in seen] == ["m0", "m1", "m2", "m3", "m4", "m5", "m6", "jauna"]
    assert asked(client, f"{HOME}/meetings?limit=8")["links"] == {
        "first": f"https://grupas.example{HOME}/meetings?limit=8",
        "next": None,
    }


def test_lists_are_narrowed_like_pages(client: FlaskClient) -> None:
    body, network = factories.municipality(slug="novads"), factories.network(slug="tikls")
    whole = factories.group(slug="visa", municipality=body)
    part, other = factories.group(slug="dala", parent=whole), factories.group(slug="cita")
    part.networks = [network]
    for number, (group, kind) in enumerate(
        ((whole, MeetingKind.WORKSHOP), (part, MeetingKind.JOINT), (other, MeetingKind.JOINT)), 1
    ):
        held = factories.meeting(groups=[group], slug=f"s{number}", kind=kind, starts_on=date(2026, number, 1))
        factories.decision(held)
        factories.initiative(group, slug=f"i{number}")
        factories.topic(group, slug=f"t{number}")
    long = factories.meeting(slug="garais", organiser=body, starts_on=date(2026, 1, 30), ends_on=date(2026, 2, 10))
    long.networks = [network]
    factories.milestone(network)
    factories.milestone(None, group=part, starts_on=date(2026, 5, 5))
    db.session.commit()
    expected = {
        "organizations?body=novads": ["visa", "dala"],
        "organizations?network=tikls": ["dala"],
        "organizations?network=tikls&body=novads": ["dala"],
        "meetings?organization=visa": ["s1", "s2"],
        "meetings?organization=dala": ["s2"],
        "meetings?body=novads": ["s1", "s2", "garais"],
        "meetings?network=tikls": ["garais"],
        "meetings?classification=joint": ["s2", "s3"],
        "meetings?since=2026-02-01": ["s2", "s3", "garais"],
        "meetings?until=2026-02-01": ["s1", "s2", "garais"],
        "meetings?since=2026-02-05&until=2026-02-06": ["garais"],
        "meetings?organization=visa&since=2026-02-01": ["s2"],
        "meetings?organization=nav": [],
        "decisions?organization=visa": ["1", "2"],
        "decisions?since=2026-02-01": ["2", "3"],
        "papers?organization=visa": ["i1", "i2"],
        "papers?state=proposed&organization=cita": ["i3"],
        "papers?state=done": [],
        "topics?organization=dala": ["t2"],
        "milestones?organization=visa": ["2"],
        "milestones?network=tikls": ["1"],
        "milestones?until=2026-06-01": ["2"],
    }
    assert {place: names(client, place) for place in expected} == expected


def test_what_was_put_away_is_in_no_list_and_keeps_its_address(client: FlaskClient) -> None:
    away: dict[str, Any] = {"archived_at": BEFORE_ALL}
    group = factories.group(slug="g", **away)
    factories.municipality(slug="p", **away), factories.network(slug="n", **away)
    factories.topic(group, slug="t", **away), factories.initiative(group, slug="i", **away)
    factories.meeting(slug="s", groups=[group], state=MeetingState.CANCELLED, **away)
    db.session.commit()
    places = {"organizations": "g", "bodies": "p", "networks": "n", "topics": "t", "papers": "i", "meetings": "s"}
    assert {sort: names(client, sort) for sort in places} == {sort: [] for sort in places}
    found = {sort: client.get(f"{HOME}/{sort}/{slug}").status_code for sort, slug in places.items()}
    assert found == dict.fromkeys(places, 200) | {"meetings": 404}


@pytest.mark.usefixtures("open_group")
@pytest.mark.sqlite_only
def test_the_lists_of_pages_and_programs_are_the_same(client: FlaskClient) -> None:
    for lists, page in (("meetings", "calendar"), ("papers", "initiatives"), ("topics", "topics")):
        rows = client.get(f"/en/{page}.csv").data.decode("utf-8-sig")
        assert sorted(unquote(row) for row in re.findall(r"https://grupas.example/en/\w+/([\w-]+)", rows)) == sorted(
            names(client, lists)
        )
