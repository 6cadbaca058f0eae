"""Managers say where the facts of their records come from; administrators do for everything."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.group import Group
from lag_tracker.models.network import PartnerRole, Partnership
from lag_tracker.models.source import Citation, Source
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, manager_of, send


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


@pytest.fixture
def manager(app: Flask, group: Group) -> FlaskClient:
    return manager_of(app, group)


@pytest.fixture
def source(app: Flask) -> Source:
    made = Source(publisher="Ķekavas novada pašvaldība", title_lv="Par projektu", url="https://x.example/par")
    db.session.add(made)
    db.session.flush()
    return made


def citations() -> list[tuple[str, str | None]]:
    db.session.expire_all()
    return [(one.aspect, one.passage) for one in db.session.scalars(select(Citation).order_by(Citation.id))]


def add_citation(source: Source, **record: int) -> None:
    db.session.add(Citation(source_id=source.id, **record))
    db.session.commit()


def test_a_manager_names_a_new_source_for_a_meeting_and_readers_see_it(
    client: FlaskClient, group: Group, manager: FlaskClient
) -> None:
    meeting = factories.meeting(slug="sanaksme", groups=[group])
    db.session.commit()
    cite = links(manager.get("/en/meetings/sanaksme").text)["Edit the sources"]
    assert cite == f"/en/sources/of/meeting/{meeting.id}"
    new = links(manager.get(cite).text)["Add the source first."]
    answer = send(manager, new, publisher="URBACT", title_en="Cities meet", published_on="16.12.2020.")
    assert answer.status_code == 303
    send(manager, answer.location, number=-1, passage="3. rindkopa")
    assert citations() == [("", "3. rindkopa")]
    shown = texts(client.get("/en/meetings/sanaksme").text, "footer", within="main")[0]
    assert "Source: URBACT, Cities meet, published 16 Dec 2020 (3. rindkopa)" in shown
    assert "Edit the sources" not in shown


def test_the_source_of_a_decision_is_named_where_the_decision_can_be_read(
    client: FlaskClient, group: Group, manager: FlaskClient, source: Source
) -> None:
    meeting = factories.meeting(slug="sanaksme", groups=[group])
    decisions = [factories.decision(meeting), factories.decision(meeting, published_on=None)]
    other = Source(publisher="Domes kanceleja", title_lv="Nepublicēts")
    db.session.add(other)
    db.session.commit()
    for decision, one in zip(decisions, (source, other), strict=True):
        work = manager.get(f"/en/meetings/sanaksme/decisions/{decision.id}").text
        send(manager, links(work)["Edit the sources"], source_id=str(one.id), number=-1)
    for reader, is_read in ((client, [True, False]), (manager, [True, True])):
        foot = texts(reader.get("/en/meetings/sanaksme").text, "footer", within="main")[0]
        assert [one.publisher in foot for one in (source, other)] == is_read


def test_a_source_is_cited_once_for_a_fact_and_taken_away_again(app: Flask, source: Source) -> None:
    network = factories.network(slug="tikls")
    network.partnerships = [Partnership(municipality=factories.municipality(), role=PartnerRole.LEAD)]
    db.session.flush()
    chief, cite = administrator(app), f"/en/sources/of/network/{network.id}"
    send(chief, cite, source_id=str(source.id), aspect="kind")
    send(chief, cite, source_id=str(source.id), number=-1)
    again = send(chief, cite, source_id=str(source.id), aspect="kind", number=-1)
    assert (again.status_code, "This source is cited for it already." in links(again.text)) == (422, True)
    assert citations() == [("kind", None), ("", None)]
    assert "Par projektu" in chief.get("/en/networks/tikls").text
    answer = send(chief, cite, number=-1, source_id=str(source.id), aspect="x")
    assert answer.status_code == 422
    partnership = db.session.scalar(select(Partnership.id))
    send(chief, f"/en/sources/of/partnership/{partnership}", source_id=str(source.id), aspect="role")
    assert citations()[-1] == ("role", None)


def test_a_citation_is_taken_away_by_a_button(group: Group, manager: FlaskClient, source: Source) -> None:
    add_citation(source, group_id=group.id)
    cite = f"/en/sources/of/group/{group.id}"
    page = manager.get(cite)
    number = db.session.scalar(select(Citation.id))
    token = page.text.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
    answer = manager.post(f"{cite}/{number}/remove", data={"csrf_token": token})
    assert (answer.status_code, citations()) == (303, [])


@pytest.mark.parametrize("noun", ["meeting", "initiative", "milestone", "decision", "network", "municipality"])
def test_who_manages_another_group_cites_nothing_for_ours(app: Flask, group: Group, noun: str) -> None:
    held = factories.meeting(groups=[group])
    records: dict[str, Any] = {
        "meeting": held,
        "initiative": factories.initiative(group),
        "milestone": factories.milestone(None, group=group),
        "decision": factories.decision(held),
        "network": factories.network(),
        "municipality": factories.municipality(),
    }
    ours, other = manager_of(app, group), manager_of(app, factories.group())
    address = f"/en/sources/of/{noun}/{records[noun].id}"
    expected = 404 if noun in {"network", "municipality"} else 200
    assert (ours.get(address).status_code, other.get(address).status_code) == (expected, 404)
    assert administrator(app).get(address).status_code == 200


def test_a_manager_changes_only_sources_that_nobody_elses_records_cite(
    app: Flask, group: Group, manager: FlaskClient, source: Source
) -> None:
    address = f"/en/sources/{source.id}/edit"
    db.session.commit()
    assert manager.get(address).status_code == 404
    add_citation(source, group_id=group.id)
    assert address in links(manager.get("/en/sources").text).values()
    send(manager, address, publisher="Ķekava")
    assert db.session.scalars(select(Source.publisher)).all() == ["Ķekava"]
    add_citation(source, network_id=_number(factories.network()))
    assert address not in links(manager.get("/en/sources").text).values()
    assert manager.get(address).status_code == 404
    assert administrator(app).get(address).status_code == 200


def _number(record: Any) -> int:
    db.session.flush()
    return int(record.id)


def test_a_cited_source_is_archived_and_not_erased(app: Flask, group: Group, source: Source) -> None:
    add_citation(source, group_id=_number(group))
    chief, address = administrator(app), f"/en/sources/{source.id}"
    answer = send(chief, f"{address}/erase")
    assert answer.status_code == 409
    assert "Records cite this source, so it cannot be erased. Archive it instead." in answer.text
    send(chief, f"{address}/archive")
    cite = chief.get(f"/en/sources/of/group/{group.id}").text
    assert f'<option value="{source.id}"' not in cite
    assert "Par projektu" in cite
    send(chief, f"{address}/archive")
    db.session.delete(db.session.scalars(select(Citation)).one())
    db.session.commit()
    send(chief, f"{address}/erase")
    assert db.session.scalars(select(Source)).all() == []


@pytest.mark.sqlite_only
def test_mistakes_are_named(manager: FlaskClient) -> None:
    answer = send(
        manager, "/en/sources/new", published_on="2.2.2020.", edited_on="1.2.2020.", url="javascript:alert(1)"
    )
    assert answer.status_code == 422
    assert [words for words, address in links(answer.text).items() if address.startswith("#")] == [
        "Enter who published it.",
        "Enter the title in Latvian or in English.",
        "Enter an address that begins with https:// or http://.",
        "It cannot be edited before it was published; check the two days.",
    ]
