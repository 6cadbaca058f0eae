"""Letters that are due leave through a real mail server, each once, and what cannot leave is tried again."""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.letters import post as leaving
from lag_tracker.letters.operations import (
    LEASE,
    MOST_TRIES,
    WAITS,
    note_not_sent,
    send_again,
    take_letter,
    write_letter,
)
from lag_tracker.models.letter import Letter, LetterState
from lag_tracker.models.person import Person
from lag_tracker.worker import send_due_letters
from tests import factories
from tests.mail_server import MailServer, mail_server

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def write(**given: Any) -> Letter:
    values = {
        "kind": "sign_in_link",
        "to_email": "anna@grupas.example",
        "language": "lv",
        "subject": "Sanāksme pārcelta",
        "text": "Labdien!\n\nŅemiet vērā: jauns laiks.\n",
        "domain": "grupas.example",
    }
    letter = write_letter(db.session(), **(values | given))
    assert letter is not None
    letter.due_at = NOW
    db.session.commit()
    return letter


def send(app: Flask, server: MailServer | str, *, now: datetime = NOW, **settings: Any) -> int:
    """Send what is due, as a worker does, by a server or by the address of one."""
    address = server if isinstance(server, str) else server.address
    given = {"mail_server": address, "mail_sender": "Grupas <grupas@grupas.example>"} if address else {}
    with app.test_request_context():
        return send_due_letters(replace(app.config["SETTINGS"], **(given | settings)), clock=lambda: now)


def stored() -> Letter:
    db.session.expire_all()
    return db.session.scalars(select(Letter)).one()


def test_a_letter_arrives_as_it_was_written(app: Flask, server: MailServer) -> None:
    letter = write()
    expected = letter.message_id
    assert send(app, server) == 1
    (arrived,) = server.letters
    assert (arrived["From"], arrived["To"]) == ("Grupas <grupas@grupas.example>", "anna@grupas.example")
    assert (arrived["Subject"], arrived["Message-ID"]) == ("Sanāksme pārcelta", expected)
    assert (arrived["Auto-Submitted"], arrived["Content-Language"]) == ("auto-generated", "lv")
    assert arrived.get_content().replace("\r\n", "\n") == "Labdien!\n\nŅemiet vērā: jauns laiks.\n"


def test_what_a_letter_said_is_forgotten_once_it_is_sent(app: Flask, server: MailServer) -> None:
    write(text="https://grupas.example/pieteikties/saite/slepens", calendar=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    send(app, server)
    letter = stored()
    assert (letter.state, letter.text, letter.calendar, letter.sent_at) == (LetterState.SENT, "", None, NOW)
    assert send(app, server) == 0


def test_a_calendar_goes_with_the_letter_as_a_file(app: Flask, server: MailServer) -> None:
    write(calendar="BEGIN:VCALENDAR\r\nSUMMARY:Ķekava\r\nEND:VCALENDAR\r\n".encode())
    send(app, server)
    (part,) = server.letters[0].iter_attachments()
    assert (part.get_content_type(), part.get_filename(), part.get_param("method")) == (
        "text/calendar",
        "sanaksme.ics",
        None,
    )
    assert part.get_content() == "BEGIN:VCALENDAR\r\nSUMMARY:Ķekava\r\nEND:VCALENDAR\r\n"


def test_a_letter_about_a_meeting_says_how_to_end_such_letters(app: Flask, server: MailServer) -> None:
    person = factories.person()
    db.session.flush()
    write(kind="meeting_reminder", person_id=person.id)
    write(kind="sign_in_link", person_id=person.id)
    send(app, server)
    about_meeting, about_signing_in = server.letters
    address = about_meeting["List-Unsubscribe"].strip("<>")
    assert about_meeting["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert about_signing_in["List-Unsubscribe"] is None
    # A mail program sends the form by itself, and knows nothing of cookies.
    answer = app.test_client(use_cookies=False).post(
        address.removeprefix("https://grupas.example"), data={"List-Unsubscribe": "One-Click"}
    )
    assert answer.status_code == 303
    db.session.expire_all()
    assert db.session.scalars(select(Person.wants_letters)).all() == [False]


def test_a_letter_that_is_not_due_stays(app: Flask, server: MailServer) -> None:
    write()
    assert send(app, server, now=NOW - timedelta(seconds=1)) == 0
    assert stored().state is LetterState.WAITING


def test_a_refused_receiver_fails_at_once(app: Flask, server: MailServer) -> None:
    server.refuses["anna@grupas.example"] = "550 5.1.1 No such user"
    write()
    send(app, server)
    letter = stored()
    assert (letter.state, letter.last_error, letter.text[:8]) == (
        LetterState.FAILED,
        "550 5.1.1 No such user",
        "Labdien!",
    )


def test_a_refused_letter_fails_at_once_and_the_others_leave(app: Flask, server: MailServer) -> None:
    server.answers = ["554 5.7.1 Not wanted"]
    write()
    write(to_email="juris@grupas.example")
    assert send(app, server) == 2
    assert server.receivers == ["juris@grupas.example"]
    states = db.session.scalars(select(Letter.state).order_by(Letter.id)).all()
    assert states == [LetterState.FAILED, LetterState.SENT]


def test_a_letter_that_is_put_off_is_tried_again_ever_later_and_fails_in_the_end(
    app: Flask, server: MailServer
) -> None:
    server.answers = ["451 4.7.1 Come back later"] * MOST_TRIES
    write()
    now, waited = NOW, []
    for _ in range(MOST_TRIES - 1):
        assert send(app, server, now=now) == 1
        assert send(app, server, now=now) == 0
        assert stored().state is LetterState.WAITING
        waited.append(stored().due_at - now)
        now = stored().due_at
    assert waited == list(WAITS)
    send(app, server, now=now)
    assert (stored().state, stored().last_error) == (LetterState.FAILED, "451 4.7.1 Come back later")


def test_a_letter_that_failed_can_be_sent_again(app: Flask, server: MailServer) -> None:
    server.answers = ["554 5.7.1 Not wanted"]
    write()
    send(app, server)
    send_again(stored(), now=NOW)
    db.session.commit()
    send(app, server)
    assert (stored().state, len(server.letters)) == (LetterState.SENT, 1)


def test_a_server_that_is_away_costs_no_letter(app: Flask, server: MailServer) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    write()
    send(app, f"smtp://127.0.0.1:{port}")
    assert stored().state is LetterState.WAITING
    assert (stored().last_error or "").startswith("The mail server cannot be used: ")
    send(app, server, now=stored().due_at)
    assert (stored().state, len(server.letters)) == (LetterState.SENT, 1)


def test_a_server_that_takes_nobody_in_costs_no_letter(app: Flask) -> None:
    write()
    with mail_server(auth_required=True, auth_require_tls=False) as guarded:
        send(app, guarded.address.replace("//", "//grupas:nepareiza@"))
        assert set(guarded.signed_in) == {("grupas", "nepareiza")}
    assert stored().state is LetterState.WAITING


def test_the_name_and_password_of_the_setting_open_the_server(app: Flask) -> None:
    write()
    with mail_server(auth_required=True, auth_require_tls=False) as guarded:
        send(app, guarded.address.replace("//", "//grupas:parole%40@"))
        assert (guarded.signed_in, len(guarded.letters)) == ([("grupas", "parole@")], 1)


def test_a_password_never_leaves_the_machine_unencrypted(
    app: Flask, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "OWN_MACHINE", set())
    write()
    send(app, server.address.replace("//", "//grupas:slepens@"))
    assert (stored().state, server.signed_in, server.letters) == (LetterState.WAITING, [], [])
    assert stored().last_error == "The mail server cannot be used: STARTTLS extension not supported by server."


def test_after_a_crash_between_sending_and_writing_it_down_the_same_letter_comes_again(
    app: Flask, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_given: Any, **_named: Any) -> None:
        raise KeyboardInterrupt

    write()
    with monkeypatch.context() as patched:
        patched.setattr("lag_tracker.worker.note_sent", crash)
        with pytest.raises(KeyboardInterrupt):
            send(app, server)
    assert send(app, server) == 0
    assert send(app, server, now=NOW + LEASE) == 1
    assert len(server.letters) == 2
    assert server.letters[0]["Message-ID"] == server.letters[1]["Message-ID"]
    assert stored().state is LetterState.SENT


def test_a_letter_whose_last_try_broke_off_is_not_tried_for_ever(app: Flask, server: MailServer) -> None:
    letter = write()
    letter.tries = MOST_TRIES
    db.session.commit()
    send(app, server)
    assert (stored().state, server.letters) == (LetterState.FAILED, [])


def test_of_two_that_want_a_letter_one_gets_it(app: Flask) -> None:
    write()
    assert take_letter(db.session(), now=NOW) is not None
    db.session.commit()
    assert take_letter(db.session(), now=NOW) is None


def test_whoever_comes_back_too_late_changes_nothing(app: Flask, server: MailServer) -> None:
    write()
    slow = take_letter(db.session(), now=NOW)
    db.session.commit()
    assert slow is not None
    send(app, server, now=NOW + LEASE)
    note_not_sent(db.session(), slow, now=NOW + 2 * LEASE, reason="timed out", is_final=True)
    db.session.commit()
    assert stored().state is LetterState.SENT


def test_two_workers_send_each_letter_once(app: Flask, server: MailServer) -> None:
    receivers = [f"locekle-{number}@grupas.example" for number in range(24)]
    for receiver in receivers:
        write(to_email=receiver)
    start, tried = Barrier(3), []

    def run() -> None:
        with app.app_context():
            start.wait()
            tried.append(send(app, server))

    workers = [Thread(target=run) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(server.receivers) == sorted(receivers)
    assert sum(tried) == len(receivers)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "given",
    [
        {"to_email": "anna@grupas.example\r\nRCPT TO:<cits@grupas.example>"},
        {"to_email": "anna@grupas.example, cits@grupas.example"},
        {"to_email": "nav adreses"},
        {"message_id": "<1@grupas.example>\r\nBcc: cits@grupas.example"},
    ],
)
def test_nobody_else_gets_a_letter_by_a_hostile_field(app: Flask, server: MailServer, given: dict[str, str]) -> None:
    letter = write()
    for name, value in given.items():
        setattr(letter, name, value)
    db.session.commit()
    send(app, server)
    assert (stored().state, server.receivers) == (LetterState.FAILED, [])


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "subject", ["Temats\r\nBcc: cits@grupas.example", "=?utf-8?q?Bcc?=", "Ā" * 290, "\x00\x1b[31m", "a\u2028b\x85c"]
)
def test_a_hostile_subject_stays_a_subject(app: Flask, server: MailServer, subject: str) -> None:
    write(subject=subject)
    assert send(app, server) == 1
    assert server.receivers == ["anna@grupas.example"]
    (arrived,) = server.letters
    assert set(arrived.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted",
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip


@pytest.mark.sqlite_only
def test_a_line_that_is_only_a_dot_does_not_end_the_letter(app: Flask, server: MailServer) -> None:
    write(text="Pirms\n.\nRCPT TO:<cits@grupas.example>\nPēc\n")
    send(app, server)
    assert server.letters[0].get_content().replace("\r\n", "\n") == "Pirms\n.\nRCPT TO:<cits@grupas.example>\nPēc\n"


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("address", "sent_to"),
    [("anna@ķekava.lv", "anna@xn--ekava-n5a.lv"), ("jānis@grupas.example", "jānis@grupas.example")],
)
def test_addresses_with_letters_of_their_own_are_reached(
    app: Flask, server: MailServer, address: str, sent_to: str
) -> None:
    write(to_email=address)
    send(app, server)
    assert server.receivers == [sent_to]


def test_without_a_mail_server_letters_are_files_that_only_their_owner_reads(app: Flask) -> None:
    letter = write()
    number = letter.id
    send(app, "")
    folder = app.config["SETTINGS"].instance / "letters"
    (file,) = folder.iterdir()
    assert (file.name, file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (
        f"{number:08d}.eml",
        0o600,
        0o700,
    )
    assert "Subject: Sanāksme pārcelta" in file.read_text(encoding="utf-8")
    assert stored().state is LetterState.SENT


@pytest.mark.sqlite_only
def test_a_folder_that_cannot_be_written_to_costs_no_letter(app: Flask) -> None:
    (app.config["SETTINGS"].instance / "letters").write_text("no folder")
    write()
    send(app, "")
    assert stored().state is LetterState.WAITING
