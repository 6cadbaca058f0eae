"""Phone numbers as people type them, as they are kept, and as they are shown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lag_tracker.web.fields import read_phone
from lag_tracker.web.formatting import phone_number


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("26123456", "+37126123456"),
        ("+371 26 123 456", "+37126123456"),
        ("00371 26-123-456", "+37126123456"),
        ("(+371) 26.123.456", "+37126123456"),
        ("+371\u00a026\u2013123456", "+37126123456"),
        ("+49 151 2345 6789", "+4915123456789"),
        ("2612345", None),
        ("371 26123456", None),
        ("+0 26123456", None),
        ("+12345678901234567", None),
        ("+37126123456 iekš. 5", None),
        ("\u0662\u0666\u0661\u0662\u0663\u0664\u0665\u0666", None),
        ("", None),
    ],
)
def test_a_number_is_kept_in_the_international_form(typed: str, kept: str | None) -> None:
    assert read_phone(typed) == kept


@given(st.text(max_size=40))
def test_nothing_but_such_a_number_is_kept(typed: str) -> None:
    assert re.fullmatch(r"\+[1-9][0-9]{6,14}|None", str(read_phone(typed)))


@given(st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"))
def test_what_is_shown_reads_as_the_same_number(number: str) -> None:
    assert read_phone(phone_number(number)) == number


def test_a_latvian_number_is_shown_in_groups() -> None:
    assert phone_number("+37126123456") == "+371 26 123 456"
    assert not phone_number(None)
