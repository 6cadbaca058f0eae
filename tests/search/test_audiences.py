"""Search finds for each reader just what the pages of the records show them, and nothing else tells of the rest."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lag_tracker.database import db, utc_now
from lag_tracker.models.account import GroupRole, Role
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingState, MinutesState
from lag_tracker.models.search import Subject
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import PUBLIC, Viewer
from lag_tracker.search.operations import search_is_true
from lag_tracker.search.queries import Found, FoundRow, find
from tests import factories
from tests.search.test_views import results
from tests.visitors import manager_of, member_of, signed_in

Statements = Callable[[], AbstractContextManager[list[str]]]

numbers = count(1)
#: Subject -> the words that stand in one part each of such a record, all of which its page shows.
SAYS = {
    Subject.MEETING: ("Nosaukumvārds", "Kopsavilkumvārds", "Iznākumvārds", "Punktvārds", "Lēmumvārds", "Runātājvārds"),
    Subject.DECISION: ("Lēmumvārds",),
    Subject.TOPIC: ("Tematvārds",),
    Subject.INITIATIVE: ("Iniciatīvvārds",),
    Subject.GROUP: ("Grupvārds",),
}
PAGES: dict[Subject, tuple[str, Any]] = {
    Subject.MEETING: ("sanaksmes", Meeting),
    Subject.DECISION: ("sanaksmes", Meeting),
    Subject.TOPIC: ("temati", Topic),
    Subject.INITIATIVE: ("iniciativas", Initiative),
    Subject.GROUP: ("grupas", Group),
}
# The plainest meeting, with which Hypothesis begins, is public and keeps much back.
MEETING = st.fixed_dictionaries(
    {
        "audience": st.sampled_from(Audience),
        "item_audience": st.sampled_from([Audience.MEMBERS, Audience.MANAGERS, Audience.PUBLIC]),
        "state": st.sampled_from([MeetingState.HELD, MeetingState.HELD, MeetingState.DRAFT]),
        "minutes_state": st.sampled_from(list(MinutesState)[::-1]),
        "published_on": st.sampled_from([None, date(2026, 1, 1)]),
        "archived_at": st.sampled_from([None, None, datetime(2026, 1, 1, tzinfo=UTC)]),
        "name_is_public": st.booleans(),
        # Of the own group, another one, and one that is hidden.
        "holders": st.sampled_from([(0,), (0, 2), (1,), (0, 1), (2,), ()]),
    }
)


@pytest.fixture
def groups(app: Flask) -> list[Group]:
    """Record a group, another one, and one that the public does not see, each with a topic and an initiative."""
    audiences = (Audience.PUBLIC, Audience.PUBLIC, Audience.MEMBERS)
    groups = [factories.group(f"Grupvārds {n}", audience=audience) for n, audience in enumerate(audiences)]
    for group in groups:
        factories.topic(group, "Tematvārds", archived_at=utc_now())
        factories.initiative(group, "Iniciatīvvārds")
    return groups


@pytest.fixture
def readers(app: Flask, groups: list[Group]) -> list[tuple[FlaskClient, Viewer]]:
    """Return visitors of every role in the groups and in none, each with what they may see."""
    own, other, hidden = groups
    accounts = [
        factories.account(roles=roles)
        for roles in (
            {own: Role.OBSERVER},
            {own: Role.MEMBER, hidden: Role.MEMBER},
            {own: Role.MANAGER, other: Role.MEMBER},
            {hidden: Role.MANAGER},
        )
    ] + [factories.account(is_administrator=True)]
    db.session.flush()
    viewers = [account.viewer for account in accounts]
    signed = [signed_in(app, account) for account in accounts]
    return [(app.test_client(use_cookies=False), PUBLIC), *zip(signed, viewers, strict=True)]


def record(values: dict[str, Any], groups: list[Group]) -> None:
    """Record a meeting with a word in each part of it."""
    given = dict(values)
    item, published, is_public, holders = (
        given.pop(name) for name in ("item_audience", "published_on", "name_is_public", "holders")
    )
    held = factories.meeting(
        "Nosaukumvārds",
        groups=[groups[n] for n in holders],
        summary_lv="Kopsavilkumvārds",
        outcome_lv="Iznākumvārds",
        starts_on=date(2025, 3, next(numbers) % 28 + 1),
        **given,
    )
    factories.agenda_item(held, "Punktvārds", audience=item)
    factories.decision(held, "Lēmumvārds", published_on=published)
    factories.speaker(held, factories.person("Anna Runātājvārds", name_is_public=is_public))


def found_by(word: str, subject: Subject, viewer: Viewer) -> list[FoundRow]:
    """Return all that is found of a subject; half a word finds as much as the whole, and as much is counted."""

    def ask(typed: str, order: Any) -> Found:
        return find(db.session(), typed, lang="lv", viewer=viewer, subjects={subject}, order=order, limit=500)

    found = ask(word, "newest")
    assert [facet.number for facet in found.facets if facet.subject is subject] == [len(found.rows)] * bool(found.rows)
    for other in (ask(word[:-2], "newest"), ask(word, "best")):
        assert {(row.slug, row.anchor) for row in other.rows} == {(row.slug, row.anchor) for row in found.rows}
    return found.rows


def pages_of(client: FlaskClient) -> dict[str, dict[str, str]]:
    """Return the pages of all records, by the beginning of their addresses and by slug; empty where there is none."""
    pages: dict[str, dict[str, str]] = {}
    for path, model in set(PAGES.values()):
        answers = {slug: client.get(f"/{path}/{slug}") for slug in db.session.scalars(select(model.slug))}
        pages[path] = {slug: answer.text if answer.status_code == 200 else "" for slug, answer in answers.items()}
    return pages


# Smaller examples would take minutes to find.
@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(meetings=st.lists(MEETING, min_size=6, max_size=6))
def test_everyone_finds_what_the_pages_show_them(
    app: Flask, groups: list[Group], readers: list[Any], meetings: list[dict[str, Any]]
) -> None:
    for values in meetings:
        record(values, groups)
    db.session.commit()
    assert search_is_true(db.session())
    for client, viewer in readers:
        read = pages_of(client)
        for subject, words in SAYS.items():
            pages = read[PAGES[subject][0]]
            for word in words:
                rows = found_by(word, subject, viewer)
                assert sorted(row.slug for row in rows) == sorted(slug for slug in pages if word in pages[slug]), word
                told = [(row.slug, f"{row.title.lv} {row.excerpt.pieces}") for row in rows]
                assert [
                    other for slug, said in told for other in words if other in said and other not in pages[slug]
                ] == []
    for held in db.session.scalars(select(Meeting)):
        db.session.delete(held)
    db.session.commit()


@pytest.fixture
def held(groups: list[Group]) -> Meeting:
    """Record a public meeting of the first group with a public and an internal agenda item."""
    held = factories.meeting("Sanāksme", slug="sanaksme", groups=groups[:1])
    factories.agenda_item(held, "Atklātais punkts")
    factories.agenda_item(held, "Iekšējais balsojums", position=2, audience=Audience.MEMBERS)
    return held


def titles(typed: str, viewer: Viewer, **given: Any) -> list[str | None]:
    return [row.title.lv for row in find(db.session(), typed, lang="lv", viewer=viewer, **given).rows]


@pytest.mark.usefixtures("held")
def test_words_of_both_kinds_may_be_sought_together_and_a_record_is_found_once(groups: list[Group]) -> None:
    db.session.commit()
    member, manager = Viewer(belongs_to=frozenset({groups[0].id})), Viewer(manages=frozenset({groups[0].id}))
    for viewer in (member, manager, Viewer(is_administrator=True)):
        for typed in ("atklātais", "balsojums", "balsojums atklātais", "atklātais balso", "sanāksme ba"):
            assert titles(typed, viewer, subjects={Subject.MEETING}) == ["Sanāksme"], typed
    for viewer in (PUBLIC, Viewer(belongs_to=frozenset({groups[1].id}))):
        assert titles("atklātais", viewer) == ["Sanāksme"]
        assert titles("balsojums", viewer) == titles("atklātais balso", viewer) == []


def test_rights_that_end_end_at_once(app: Flask, groups: list[Group], held: Meeting) -> None:
    account = factories.account(roles={groups[0]: Role.MEMBER})
    member = signed_in(app, account)
    assert results(member.get("/meklet?q=balsojums").text) == [("/sanaksmes/sanaksme", "Sanāksme")]
    db.session.delete(db.session.scalars(select(GroupRole)).one())
    db.session.commit()
    assert results(member.get("/meklet?q=balsojums").text) == []


def test_a_meeting_that_goes_to_another_group_goes_to_its_members(groups: list[Group], held: Meeting) -> None:
    db.session.commit()
    first, second = (Viewer(belongs_to=frozenset({group.id})) for group in groups[:2])
    db.session.delete(db.session.scalars(select(MeetingGroup)).one())
    db.session.add(MeetingGroup(meeting_id=held.id, group_id=groups[1].id, position=1))
    db.session.commit()
    assert (titles("balsojums", first), titles("balsojums", second)) == ([], ["Sanāksme"])
    assert search_is_true(db.session())


@pytest.mark.parametrize("order", ["best", "newest"])
def test_pages_of_results_of_both_kinds_follow_one_another(groups: list[Group], order: Any) -> None:
    for day in range(1, 10):
        audience = list(Audience)[day % 3]
        factories.meeting(f"Velo {day}", groups=groups[:1], starts_on=date(2024, 1, day), audience=audience)
    db.session.commit()
    seen: list[str | None] = []
    after = None
    for _ in range(3):
        page = find(
            db.session(),
            "velo",
            lang="lv",
            viewer=Viewer(manages=frozenset({groups[0].id})),
            order=order,
            after=after,
            limit=3,
        )
        seen += [row.title.lv for row in page.rows]
        after = page.next
    assert seen == [f"Velo {day}" for day in range(9, 0, -1)]
    assert after is None


def test_what_is_not_for_everyone_is_marked_and_kept_nowhere(app: Flask, groups: list[Group], held: Meeting) -> None:
    factories.meeting("Slēgtais balsojums", slug="slegta", groups=groups[:1], audience=Audience.MEMBERS)
    factories.topic(groups[0], "Balsojumu kārtība", slug="kartiba")
    answer = member_of(app, groups[0]).get("/en/search?q=balsojums&order=newest")
    assert answer.headers["Cache-Control"] == "private, no-store"
    found = re.findall(r'<li class="result">(.*?)</li>', answer.text, re.DOTALL)
    badge = r'<p class="([\w-]+)">[^<]*<span class="badge[^>]*>(.*?)<'
    places = {re.findall(r'href="/en/(.*?)"', one)[0]: re.findall(badge, one) for one in found}
    assert places == {
        "meetings/slegta": [("kicker", "for members")],
        "meetings/sanaksme": [("result-note", "for members")],
        "topics/kartiba": [],
    }


def test_a_file_of_results_says_for_whom_they_are_where_not_all_are_for_everyone(
    app: Flask, groups: list[Group], held: Meeting
) -> None:
    factories.meeting("Slēgtais punkts", slug="slegta", groups=groups[:1], audience=Audience.MANAGERS)
    manager, stranger = manager_of(app, groups[0]), app.test_client(use_cookies=False)
    listed = [
        [
            line.replace('"', "").split(",")
            for line in client.get("/en/search.csv?q=punkts&order=newest").text.splitlines()
        ]
        for client in (manager, stranger)
    ]
    assert [[row[-1] for row in rows] for rows in listed] == [
        ["Who may see it", "for managers", "public"],
        ["Page", "https://grupas.example/en/meetings/sanaksme"],
    ]


def test_who_reads_more_costs_the_public_no_statement(
    app: Flask, groups: list[Group], held: Meeting, count_statements: Statements
) -> None:
    db.session.commit()
    counts = []
    for viewer in (PUBLIC, Viewer(belongs_to=frozenset({groups[0].id}))):
        with count_statements() as ran:
            titles("atklātais balsojums", viewer)
            titles("sanāksme", viewer)
        counts.append(len(ran))
    assert counts[0] <= 6
    assert counts[1] <= 10


def test_whoever_is_of_very_many_groups_searches_all_of_them(groups: list[Group], held: Meeting) -> None:
    db.session.commit()
    many = frozenset(range(groups[0].id, groups[0].id + 2000))
    assert titles("balsojums", Viewer(belongs_to=many, manages=many)) == ["Sanāksme"]
