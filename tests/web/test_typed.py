"""What was typed comes back when the record went away meanwhile, and tells nobody whether there was one."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from werkzeug.test import TestResponse

from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account, GroupRole, Role, SignIn
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingState
from lag_tracker.models.submission import Draft
from lag_tracker.models.topic import Topic
from lag_tracker.web.access import Access
from tests import factories
from tests.reading import links, texts
from tests.test_rights import ADDRESSES, access_of, address_of, make_world, methods_of
from tests.visitors import administrator, form_of, manager_of, member_of, send, signed_in
from tests.web.test_drafts import busy

FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
EDIT = "/en/topics/velo/edit"
WORDS = "Droši ceļi <b>&amp;</b>\n\nuz skolu"
CHOSEN = {"hidden", "checkbox", "radio", "file"}
GONE = "The record is not here any more, or you may no longer change it."


@pytest.fixture
def group(app: Flask) -> Group:
    """Return a group with a topic."""
    made: Group = factories.group(slug="kekava", takes_public_proposals=True)
    factories.topic(made, "Velo", slug="velo")
    db.session.commit()
    return made


def shown(page: TestResponse) -> dict[str, str]:
    """Return what a page shows of what was typed, by label; all of it can be read and copied, and nothing sent."""
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    fields = {one.get("id"): one for one in tree.iter() if (one.get("id") or "").startswith("typed-")}
    labels = {one.get("for"): "".join(one.itertext()) for one in tree.iter("label")}
    for field in fields.values():
        if field.tag in {"input", "textarea"}:
            assert (field.get("readonly"), field.get("name")) == ("", None)
    return {
        labels[name]: (field.get("value") or "" if field.tag == "input" else "".join(field.itertext()))
        for name, field in fields.items()
        if field.tag in {"input", "textarea"}
    }


def without_address(page: TestResponse) -> str:
    """Return a page without what stands on each for itself: its own address, and the token of its form."""
    slug = page.request.path.split("/")[3]
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page.text).replace(f"/{slug}/", "/…/")


def erased(_account: Account) -> None:
    db.session.execute(delete(Topic))


def without_right(account: Account) -> None:
    db.session.execute(delete(GroupRole).where(GroupRole.account_id == account.id))


def of_another_group(account: Account) -> None:
    without_right(account)
    db.session.add(GroupRole(account_id=account.id, group=factories.group("Cita grupa"), role=Role.MANAGER))


@pytest.mark.parametrize("meanwhile", [erased, without_right, of_another_group])
def test_what_was_typed_comes_back_where_it_can_no_longer_be_saved(app: Flask, group: Group, meanwhile: Any) -> None:
    account = factories.account(roles={group: Role.MANAGER})
    manager = signed_in(app, account)
    page = manager.get(EDIT)
    meanwhile(account)
    db.session.commit()
    answer = send(manager, EDIT, page=page, title_en="Safe ways", summary_lv=WORDS, summary_en=" ", state="closed")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "private, no-store")
    assert texts(answer.text, "h1", "h2", within="main") == ["This could not be saved", "What you typed"]
    assert GONE in texts(answer.text, "p", within="main")
    assert '<textarea id="typed-summary_lv" lang="lv"' in answer.text
    assert db.session.scalars(select(Draft)).all() == []
    assert shown(answer) == {
        "Title in Latvian": "Velo",
        "Title in English": "Safe ways",
        "Summary in Latvian": WORDS,
    }


def test_the_page_leads_on_to_where_its_reader_works(app: Flask, group: Group) -> None:
    ways = []
    for role in (Role.MANAGER, Role.MEMBER):
        account = factories.account(roles={group: Role.MANAGER, factories.group("Cita"): role})
        visitor = signed_in(app, account)
        page = visitor.get(EDIT)
        db.session.execute(delete(GroupRole).where(GroupRole.group_id == group.id))
        db.session.commit()
        ways.append(links(send(visitor, EDIT, page=page).text))
    assert ways == [{"Desk": "/en/desk", "Search": "/en/search"}, {"My page": "/en/my-page", "Search": "/en/search"}]


def test_a_foreign_record_is_answered_like_one_that_never_was(app: Flask, group: Group) -> None:
    stranger = manager_of(app, factories.group("Cita grupa"))
    fields = form_of(manager_of(app, group).get(EDIT))
    answers = [
        stranger.post(address, data=fields, headers=FROM_HERE)
        for address in (EDIT, "/en/topics/nekad/edit", "/en/topics/nekada/edit")
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({without_address(answer) for answer in answers}) == 1
    assert shown(answers[0])["Title in Latvian"] == "Velo"


def typed_into(page: TestResponse) -> dict[str, str]:
    """Return each field into which people type, with words of its own; of several forms on the page the longest."""
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    forms = tree.iterfind(".//main//form[@method='post']")
    fields = [[one for one in form.iter() if one.tag in {"input", "textarea"}] for form in forms]
    names = [[one.get("name") or "" for one in form if one.get("type") not in CHOSEN] for form in fields]
    return {name: f"Teksts <i>: {name}" for name in max(names, key=len, default=[])}


@pytest.mark.sqlite_only
def test_every_form_gives_back_what_was_typed_to_who_lost_the_right(app: Flask) -> None:
    world = make_world(app)
    lost, tried = {}, 0
    for endpoint, doors in ADDRESSES.items():
        access, address = access_of(app, endpoint), address_of(app, endpoint, doors.ours)
        if methods_of(app, endpoint) != {"GET", "POST"} or access is Access.ACCOUNT:
            continue
        typed = typed_into(world["administrator"].get(address))
        answer = world["observer"].post(address, data=typed, headers=FROM_HERE)
        tried += bool(typed)
        if (answer.status_code, sorted(shown(answer).values())) != (404, sorted(typed.values())):
            lost[endpoint] = set(typed.values()) - set(shown(answer).values())
    assert (lost, tried > 30) == ({}, True)


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "none"}])
def test_nothing_is_shown_of_what_no_page_of_this_site_sent(app: Flask, group: Group, headers: dict[str, str]) -> None:
    stranger = manager_of(app, factories.group("Cita grupa"))
    for token in ("", "x", form_of(manager_of(app, group).get(EDIT))["csrf_token"]):
        answer = stranger.post(EDIT, data={"title_lv": "Velo", "csrf_token": token}, headers=headers)
        assert (answer.status_code, shown(answer)) == (404, {})
        assert texts(answer.text, "h1") == ["There is no such page"]


def test_no_password_or_code_is_shown(app: Flask) -> None:
    visitor = administrator(app)
    fields = form_of(visitor.get("/en/account/password")) | {"new_password": ["noslēpums"], "title_lv": ["Velo"]}
    answer = visitor.post("/en/accounts/999/close", data=fields, headers=FROM_HERE)
    assert (answer.status_code, shown(answer), "noslēpums" in answer.text) == (404, {}, False)


def test_an_address_that_leads_nowhere_shows_nothing(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    answer = manager.post("/en/nowhere", data=form_of(manager.get(EDIT)), headers=FROM_HERE)
    assert (answer.status_code, shown(answer)) == (404, {})


def test_who_has_no_account_gets_back_what_they_wrote_when_the_group_takes_no_more(app: Flask, group: Group) -> None:
    visitor = app.test_client(use_cookies=False)
    page = visitor.get("/en/groups/kekava/propose")
    typed: dict[str, Any] = {"title": "A bench", "text": WORDS, "name": "Anna", "email": "anna@grupas.example"}
    group.takes_public_proposals = False
    db.session.commit()
    answer = send(visitor, "/en/groups/kekava/propose", page=page, **typed)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "private, no-store")
    assert sorted(shown(answer).values()) == sorted(typed.values())
    assert "The page you wrote on is not here any more, or it no longer takes anything from everyone." in answer.text
    caught = send(visitor, "/en/groups/kekava/propose", page=page, homepage="https://x.example", **typed)
    made_up = send(visitor, "/en/groups/kekava/propose", page=page, opened="x", **typed)
    assert (shown(caught), shown(made_up)) == ({}, {})
    elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    foreign = visitor.post("/en/groups/kekava/propose", data=form_of(page) | typed, headers=elsewhere)
    assert (foreign.status_code, shown(foreign), WORDS in foreign.text) == (400, {}, False)


def ended(page: TestResponse, visitor: FlaskClient, **typed: Any) -> TestResponse:
    """End all sign-ins, and send a form that was opened before."""
    db.session.execute(update(SignIn).values(ended_at=utc_now()))
    db.session.commit()
    return send(visitor, page.request.path, page=page, **typed)


def test_what_was_kept_when_the_session_ended_is_shown_when_the_record_is_gone(app: Flask, group: Group) -> None:
    account, other = (factories.account(roles={group: Role.MANAGER}) for _ in range(2))
    manager = signed_in(app, account)
    answer = ended(manager.get(EDIT), manager, summary_lv=WORDS)
    assert (answer.status_code, shown(answer)["Summary in Latvian"]) == (401, WORDS)
    assert answer.headers["Cache-Control"] == "private, no-store"
    way_back = parse_qs(urlsplit(links(answer.text)["Sign in"]).query)["next"][0]
    erased(account)
    db.session.commit()
    again = signed_in(app, account).get(way_back)
    assert (again.status_code, shown(again)) == (404, {"Title in Latvian": "Velo", "Summary in Latvian": WORDS})
    assert shown(signed_in(app, other).get(way_back)) == {}


def test_who_signs_in_as_somebody_else_is_shown_what_the_same_window_held(app: Flask, group: Group) -> None:
    page = manager_of(app, group).get(EDIT)
    somebody = member_of(app, group)
    fields = form_of(page) | {"summary_lv": [WORDS]}
    answer = somebody.post(EDIT, data=fields, headers=FROM_HERE)
    assert (answer.status_code, shown(answer)["Summary in Latvian"]) == (404, WORDS)


def test_what_nobody_is_known_to_have_sent_is_shown_when_signing_in_is_asked_for(app: Flask, group: Group) -> None:
    fields = form_of(manager_of(app, group).get(EDIT)) | {"summary_lv": [WORDS]}
    answer = app.test_client(use_cookies=False).post(EDIT, data=fields, headers=FROM_HERE)
    assert (answer.status_code, shown(answer)["Summary in Latvian"]) == (401, WORDS)
    assert "It is saved nowhere. Copy what you need before you close this page." in answer.text


def test_a_busy_database_loses_no_words(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    page = manager.get(EDIT)
    with busy(app):
        answer = send(manager, EDIT, page=page, summary_lv=WORDS)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "private, no-store")
    assert shown(answer) == {"Title in Latvian": "Velo", "Summary in Latvian": WORDS}
    assert "What you sent was not saved. Send it again in half a minute." in answer.text
    assert manager.post(EDIT, data=form_of(answer)).status_code == 303
    assert db.session.scalars(select(Topic.summary_lv)).one() == WORDS


def test_what_was_too_much_at_once_leads_back_to_the_form_that_the_browser_kept(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    answer = send(manager, EDIT, summary_lv="a" * 1_000_000)
    assert (answer.status_code, shown(answer)) == (413, {})
    assert "if this browser kept what you wrote, the form will offer it to you." in answer.text
    assert links(answer.text)["Open the form again"] == EDIT


def test_an_address_longer_than_any_record_has_is_asked_to_sign_in_like_others(app: Flask, group: Group) -> None:
    visitor = manager_of(app, group)
    fields = form_of(visitor.get(EDIT))
    db.session.execute(update(SignIn).values(ended_at=utc_now()))
    db.session.commit()
    answer = visitor.post(f"/en/topics/{'v' * 600}/edit", data=fields)
    assert (answer.status_code, shown(answer)["Title in Latvian"]) == (401, "Velo")


def test_who_asked_for_too_many_letters_gets_the_words_back(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    address = "/en/groups/kekava/roles/invite"
    page = manager.get(address)
    answers = [
        send(manager, address, page=page, name="Zane", email=f"zane{number}@grupas.example", submission=f"k{number}")
        for number in range(61)
    ]
    assert (answers[-2].status_code, answers[-1].status_code) == (303, 429)
    assert sorted(shown(answers[-1]).values()) == ["Zane", "zane60@grupas.example"]
    form = form_of(answers[-1])
    assert (form["email"], form["submission"]) == (["zane60@grupas.example"], ["k60"])


def test_minutes_of_a_meeting_that_counts_as_held_no_more_are_shown(app: Flask, group: Group) -> None:
    meeting: Meeting = factories.meeting("Sēde", groups=[group], slug="sede", state=MeetingState.HELD)
    manager = manager_of(app, group)
    page = manager.get("/en/meetings/sede/minutes")
    meeting.state = MeetingState.CANCELLED
    db.session.commit()
    answer = send(manager, "/en/meetings/sede/minutes", page=page, number=-1, outcome_lv=WORDS)
    assert (answer.status_code, form_of(answer)["outcome_lv"]) == (409, [WORDS])


def test_pages_of_no_form_are_as_they_were(client: FlaskClient) -> None:
    answer = client.get("/en/nowhere?draft=1")
    assert (answer.status_code, "no-store" in answer.headers.get("Cache-Control", "")) == (404, False)
