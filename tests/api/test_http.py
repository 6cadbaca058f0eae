"""How programs are answered: tags that can be trusted, refusals in words, nothing private, and every site's scripts."""

import gzip
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from lag_tracker.database import db
from lag_tracker.models.action import Action
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, Membership
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting, MeetingLink, MinutesState
from lag_tracker.models.network import Network, Partnership
from lag_tracker.models.person import Person
from lag_tracker.models.source import Source
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import Audience
from tests import factories
from tests.api.walking import HOME
from tests.visitors import administrator

pytestmark = pytest.mark.usefixtures("open_group")

RECORDS = (
    "", "/openapi.json", "/bodies/kekava", "/networks/cities4csr", "/organizations/atklata",
    "/organizations/atklata/memberships", "/meetings/rudens", "/decisions/1", "/papers/statni", "/topics/velo",
    "/milestones/1",
)  # fmt: skip


def first(model: Any) -> Any:
    return db.session.scalars(select(model).order_by(model.id)).first()


def changing(model: Any, **values: Any) -> Callable[[], None]:
    """Return what changes the first record of a kind."""

    def change() -> None:
        record = first(model)
        for name, value in values.items():
            setattr(record, name, value)

    return change


#: What changes something, and where that is told. The last ones take away what earlier ones need.
CHANGES = (
    ("meetings/rudens", changing(Meeting, title_en="Autumn")),
    ("meetings/rudens", changing(Meeting, starts_on=date(2025, 10, 2))),
    ("meetings/rudens", changing(Meeting, minutes_state=MinutesState.APPROVED)),
    ("meetings/rudens", changing(AgendaItem, text_lv="Vairāk")),
    ("meetings?limit=1", changing(AgendaItem, topic_id=None)),
    ("meetings/rudens", changing(AgendaItem, audience=Audience.MEMBERS)),
    ("meetings/rudens", changing(Person, name_is_public=False)),
    ("meetings/rudens", changing(Decision, votes_abstained=1)),
    ("meetings/rudens", changing(Action, due_on=None)),
    ("meetings/rudens", changing(MeetingLink, title_en="Minutes")),
    ("meetings/rudens", changing(Group, is_sample=True)),
    ("meetings/rudens", changing(Source, publisher="URBACT")),
    ("decisions/1", changing(Decision, initiative_id=None)),
    ("decisions?organization=atklata", changing(Decision, published_on=None)),
    ("papers/statni", changing(Initiative, summary_lv="Īsi")),
    ("topics/velo", changing(Topic, title_lv="Velo")),
    ("organizations/atklata", changing(Group, summary_lv="Īsi")),
    ("organizations/atklata/memberships", changing(Membership, organisation_is_public=False)),
    ("organizations/atklata/memberships", changing(Membership, until_on=date(2020, 1, 1))),
    ("networks/cities4csr", changing(Partnership, focus_en="Cycling")),
    ("networks", changing(Network, official_name="Cities4CSR+")),
)


def test_a_tag_is_good_until_anything_that_is_told_changes(client: FlaskClient) -> None:
    for place, change in CHANGES:
        before = client.get(f"{HOME}/{place}")
        # A weak one: the packed answer has the same.
        assert before.headers["ETag"].startswith('W/"')
        held = {"If-None-Match": f'"x", {before.headers["ETag"]}'}
        unchanged = client.get(f"{HOME}/{place}", headers=held)
        assert (unchanged.status_code, unchanged.data, unchanged.headers["ETag"]) == (304, b"", before.headers["ETag"])
        change()
        db.session.commit()
        after = client.get(f"{HOME}/{place}", headers=held)
        assert (after.status_code, after.headers["ETag"] != before.headers["ETag"]) == (200, True), place


def check_packing(client: FlaskClient, place: str) -> None:
    plain = client.get(HOME + place)
    packed = client.get(HOME + place, headers={"Accept-Encoding": "br;q=1, gzip;q=0.5"})
    head = client.head(HOME + place)
    unpacked = gzip.decompress(packed.data) if "Content-Encoding" in packed.headers else packed.data
    assert unpacked == plain.data
    assert ("Content-Encoding" in packed.headers) == (len(plain.data) >= 1000)
    assert head.data == b""
    for name in ("ETag", "Vary", "Content-Type", "Cache-Control"):
        assert plain.headers[name] == packed.headers[name] == head.headers[name]
    assert plain.headers["Content-Length"] == head.headers["Content-Length"]
    assert plain.headers["Vary"] == "Accept-Encoding"
    refused = client.get(HOME + place, headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


@pytest.mark.sqlite_only
def test_a_packed_answer_and_a_head_are_the_same_answer(client: FlaskClient) -> None:
    for place in RECORDS:
        check_packing(client, place)


@pytest.mark.sqlite_only
def test_every_site_may_read_and_nobody_is_recognised(app: Flask, client: FlaskClient) -> None:
    visitor = administrator(app)
    for place in RECORDS:
        of_administrator, of_public = visitor.get(HOME + place), client.get(HOME + place)
        assert of_administrator.data == of_public.data
        for answer in (of_administrator, of_public):
            assert "Set-Cookie" not in answer.headers
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["Cache-Control"] == "public, max-age=300"
            assert answer.headers["X-Robots-Tag"] == "noindex"
        ahead = client.options(HOME + place, headers={"Origin": "https://cita.example"})
        assert (ahead.status_code, ahead.headers["Access-Control-Allow-Headers"]) == (204, "If-None-Match")
        assert sorted(ahead.headers["Allow"].split(", ")) == ["GET", "HEAD", "OPTIONS"]


#: What cannot be asked, and how the refusal begins.
REFUSED = (
    ("meetings?limit=0", "limit: Input should be greater than or equal to 1"),
    ("meetings?limit=101", "limit: Input should be less than or equal to 100"),
    ("meetings?limit=%2B5", "limit: a whole number of at most nine digits is wanted, such as 50"),
    ("meetings?limit=1_0", "limit: a whole number of at most nine digits is wanted, such as 50"),
    ("meetings?limit=٣", "limit: a whole number of at most nine digits is wanted, such as 50"),
    ("meetings?after=99999999999999999999", "after: a whole number of at most nine digits is wanted, such as 50"),
    ("meetings?after=", "after: a whole number of at most nine digits is wanted, such as 50"),
    ("meetings?since=2026-02-30", "since: a day of the calendar is wanted, such as 2026-12-01"),
    ("meetings?since=0000-00-00", "since: a day of the calendar is wanted, such as 2026-12-01"),
    ("meetings?until=1606521600", "until: a day of the calendar is wanted, such as 2026-12-01"),
    ("meetings?until=2026-W05-1", "until: a day of the calendar is wanted, such as 2026-12-01"),
    ("meetings?classification=party", "classification: Input should be 'local_group'"),
    ("meetings?organization=' OR 1=1", "organization: String should match pattern"),
    ("meetings?organisation=atklata", "organisation: Extra inputs are not permitted. Known are limit, after,"),
    ("bodies?limit=1&limit=2", "Each parameter can be given once; given several times: limit."),
    ("papers?state=%00", "The address cannot be read."),
)


@pytest.mark.sqlite_only
def test_what_cannot_be_asked_is_refused_in_words(client: FlaskClient) -> None:
    for place, words in REFUSED:
        answer = client.get(f"{HOME}/{place}")
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
        problem = json.loads(answer.text)
        assert problem.pop("detail").startswith(words), place
        assert problem == {"type": "about:blank", "title": "Bad Request", "status": 400}


@pytest.mark.sqlite_only
def test_other_faults_are_problems_too(client: FlaskClient) -> None:
    html = {"Accept": "text/html"}
    answers = {
        404: client.get("/api/v2/meetings"),
        405: client.post(f"{HOME}/meetings"),
        406: client.get(f"{HOME}/meetings", headers=html),
        412: client.get(f"{HOME}/meetings", headers={"If-Match": '"x"'}),
    }
    db.session.execute(text("DROP TABLE milestone"))
    db.session.commit()
    answers[503] = client.get(f"{HOME}/milestones")
    assert {code: (answer.status_code, answer.mimetype) for code, answer in answers.items()} == {
        code: (code, "application/problem+json") for code in answers
    }
    assert [json.loads(answer.text)["status"] for answer in answers.values()] == list(answers)
    assert {answer.headers["Access-Control-Allow-Origin"] for answer in answers.values()} == {"*"}
    assert (answers[405].headers["Allow"], answers[503].headers["Retry-After"]) == ("GET, HEAD, OPTIONS", "30")


@pytest.mark.sqlite_only
def test_whoever_takes_json_gets_it(client: FlaskClient) -> None:
    for takes in ("*/*", "application/*;q=0.1", "text/html, application/json;q=0.5", ""):
        assert client.get(f"{HOME}/bodies", headers={"Accept": takes}).status_code == 200


def test_a_name_that_was_withdrawn_is_gone_at_once(client: FlaskClient) -> None:
    group = factories.group(slug="cita")
    who = factories.person("Ilze Liepa")
    factories.membership(group, who)
    db.session.commit()
    place = f"{HOME}/organizations/cita/memberships"
    assert "Ilze Liepa" in client.get(place).text
    who.name_is_public = False
    db.session.commit()
    assert "Ilze Liepa" not in client.get(place).text
