"""What the commands share: the records, opened for them, and progress on the terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from lag_tracker import create_app, database
from lag_tracker.config import Settings, load_settings
from lag_tracker.errors import RuleBroken
from lag_tracker.schema import read_revision
from lag_tracker.web.settings import fresh_settings


@contextmanager
def records() -> Iterator[Settings]:
    """Open the database of this installation, and keep what was changed when nothing went wrong.

    Raise RuleBroken when its tables are not those of this version.
    """
    app = create_app(load_settings())
    with app.test_request_context():
        if not read_revision().is_current:
            raise RuleBroken("The database is not at this version of the software: run lag-tracker db upgrade first.")
        yield fresh_settings(app)
        database.db.session.commit()


def show_progress(done: int, total: int, section: str) -> None:
    """Say how far a load is: over and over on one line of a terminal, once in a file."""
    if sys.stdout.isatty():
        click.echo(f"\r  {done} of {total} records  {section:<16}", nl=not section)
    elif not section:
        click.echo(f"  {total} records")
