"""The commands `lag-tracker work` and `lag-tracker letters`: send letters, and say which were not sent."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

from lag_tracker import create_app, database
from lag_tracker.config import load_settings
from lag_tracker.errors import RuleBroken
from lag_tracker.letters.queries import unsent_letters
from lag_tracker.models.letter import LetterState
from lag_tracker.schema import read_revision
from lag_tracker.worker import stop_when_told, work


@contextmanager
def _installation() -> Iterator[Flask]:
    """Open the database of this installation, if it is at this version."""
    app = create_app(load_settings())
    with app.app_context():
        if not read_revision().is_current:
            raise RuleBroken("The database is not at this version of the software: run lag-tracker db upgrade first.")
        yield app


@click.command("work")
@click.option("--beside-server", is_flag=True, hidden=True, help="Stop when the process that started this one ends.")
def work_on(*, beside_server: bool) -> None:
    """Send letters, and do what is done daily, until told to stop; `run` starts this by itself."""
    stopping = stop_when_told(with_parent=beside_server)
    with _installation() as app:
        work(app, stopping=stopping)


@click.command("letters")
def show_letters() -> None:
    """List the letters that wait to be sent or could not be sent."""
    with _installation():
        letters = unsent_letters(database.db.session())
    for letter in letters:
        when = f"due {letter.due_at:%Y-%m-%d %H:%M} UTC" if letter.state is LetterState.WAITING else "not sent"
        click.echo(f"{letter.id}  {when}  {letter.kind}  {letter.to_email}  {letter.last_error or ''}".rstrip())
    if not letters:
        click.echo("No letter waits, and none has failed.")
