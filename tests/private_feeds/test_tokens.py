"""The life of a private feed's address: made, shown once, fetched, renewed, revoked, and kept out of every log."""

import gzip
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event, select, text
from sqlalchemy.orm import Session

from lag_tracker.accounts.operations import close_account
from lag_tracker.database import DriverConnection, db, utc_now
from lag_tracker.errors import RuleBroken
from lag_tracker.models.account import Account, GroupRole, Role
from lag_tracker.models.calendar_token import CalendarClient, CalendarToken, FeedKind
from lag_tracker.models.group import Group
from lag_tracker.models.person import Person
from lag_tracker.privacy.operations import apply_terms, erase_person
from lag_tracker.private_feeds.operations import MOST_FEEDS, client_of, make_feed, renew_feed, revoke_feed
from lag_tracker.site_settings import Terms
from tests import factories
from tests.calendars.conftest import NOON
from tests.private_feeds.conftest import events_in, feed_of
from tests.reading import texts
from tests.visitors import send, signed_in

PAGE = "/mana-lapa/kalendari"


@pytest.fixture
def group(app: Flask) -> Group:
    found = factories.group("Mūsu")
    factories.evening("Sanāksme", groups=[found])
    db.session.commit()
    return found


@pytest.fixture
def member(group: Group) -> Account:
    return factories.account(roles={group: Role.MEMBER}, person=factories.person())


def path_on(page: str) -> str:
    """Return the path of the feed whose address a page shows."""
    found = re.search(r"https://grupas\.example(/(?:en/calendars/private|kalendari/privati)/[a-z2-7]{32}\.ics)", page)
    assert found, page
    return found[1]


def test_an_address_is_shown_once_and_opens_the_feed(
    app: Flask, client: FlaskClient, group: Group, member: Account
) -> None:
    visitor = signed_in(app, member)
    made = send(visitor, PAGE, shows=f"group-{group.id}", name="Mans telefons", language="en")
    path = path_on(made.text)
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "private, no-store")
    assert f"webcal://grupas.example{path}" in made.text
    assert quote(f"webcal://grupas.example{path}", safe="") in made.text
    assert "<svg" in made.text
    assert list(events_in(client.get(path))) == ["Sanāksme"]
    page = visitor.get(PAGE)
    token = path.rpartition("/")[2].removesuffix(".ics")
    assert ("Mans telefons" in page.text, token in page.text) == (True, False)
    stored = db.session.execute(select(CalendarToken)).scalar_one()
    assert token not in repr([getattr(stored, column.name) for column in CalendarToken.__table__.columns])


def test_a_double_click_makes_one_feed(app: Flask, member: Account) -> None:
    visitor = signed_in(app, member)
    page = visitor.get(PAGE)
    first = send(visitor, PAGE, page=page, shows="mine", name="Telefons")
    second = send(visitor, PAGE, page=page, shows="mine", name="Telefons")
    assert (first.status_code, second.status_code) == (200, 303)
    assert len(db.session.scalars(select(CalendarToken)).all()) == 1


def test_a_new_address_ends_the_one_before(app: Flask, client: FlaskClient, member: Account) -> None:
    before = feed_of(member, FeedKind.MINE)
    number = db.session.scalar(select(CalendarToken.id))
    made = send(signed_in(app, member), f"{PAGE}/{number}/jauna-adrese")
    assert (client.get(before).status_code, client.get(path_on(made.text)).status_code) == (410, 200)


def test_a_revoked_feed_is_gone_and_the_others_stay(app: Flask, client: FlaskClient, member: Account) -> None:
    revoked, other = feed_of(member, FeedKind.MINE), feed_of(member, FeedKind.MINE)
    number = db.session.scalar(select(CalendarToken.id).order_by(CalendarToken.id))
    assert send(signed_in(app, member), f"{PAGE}/{number}/atsaukt").status_code == 303
    gone = client.get(revoked)
    assert (gone.status_code, b"VCALENDAR" in gone.data, client.get(other).status_code) == (410, False, 200)


def test_of_a_feed_revoked_long_ago_only_that_it_is_gone_is_known(client: FlaskClient, member: Account) -> None:
    path = feed_of(member, FeedKind.MINE)
    client.get(path)
    feed = db.session.scalars(select(CalendarToken)).one()
    revoke_feed(feed, now=utc_now())
    terms = Terms(traces=90, invitations=0, contacts=0, attendance=0, changes=0)
    assert apply_terms(db.session(), terms, now=utc_now() + timedelta(days=89)) == {}
    assert apply_terms(db.session(), terms, now=utc_now() + timedelta(days=91)) == {"calendar_token": 1}
    db.session.commit()
    assert (feed.name, feed.client, feed.last_fetched_at, client.get(path).status_code) == ("", None, None, 410)


def test_nobody_revokes_the_feed_of_another(app: Flask, client: FlaskClient, group: Group, member: Account) -> None:
    path = feed_of(member, FeedKind.MINE)
    number = db.session.scalar(select(CalendarToken.id))
    stranger = signed_in(app, factories.account(roles={group: Role.MANAGER}))
    for deed in ("atsaukt", "jauna-adrese"):
        assert stranger.get(f"{PAGE}/{number}/{deed}").status_code == 404
    assert client.get(path).status_code == 200


def test_a_group_that_is_not_ones_own_cannot_be_chosen(app: Flask, member: Account) -> None:
    other = factories.group("Cita")
    visitor = signed_in(app, member)
    for chosen in (f"group-{other.id}", "group-", "group", "managed", "", "x"):
        assert send(visitor, PAGE, name="Telefons", shows=chosen).status_code == 422
    assert db.session.scalars(select(CalendarToken)).all() == []


def test_all_that_can_be_had_stands_in_one_list(app: Flask, group: Group, member: Account) -> None:
    other = factories.group(name_lv=None, name_en="Another")
    db.session.add_all([other, GroupRole(account=member, group=other, role=Role.MEMBER)])
    page = signed_in(app, member).get(PAGE)
    shown = texts(page.text, "option", within="select")
    assert shown == ["Manas sanāksmes", "Another", "Mūsu", "Manu uzdevumu termiņi"]
    assert f'<optgroup label="Vienas grupas viss kalendārs"><option lang="en" value="group-{other.id}">' in page.text


def test_so_many_feeds_are_enough(app: Flask, member: Account) -> None:
    for _ in range(MOST_FEEDS):
        feed_of(member, FeedKind.MINE)
    assert send(signed_in(app, member), PAGE, shows="mine", name="Vēl viens").status_code == 409


def test_a_closed_account_takes_its_feeds_with_it_for_good(client: FlaskClient, member: Account) -> None:
    path = feed_of(member, FeedKind.MINE)
    close_account(member, session=db.session(), now=utc_now())
    db.session.commit()
    assert client.get(path).status_code == 410
    member.active = True
    db.session.commit()
    assert client.get(path).status_code == 410


def test_a_feed_that_was_gone_once_stays_gone_whatever_role_comes_later(
    app: Flask, client: FlaskClient, group: Group, member: Account
) -> None:
    path, unasked = feed_of(member, FeedKind.MINE), feed_of(member, FeedKind.MINE)
    db.session.execute(delete(GroupRole))
    db.session.commit()
    assert client.get(path).status_code == 410
    other = factories.group("Cita")
    db.session.flush()
    db.session.add(GroupRole(account_id=member.id, group_id=other.id, role=Role.MANAGER))
    db.session.commit()
    assert (client.get(path).status_code, client.get(unasked).status_code) == (410, 200)
    revoked = [feed.revoked_at for feed in db.session.scalars(select(CalendarToken).order_by(CalendarToken.id))]
    assert [moment is not None for moment in revoked] == [True, False]


def test_a_feed_gets_one_new_address_however_many_ask_at_once(app: Flask, member: Account) -> None:
    feed_of(member, FeedKind.MINE)
    with Session(db.engine) as earlier, Session(db.engine) as later:
        ours, theirs = (one.scalars(select(CalendarToken)).one() for one in (earlier, later))
        later.commit()
        renew_feed(ours, session=earlier, now=utc_now())
        earlier.commit()
        with pytest.raises(RuleBroken):
            renew_feed(theirs, session=later, now=utc_now())
    live = select(CalendarToken).where(CalendarToken.revoked_at.is_(None))
    assert len(db.session.scalars(live).all()) == 1


def test_two_who_make_feeds_at_once_stay_within_the_limit(app: Flask, member: Account) -> None:
    for _ in range(MOST_FEEDS - 1):
        feed_of(member, FeedKind.MINE)
    number, begin = member.id, Barrier(2)

    def make(name: str) -> bool:
        with app.app_context(), Session(db.engine) as session:
            owner = session.get_one(Account, number)
            session.commit()
            begin.wait()
            kind = FeedKind.MINE
            try:
                make_feed(owner, session=session, kind=kind, group_id=None, language="lv", name=name, now=utc_now())
            except RuleBroken:
                return False
            session.commit()
            return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(make, ["Viens", "Otrs"])) == [False, True]


def test_an_erased_person_leaves_no_feed(client: FlaskClient, member: Account) -> None:
    path = feed_of(member, FeedKind.MINE)
    person = db.session.get_one(Person, member.person_id)
    erase_person(person, session=db.session(), now=utc_now(), today=utc_now().date())
    db.session.commit()
    assert client.get(path).status_code == 404
    assert db.session.scalars(select(CalendarToken)).all() == []


def test_conditional_and_packed_answers_are_those_of_public_feeds(client: FlaskClient, member: Account) -> None:
    path = feed_of(member, FeedKind.MINE)
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert plain.headers["Cache-Control"].startswith("private")
    assert plain.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in plain.headers
    for answer in (plain, packed):
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.headers["ETag"], again.data) == (304, answer.headers["ETag"], b"")
    head = client.head(path)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", plain.headers["ETag"])
    for method in ("POST", "OPTIONS", "DELETE"):
        assert client.open(path, method=method).status_code == 405


def test_an_unchanged_poll_is_two_reads(client: FlaskClient, member: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    path = feed_of(member, FeedKind.MINE)
    etag = client.get(path).headers["ETag"]
    statements: list[str] = []
    read = DriverConnection.read

    def note(connection: DriverConnection, statement: Any, **values: Any) -> list[Any]:
        statements.append(str(statement))
        return read(connection, statement, **values)

    # Statements of the driver go past SQLAlchemy's events.
    monkeypatch.setattr(DriverConnection, "read", note)
    event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert len(statements) == 2, statements


def test_the_last_fetch_is_noted_once_an_hour(app: Flask, client: FlaskClient, member: Account) -> None:
    noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
    path = feed_of(member, FeedKind.MINE)

    def noted() -> tuple[datetime | None, CalendarClient | None]:
        db.session.expire_all()
        found = db.session.scalars(select(CalendarToken)).one()
        return found.last_fetched_at, found.client

    with time_machine.travel(noon, tick=False) as clock:
        client.get(path, headers={"User-Agent": "Google-Calendar-Importer"})
        assert noted() == (noon, CalendarClient.GOOGLE)
        clock.shift(timedelta(minutes=59))
        client.get(path, headers={"User-Agent": "Thunderbird/128"})
        assert noted() == (noon, CalendarClient.GOOGLE)
        clock.shift(timedelta(minutes=1))
        client.get(path, headers={"User-Agent": "Thunderbird/128"})
        assert noted() == (noon + timedelta(hours=1), CalendarClient.THUNDERBIRD)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("told", "client"),
    [
        ("Google-Calendar-Importer", CalendarClient.GOOGLE),
        ("iOS/18.1 (22B83) dataaccessd/1.0", CalendarClient.APPLE),
        ("macOS/15.1 (24B83) CalendarAgent/988", CalendarClient.APPLE),
        ("Microsoft.Exchange/15.20 (Calendar Sharing)", CalendarClient.OUTLOOK),
        ("Mozilla/5.0 (X11; Linux) Gecko/20100101 Thunderbird/128.4.0", CalendarClient.THUNDERBIRD),
        ("DAVx5/4.4.4-ose (okhttp/4.12) Android/14", CalendarClient.DAVX5),
        ("ICSx5/2.3 (okhttp/4.12) Android/14", CalendarClient.DAVX5),
        ("curl/8", CalendarClient.OTHER),
        ("", CalendarClient.OTHER),
    ],
)
def test_programs_are_known_by_what_they_say(told: str, client: CalendarClient) -> None:
    assert client_of(told) is client


@pytest.mark.parametrize(
    "token",
    ["x", "a" * 31, "a" * 32, "a" * 33, "A" * 32, "%00" * 32, "..%2f..%2fvisi", "ā" * 32, "' OR 1=1 --", "a" * 4000],
)
def test_what_is_no_token_opens_nothing(client: FlaskClient, member: Account, token: str) -> None:
    feed_of(member, FeedKind.MINE)
    answer = client.get(f"/kalendari/privati/{token}.ics")
    assert answer.status_code in {400, 404}
    assert b"VCALENDAR" not in answer.data


def test_a_thousand_wrong_tokens_shut_no_subscriber_out(client: FlaskClient, member: Account) -> None:
    path = feed_of(member, FeedKind.MINE)
    with time_machine.travel(NOON, tick=False) as clock:
        answers = [client.get(f"/kalendari/privati/{n:032}.ics") for n in range(1000)]
        assert [answer.status_code for answer in answers] == [404] * 60 + [429] * 940
        assert {(answer.headers["Retry-After"], answer.data) for answer in answers[60:]} == {("60", b"429")}
        elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
        assert client.get(f"/kalendari/privati/{1:032}.ics", environ_overrides=elsewhere).status_code == 404
        assert client.get(path).status_code == 200
        clock.shift(60)
        assert client.get(f"/kalendari/privati/{1:032}.ics").status_code == 404


def test_no_log_holds_a_token_even_when_everything_fails(
    app: Flask, client: FlaskClient, member: Account, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = feed_of(member, FeedKind.MINE)
    token = path.rpartition("/")[2].removesuffix(".ics")
    caplog.set_level(logging.DEBUG)
    client.get(path)
    feeds = app.extensions["private_feeds"]

    def fail(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError

    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(feeds, "look", fail)
    assert client.get(path).status_code == 500
    monkeypatch.undo()
    db.session.execute(text("ALTER TABLE calendar_token RENAME TO calendar_token_away"))
    db.session.commit()
    away = client.get(path)
    db.session.execute(text("ALTER TABLE calendar_token_away RENAME TO calendar_token"))
    db.session.commit()
    assert (away.status_code, away.headers["Retry-After"]) == (503, "60")
    assert "Exception on /kalendari/privati/….ics [GET]" in caplog.text
    assert token not in caplog.text


def test_a_change_reaches_the_next_poll_and_nothing_else_does(
    client: FlaskClient, group: Group, member: Account
) -> None:
    path = feed_of(member, FeedKind.MINE)
    first = client.get(path).headers["ETag"]
    factories.evening("Cita", groups=[factories.group("Cita grupa")])
    db.session.commit()
    assert client.get(path).headers["ETag"] == first
    factories.evening("Jauna", groups=[group])
    db.session.commit()
    answer = client.get(path, headers={"If-None-Match": first})
    assert set(events_in(answer)) == {"Sanāksme", "Jauna"}


def test_the_pages_lead_to_private_feeds(app: Flask, client: FlaskClient, member: Account) -> None:
    visitor = signed_in(app, member)
    for page in ("/mana-lapa", "/abonet"):
        assert f'href="{PAGE}"' in visitor.get(page).text
    assert PAGE not in client.get("/abonet").text


@pytest.mark.parametrize("address", ["/mana-lapa/dati", "/en/my-page/data"])
def test_what_is_kept_about_oneself_names_feeds_and_tells_no_digest(
    app: Flask, client: FlaskClient, member: Account, address: str
) -> None:
    client.get(feed_of(member, FeedKind.MINE))
    page = signed_in(app, member).get(address)
    digest = db.session.scalars(select(CalendarToken.token_hash)).one()
    assert (page.status_code, "Telefons" in page.text, digest in page.text) == (200, True, False)
