"""Statements that go straight to the driver."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from lag_tracker.database import Driver, db

ONE, NONE = text("SELECT 1"), text("SELECT 1 FROM nowhere")


def is_within_transaction() -> bool:
    """Tell whether the connection that is lent out next is, after a read, within a transaction."""
    with Driver(db.engine).connect() as connection:
        assert connection.read(ONE)[0][0] == 1
        driver = connection._connection
        return driver.in_transaction if hasattr(driver, "in_transaction") else driver.info.transaction_status != 0


def test_a_read_is_no_transaction_and_those_of_everybody_else_stay_what_they_are(app: Flask) -> None:
    assert not is_within_transaction()
    db.session.execute(text("UPDATE calendar_version SET version = version + 7 WHERE calendar_key = ''"))
    db.session.rollback()
    assert db.session.scalar(text("SELECT version FROM calendar_version WHERE calendar_key = ''")) != 7
    db.session.rollback()
    assert not is_within_transaction()


def fail(driver: Driver, lent: list[Any]) -> None:
    with driver.connect() as connection:
        lent.append(connection._connection)
        connection.read(NONE)


def test_a_connection_whose_statement_failed_is_given_back_as_it_was_or_closed(app: Flask) -> None:
    driver, lent = Driver(db.engine), list[Any]()
    for _ in range(30):
        with pytest.raises(driver.failures):
            fail(driver, lent)
    if db.engine.dialect.name == "postgresql":
        assert len(set(map(id, lent))) == 1
    else:
        for connection in lent:
            with pytest.raises(sqlite3.ProgrammingError, match="closed"):
                connection.execute("SELECT 1")
    assert not is_within_transaction()


@pytest.mark.sqlite_only
def test_a_thread_keeps_its_connection_and_shares_it_with_no_other(app: Flask) -> None:
    driver = Driver(db.engine)

    def used() -> tuple[int, int]:
        with driver.connect() as one:
            first = one._connection
        with driver.connect() as other:
            return id(first), id(other._connection)

    with ThreadPoolExecutor() as threads:
        elsewhere = threads.submit(used)
        (first, again), (others, others_again) = used(), elsewhere.result()
    assert (first, others) == (again, others_again)
    assert first != others


@pytest.mark.sqlite_only
def test_kept_connections_are_none_of_those_that_the_pool_lends(app: Flask) -> None:
    pool: Any = db.engine.pool
    lent = pool.checkedout()
    for _ in range(30):
        with Driver(db.engine).connect() as connection:
            connection.read(ONE)
    assert pool.checkedout() == lent


@pytest.mark.sqlite_only
def test_kept_connections_are_opened_anew_once_the_engine_was_disposed_of(app: Flask) -> None:
    driver = Driver(db.engine)

    def used() -> Any:
        with driver.connect() as connection:
            connection.read(ONE)
            return connection._connection

    with ThreadPoolExecutor(max_workers=1) as threads:
        before = [used(), threads.submit(used).result()]
        db.session.close()
        db.engine.dispose()
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            before[0].execute("SELECT 1")
        after = [used(), threads.submit(used).result()]
    assert all(new is not old for new, old in zip(after, before, strict=True))
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        before[1].execute("SELECT 1")
