"""Statements that go straight to the driver."""

import pytest
from flask import Flask
from sqlalchemy import text

from lag_tracker.database import Driver, db

ONE, NONE = text("SELECT 1"), text("SELECT 1 FROM nowhere")


def is_within_transaction() -> bool:
    """Tell whether the connection that is lent out next is, after a read, within a transaction."""
    with Driver(db.engine).connect() as connection:
        assert connection.read(ONE)[0][0] == 1
        driver = connection._connection.driver_connection
        return driver.in_transaction if hasattr(driver, "in_transaction") else driver.info.transaction_status != 0


def test_a_read_is_no_transaction_and_those_of_everybody_else_stay_what_they_are(app: Flask) -> None:
    assert not is_within_transaction()
    db.session.execute(text("UPDATE calendar_version SET version = version + 7 WHERE calendar_key = ''"))
    db.session.rollback()
    assert db.session.scalar(text("SELECT version FROM calendar_version WHERE calendar_key = ''")) != 7
    db.session.rollback()
    assert not is_within_transaction()


def test_a_connection_is_given_back_after_a_failure_as_it_was(app: Flask) -> None:
    driver, lent = Driver(db.engine), set()

    def fail() -> None:
        with driver.connect() as connection:
            lent.add(id(connection._connection.driver_connection))
            connection.read(NONE)

    for _ in range(30):
        with pytest.raises(driver.failures):
            fail()
    assert len(lent) == 1
    assert not is_within_transaction()
