"""Letters go into the outbox with what they tell about."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lag_tracker.database import db
from lag_tracker.letters.operations import write_letter
from lag_tracker.models.letter import Letter, LetterState


def write(**given: Any) -> Letter | None:
    values = {"kind": "x", "to_email": "anna@example.lv", "language": "lv", "subject": "Temats", "text": "Labdien!"}
    return write_letter(db.session(), **(values | {"domain": "grupas.example"} | given))


def waiting() -> int:
    return db.session.scalar(select(func.count(Letter.id)).where(Letter.state == LetterState.WAITING)) or 0


def test_a_letter_waits_to_be_sent(app: Flask) -> None:
    write()
    db.session.commit()
    assert waiting() == 1


def test_what_is_rolled_back_writes_no_letter(app: Flask) -> None:
    write()
    db.session.flush()
    db.session.rollback()
    assert waiting() == 0


def test_a_letter_that_is_written_once_is_not_written_again(app: Flask) -> None:
    assert write(once="moved/1") is not None
    assert write(once="moved/1") is None
    assert write(once="moved/2") is not None
    assert waiting() == 2


def test_every_letter_has_a_message_id_of_its_own(app: Flask) -> None:
    first, second = write(), write()
    assert first is not None
    assert second is not None
    assert first.message_id != second.message_id
    assert first.message_id.endswith("@grupas.example>")


@pytest.mark.parametrize("subject", ["Temats\r\nBcc: cits@example.lv", "Temats\nBcc: cits@example.lv"])
def test_a_subject_stays_on_one_line(app: Flask, subject: str) -> None:
    letter = write(subject=subject)
    assert letter is not None
    assert letter.subject == "Temats Bcc: cits@example.lv"
