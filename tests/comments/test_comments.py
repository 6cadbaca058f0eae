"""Members comment at once, the public where the group hears everyone; managers show and hide."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lag_tracker.database import db
from lag_tracker.models.account import Account, Role
from lag_tracker.models.comment import Comment, CommentState
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.traits import Audience
from tests import factories
from tests.reading import links, texts
from tests.visitors import form_of, manager_of, member_of, observer_of, send, signed_in

Statements = Callable[[], AbstractContextManager[list[str]]]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MEETING, INITIATIVE = "/en/meetings/sede", "/en/initiatives/soli"
BOTH = pytest.mark.parametrize("address", [MEETING, INITIATIVE])


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def records(**given: Any) -> Group:
    """Add a group with a meeting and an initiative."""
    group: Group = factories.group(**given)
    factories.meeting("Sēde", groups=[group], slug="sede")
    factories.initiative(group, "Soli", slug="soli")
    db.session.commit()
    return group


@pytest.fixture
def group(app: Flask) -> Group:
    """Return a group that comments among itself."""
    return records()


@pytest.fixture
def open_group(app: Flask) -> Group:
    """Return a group that hears everyone."""
    return records(takes_public_comments=True)


def anna(group: Group, **given: Any) -> Account:
    person = factories.person("Anna Bērziņa", **({"name_is_public": False} | given))
    found: Account = factories.account(roles={group: Role.MEMBER}, person=person)
    return found


def said(page: TestResponse) -> list[str]:
    """Return the comments that a page shows, with their heads."""
    return texts(page.text, "li", css_class="comment")


def words(page: TestResponse) -> list[str]:
    """Return what the comments say."""
    return texts(page.text, "div", css_class="comment-text")


@BOTH
def test_what_a_member_says_is_there_at_once_for_members_alone(
    app: Flask, client: FlaskClient, group: Group, address: str
) -> None:
    author, other, observer = signed_in(app, anna(group)), member_of(app, group), observer_of(app, group)
    stranger = manager_of(app, factories.group("Cita"))
    answer = send(author, f"{address}/comment", text="Laba doma.\n\nBet kur?")
    assert (answer.status_code, answer.location) == (303, f"{address}#comments")
    assert [words(visitor.get(address)) for visitor in (other, observer)] == [["Laba doma.Bet kur?"]] * 2
    assert said(other.get(address))[0].startswith("Anna Bērziņa 22 Nov 2026 14:00")
    for visitor in (client, stranger):
        assert "Laba doma" not in visitor.get(address).text
        assert "Comments" not in texts(visitor.get(address).text, "h2")


@BOTH
def test_signing_in_leads_members_to_their_form_and_others_back_to_this_one(
    app: Flask, client: FlaskClient, open_group: Group, address: str
) -> None:
    own = links(client.get(address).text)["Write a comment"]
    to_sign_in = urlsplit(links(client.get(own).text)["sign in and comment as a member"])
    assert (to_sign_in.path, parse_qs(to_sign_in.query)) == ("/en/sign-in", {"next": [own]})
    assert member_of(app, open_group).get(own).location == f"{address}/comment"
    page = member_of(app, factories.group()).get(own).text
    assert "You are not a member of this group. This form is open to everyone, to you as well." in texts(page, "p")
    assert "sign in and comment as a member" not in links(page)


@BOTH
def test_only_members_are_offered_the_form(app: Flask, group: Group, address: str) -> None:
    visitors = (member_of(app, group), observer_of(app, group), manager_of(app, factories.group()))
    assert [visitor.get(f"{address}/comment").status_code for visitor in visitors] == [200, 404, 404]
    assert ["Write a comment" in links(visitor.get(address).text) for visitor in visitors] == [True, False, False]


@BOTH
def test_where_the_group_hears_everyone_a_member_chooses_who_reads_it(
    app: Flask, client: FlaskClient, open_group: Group, address: str
) -> None:
    author = signed_in(app, anna(open_group))
    send(author, f"{address}/comment", text="Mūsu starpā")
    send(author, f"{address}/comment", text="Visiem", audience="public")
    assert words(author.get(address)) == ["Mūsu starpā", "Visiem"]
    assert words(client.get(address)) == ["Visiem"]
    assert said(client.get(address))[0].startswith("Member of the group 22 Nov 2026")
    assert "Anna" not in client.get(address).text


def test_the_public_reads_a_members_name_only_with_consent(app: Flask, client: FlaskClient, open_group: Group) -> None:
    account = anna(open_group, name_is_public=True)
    send(signed_in(app, account), f"{INITIATIVE}/comment", text="Visiem", audience="public")
    assert said(client.get(INITIATIVE))[0].startswith("Anna Bērziņa")


def test_a_hidden_choice_is_not_taken_where_the_group_does_not_hear_everyone(app: Flask, group: Group) -> None:
    send(signed_in(app, anna(group)), f"{INITIATIVE}/comment", text="Doma", audience="public")
    assert db.session.scalars(select(Comment.audience)).all() == [Audience.MEMBERS]


@BOTH
def test_the_public_comments_without_a_cookie_and_a_manager_reads_it_first(
    app: Flask, client: FlaskClient, open_group: Group, clock: time_machine.Traveller, address: str
) -> None:
    form = links(client.get(address).text)["Write a comment"]
    page = client.get(form)
    clock.shift(timedelta(seconds=30))
    answer = client.post(form, data=form_of(page) | {"text": "No malas", "name": "Juris"})
    assert answer.location == f"{address}?sent=1#comments"
    thanks = client.get(f"{address}?sent=1")
    assert "Thank you." in texts(thanks.text, "div", css_class="notice")[-1]
    assert words(thanks) == []
    manager, member = manager_of(app, open_group), member_of(app, open_group)
    assert words(member.get(address)) == []
    assert words(manager.get("/en/desk/proposals")) == ["No malas"]
    assert links(manager.get("/en/desk").text)["1 comment"] == "/en/desk/proposals#comments-h"
    shown = press(manager, "/en/comments/1/show", "/en/desk/proposals")
    assert shown.location == "/en/desk/proposals"
    assert said(client.get(address))[0].startswith("Juris 22 Nov 2026")


def press(client: FlaskClient, address: str, page: str) -> TestResponse:
    """Press the button on a page that leads to an address."""
    html = client.get(page).text
    assert f'action="{address}"' in html
    token = html.partition('name="csrf_token" value="')[2].partition('"')[0]
    return client.post(address, data={"csrf_token": token})


def test_a_manager_hides_and_shows(app: Flask, client: FlaskClient, open_group: Group) -> None:
    manager, author = manager_of(app, open_group), signed_in(app, anna(open_group))
    send(author, f"{MEETING}/comment", text="Nejauki", audience="public")
    assert press(manager, "/en/comments/1/hide", MEETING).location == f"{MEETING}#comments"
    assert [words(visitor.get(MEETING)) for visitor in (client, author, manager)] == [[], [], ["Nejauki"]]
    assert "hidden" in texts(manager.get(MEETING).text, "span", css_class="badge")
    press(manager, "/en/comments/1/show", MEETING)
    assert words(client.get(MEETING)) == ["Nejauki"]


def test_a_button_without_its_token_changes_nothing(app: Flask, open_group: Group) -> None:
    manager = manager_of(app, open_group)
    send(signed_in(app, anna(open_group)), f"{MEETING}/comment", text="Doma")
    assert manager.post("/en/comments/1/hide").status_code == 400
    assert db.session.scalars(select(Comment.state)).all() == [CommentState.SHOWN]


def test_the_author_mends_a_comment_for_fifteen_minutes(
    app: Flask, group: Group, clock: time_machine.Traveller
) -> None:
    author, other = signed_in(app, anna(group)), member_of(app, group)
    send(author, f"{INITIATIVE}/comment", text="Kļūdu")
    clock.shift(timedelta(minutes=14))
    assert "/en/comments/1/edit" in author.get(INITIATIVE).text
    assert "/en/comments/1/edit" not in other.get(INITIATIVE).text
    page = author.get("/en/comments/1/edit")
    assert send(author, "/en/comments/1/edit", page=page, text="Kļūda").location == f"{INITIATIVE}#comments"
    assert words(other.get(INITIATIVE)) == ["Kļūda"]
    assert "changed by the author" in said(other.get(INITIATIVE))[0]
    clock.shift(timedelta(minutes=1))
    assert "/en/comments/1/edit" not in author.get(INITIATIVE).text
    late = send(author, "/en/comments/1/edit", text="Vēlu")
    assert late.status_code == 409
    assert form_of(late)["text"] == ["Vēlu"]
    assert [visitor.get("/en/comments/1/edit").status_code for visitor in (other, manager_of(app, group))] == [404, 404]


def test_what_a_manager_hid_is_not_mended(app: Flask, group: Group) -> None:
    author, manager = signed_in(app, anna(group)), manager_of(app, group)
    send(author, f"{INITIATIVE}/comment", text="Nejauki")
    press(manager, "/en/comments/1/hide", INITIATIVE)
    assert send(author, "/en/comments/1/edit", text="Jauki").status_code == 409


def test_an_account_without_a_person_is_told_what_to_do(app: Flask, group: Group) -> None:
    answer = send(member_of(app, group), f"{MEETING}/comment", text="Doma")
    assert answer.status_code == 409
    assert "Ask a manager of the group for it." in answer.text


@pytest.mark.parametrize("text", ["", "x" * 5001])
def test_an_empty_or_endless_comment_is_refused(app: Flask, group: Group, text: str) -> None:
    assert send(signed_in(app, anna(group)), f"{MEETING}/comment", text=text).status_code == 422


def test_the_same_words_are_taken_once(app: Flask, group: Group) -> None:
    author = signed_in(app, anna(group))
    statuses = [send(author, f"{MEETING}/comment", text="Doma").status_code for _ in range(2)]
    assert statuses == [303, 409]


def test_the_same_words_are_taken_from_others_and_elsewhere(app: Flask, group: Group) -> None:
    author, other = signed_in(app, anna(group)), signed_in(app, anna(group))
    said_by = [(author, MEETING), (other, MEETING), (author, INITIATIVE)]
    assert [send(who, f"{where}/comment", text="Piekrītu.").status_code for who, where in said_by] == [303] * 3


@BOTH
def test_the_public_does_not_learn_what_members_said_by_saying_it(
    client: FlaskClient, open_group: Group, clock: time_machine.Traveller, address: str
) -> None:
    for held in (db.session.scalars(select(Meeting)).one(), db.session.scalars(select(Initiative)).one()):
        factories.comment(held, "Atlaist direktoru", person=factories.person(), audience=Audience.MEMBERS)
        factories.comment(held, "Atlaist direktoru", audience=Audience.MEMBERS)
    db.session.commit()
    statuses = []
    for _ in range(2):
        page = client.get(f"{address}/opinion")
        clock.shift(timedelta(seconds=30))
        statuses.append(
            client.post(f"{address}/opinion", data=form_of(page) | {"text": "Atlaist direktoru"}).status_code
        )
    assert statuses == [303, 409]


@pytest.mark.parametrize(
    "given", [{}, {"takes_public_comments": True, "audience": Audience.MEMBERS}], ids=["closed", "hidden"]
)
def test_the_public_has_no_form_where_the_group_does_not_hear_everyone(
    app: Flask, client: FlaskClient, given: dict[str, Any]
) -> None:
    records(**given)
    for address in (MEETING, INITIATIVE):
        assert client.get(f"{address}/opinion").status_code == 404
        assert client.post(f"{address}/opinion", data={"text": "Doma"}).status_code == 404


def test_nothing_of_hidden_records_is_heard(app: Flask, client: FlaskClient, open_group: Group) -> None:
    secret = factories.meeting("Slepenā", groups=[open_group], audience=Audience.MEMBERS, slug="slepena")
    factories.comment(secret, "Slepens", audience=Audience.PUBLIC)
    db.session.commit()
    assert [client.get(f"/en/meetings/slepena{page}").status_code for page in ("", "/opinion")] == [404, 404]


def test_the_leading_group_says_whether_everyone_is_heard(app: Flask, client: FlaskClient) -> None:
    closed, hears = factories.group("Slēgtā"), factories.group("Atvērtā", takes_public_comments=True)
    held = factories.meeting("Kopā", groups=[closed, hears], slug="kopa")
    factories.comment(held, "Visiem", audience=Audience.PUBLIC)
    db.session.commit()
    assert words(client.get("/en/meetings/kopa")) == []
    assert client.get("/en/meetings/kopa/opinion").status_code == 404


def test_links_are_not_vouched_for_and_the_rest_is_text(app: Flask, client: FlaskClient, open_group: Group) -> None:
    text = "<b>Sk.</b> https://x.example/a?b=<script> un javascript:alert(1)"
    send(signed_in(app, anna(open_group)), f"{INITIATIVE}/comment", text=text, audience="public")
    html = client.get(INITIATIVE).text
    assert 'rel="nofollow noopener ugc"' in html
    assert "<b>Sk" not in html
    assert "<script>" not in html.partition('class="comment-text"')[2].partition("</ol>")[0]
    assert 'href="javascript:' not in html


@BOTH
def test_the_public_costs_no_statement_where_there_can_be_no_comment(
    app: Flask, client: FlaskClient, group: Group, address: str, statements: Statements
) -> None:
    def cost() -> int:
        client.get(address)
        db.session.expire_all()
        with statements() as ran:
            client.get(address)
        return len(ran)

    closed = cost()
    group.takes_public_comments = True
    db.session.commit()
    hears = cost()
    for number in range(3):
        db.session.add(
            Comment(
                **{"meeting_id" if address == MEETING else "initiative_id": 1},
                text=f"Nr. {number}",
                language="lv",
                state=CommentState.SHOWN,
                audience=Audience.PUBLIC,
                person=factories.person(),
            )
        )
    db.session.commit()
    assert (hears - closed, cost() - closed) == (1, 1)


@pytest.mark.parametrize("page", ["comment", "opinion"])
def test_what_became_part_of_another_initiative_is_talked_about_there(app: Flask, open_group: Group, page: str) -> None:
    visitor = signed_in(app, anna(open_group)) if page == "comment" else app.test_client()
    form = visitor.get(f"{INITIATIVE}/{page}")
    soli = db.session.scalars(select(Initiative)).one()
    soli.merged_into = factories.initiative(open_group, "Parks", slug="parks")
    db.session.commit()
    assert visitor.get(f"{INITIATIVE}/{page}").location == f"/en/initiatives/parks/{page}"
    assert f"{INITIATIVE}/{page}" not in links(visitor.get(INITIATIVE).text).values()
    with time_machine.travel(NOW + timedelta(minutes=1)):
        answer = visitor.post(f"{INITIATIVE}/{page}", data=form_of(form) | {"text": "Labi", "name": "Anna"})
    assert answer.status_code in {409, 422}
    assert "This initiative became part of another one. Write your comment there." in answer.text
    assert db.session.scalars(select(Comment)).all() == []
