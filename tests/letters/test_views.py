"""Letters that could not be sent are somebody's to see to, and letters about meetings can be ended by a link."""

from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import select

from lag_tracker.audit.operations import ACTOR
from lag_tracker.database import db
from lag_tracker.models.account import Role
from lag_tracker.models.audit import AuditEntry
from lag_tracker.models.group import Group
from lag_tracker.models.letter import Letter, LetterState
from lag_tracker.models.person import Person
from lag_tracker.web.personal_links import OPT_OUT, signed
from tests import factories
from tests.reading import links, texts
from tests.visitors import administrator, form_of, manager_of, send, signed_in


@pytest.fixture
def group(app: Flask) -> Group:
    made: Group = factories.group(slug="kekava")
    return made


def failed(**given: Any) -> Letter:
    letter: Letter = factories.letter(state=LetterState.FAILED, tries=7, last_error="550 No such user", **given)
    db.session.commit()
    return letter


def states() -> list[LetterState]:
    db.session.expire_all()
    return list(db.session.scalars(select(Letter.state).order_by(Letter.id)))


def link_of(app: Flask, person: Person, *, purpose: str = OPT_OUT, lang: str = "en") -> str:
    db.session.commit()
    with app.test_request_context():
        return url_for("letters.opt_out", token=signed(purpose, person.id), lang=lang)


def test_a_manager_sees_what_could_not_be_sent_for_the_own_group(app: Flask, group: Group) -> None:
    other = factories.group("Cita grupa")
    failed(group=group, subject="Mūsu vēstule", person=factories.person("Anna Bērziņa"))
    failed(group=other, subject="Cita vēstule")
    failed(subject="Pieteikšanās saite")
    factories.letter(group=group, subject="Vēl gaida")
    page = manager_of(app, group).get("/en/letters").text
    assert texts(page, "strong", within="main") == ["Mūsu vēstule"]
    assert "To Anna Bērziņa · anna@grupas.example" in page
    assert "550 No such user" in page
    everything = texts(administrator(app).get("/en/letters").text, "strong", within="main")
    assert everything == ["Pieteikšanās saite", "Cita vēstule", "Mūsu vēstule"]


def test_what_a_letter_says_is_shown_to_nobody(app: Flask, group: Group) -> None:
    failed(group=group, text="https://grupas.example/pieteikties/saite/slepens")
    assert "slepens" not in administrator(app).get("/en/letters").text


def test_a_failed_letter_is_sent_again(app: Flask, group: Group) -> None:
    failed(group=group)
    manager = manager_of(app, group)
    fields = form_of(manager.get("/en/letters"))
    assert manager.post("/en/letters/1/send", data=fields).location == "/en/letters"
    letter = db.session.get(Letter, 1)
    assert letter is not None
    assert (states(), letter.tries, letter.last_error) == ([LetterState.WAITING], 0, None)


def test_a_button_without_its_token_sends_nothing(app: Flask, group: Group) -> None:
    failed(group=group)
    assert manager_of(app, group).post("/en/letters/1/send").status_code == 400
    assert states() == [LetterState.FAILED]


def test_a_failed_letter_is_dropped_after_a_question(app: Flask, group: Group) -> None:
    failed(group=group)
    manager = manager_of(app, group)
    assert send(manager, "/en/letters/1/drop").location == "/en/letters"
    assert "The letter was dropped." in manager.get("/en/letters").text
    assert states() == []


def changes_read_by(visitor: Any) -> list[str]:
    """Return who did what, as the page of changes says."""
    page = visitor.get("/en/changes").text
    what = [words for words in texts(page, "p", within="main") if " – " in words]
    return [*texts(page, "strong", within="main"), *what, *texts(page, "dd")]


def test_who_sends_a_letter_again_or_drops_it_is_written_down(app: Flask, group: Group) -> None:
    failed(group=group, subject="Uzaicinājums", text="https://grupas.example/atbilde/slepens")
    manager = signed_in(app, factories.account(person=factories.person("Ilze Kalna"), roles={group: Role.MANAGER}))
    manager.post("/en/letters/1/send", data=form_of(manager.get("/en/letters")))
    page = ["Ilze Kalna", "Letter: Uzaicinājums – changed", "before: could not be sent after: waiting to be sent"]
    assert changes_read_by(manager) == page
    assert changes_read_by(manager_of(app, factories.group("Cita grupa"))) == []
    lost = failed(group=group, person=factories.person("Anna Bērziņa", name_is_public=True))
    send(manager, f"/en/letters/{lost.id}/drop")
    who, _, what, _, _, whose, _ = changes_read_by(manager)
    assert (who, what, whose) == ("Ilze Kalna", "Letter 2 – erased", "before: Anna Bērziņa")


def test_letters_that_come_of_a_change_are_not_written_down_beside_it(app: Flask, group: Group) -> None:
    account = factories.account()
    db.session.commit()
    db.session.info[ACTOR] = account.id
    factories.letter(group=group)
    db.session.commit()
    assert db.session.scalars(select(AuditEntry.noun)).all() == []


def test_who_ends_letters_by_a_link_is_named_in_the_record_of_changes(app: Flask) -> None:
    send(app.test_client(use_cookies=False), link_of(app, factories.person("Anna Bērziņa")))
    assert changes_read_by(administrator(app)) == [
        "Anna Bērziņa",
        "Person: Anna Bērziņa – changed by a link from a letter",
        "before: yes after: no",
    ]


def test_the_desk_tells_of_letters_that_failed(app: Flask, group: Group) -> None:
    manager = manager_of(app, group)
    assert "could not be sent" not in manager.get("/en/desk").text
    failed(group=group)
    failed(group=group)
    assert links(manager.get("/en/desk").text)["2 letters that could not be sent"] == "/en/letters"


def test_the_desk_says_where_letters_go_without_a_mail_server(app: Flask, group: Group) -> None:
    assert "No mail server is set" in manager_of(app, group).get("/en/desk").text


def test_somebody_ends_letters_about_meetings_without_an_account_and_has_them_again(app: Flask) -> None:
    person = factories.person("Anna Bērziņa")
    address = link_of(app, person)
    visitor = app.test_client(use_cookies=False)
    page = visitor.get(address)
    assert (page.headers["Cache-Control"], page.headers["X-Robots-Tag"]) == ("private, no-store", "noindex, nofollow")
    assert db.session.scalars(select(Person.wants_letters)).all() == [True]
    assert send(visitor, address).location == address
    db.session.expire_all()
    assert db.session.scalars(select(Person.wants_letters)).all() == [False]
    assert "You get no letters about meetings." in visitor.get(address).text
    send(visitor, address)
    db.session.expire_all()
    assert db.session.scalars(select(Person.wants_letters)).all() == [True]


def test_the_link_names_nobody(app: Flask) -> None:
    address = link_of(app, factories.person("Anna Bērziņa", email="anna@grupas.example"))
    page = app.test_client(use_cookies=False).get(address).text
    assert [word for word in ("Anna", "Bērziņa", "anna@") if word in page] == []


@pytest.mark.parametrize("turned", [lambda token: "2" + token[1:], lambda token: token[:-2], lambda _token: "x"])
def test_a_link_that_was_not_signed_here_opens_nothing(app: Flask, turned: Any) -> None:
    address = link_of(app, factories.person())
    start, _, token = address.rpartition("/")
    visitor = app.test_client(use_cookies=False)
    assert [visitor.get(f"{start}/{turned(token)}").status_code, visitor.get(address).status_code] == [404, 200]


def test_a_link_for_another_purpose_opens_nothing(app: Flask) -> None:
    address = link_of(app, factories.person(), purpose="something else")
    assert app.test_client(use_cookies=False).get(address).status_code == 404


def test_a_link_signed_with_an_earlier_key_still_works(app: Flask) -> None:
    address = link_of(app, factories.person())
    app.config.update(SECRET_KEY_FALLBACKS=["o" * 40, app.config["SECRET_KEY"]], SECRET_KEY="n" * 40)
    assert app.test_client(use_cookies=False).get(address).status_code == 200
    app.config["SECRET_KEY_FALLBACKS"] = []
    assert app.test_client(use_cookies=False).get(address).status_code == 404
