"""The command `lag-tracker`: start, load, check and look after an installation."""

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask import Flask, url_for
from sqlalchemy.exc import DBAPIError, OperationalError

from lag_tracker import create_app, database
from lag_tracker.audit.operations import act_as_program
from lag_tracker.calendars.operations import rebuild, renew_restored
from lag_tracker.config import Settings, load_settings
from lag_tracker.errors import BadSetting, FactsRefused, RuleBroken
from lag_tracker.letters.post import letter_folder
from lag_tracker.privacy.operations import apply_terms, erase_again, read_erased_list, tidy_letters
from lag_tracker.release import release
from lag_tracker.schema import check_database, one_at_a_time, read_revision, upgrade_database
from lag_tracker.search.operations import sweep_index
from lag_tracker.sending import show_letters, work_on
from lag_tracker.serving import first_administrator, prepare, require_free_port, serve
from lag_tracker.terminal import records, show_progress
from lag_tracker.users import user
from lag_tracker.worker import worker_beside

FEEDS_OF_ALL = ("all", "milestones")
FEEDS = (*FEEDS_OF_ALL, "municipality", "network", "group", "kind", "group_kind", "meeting")

REFUSED = 1
BAD_SETTING = 2


class Commands(click.Group):
    """Turns every expected failure into sentences on stderr and an exit code."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command; exit with 1 for what was refused or cannot be reached and with 2 for a bad setting."""
        try:
            return super().invoke(context)
        except BadSetting as mistake:
            _give_up(str(mistake), BAD_SETTING)
        except FactsRefused as mistakes:
            count = len(mistakes.mistakes)
            _give_up(
                f"{mistakes}\nNothing was loaded: the file has {count} mistake{'s' if count > 1 else ''}.", REFUSED
            )
        except RuleBroken as rule:
            _give_up(str(rule), REFUSED)
        except OperationalError as refusal:
            _give_up(f"The database cannot be used: {_first_line(refusal)}", REFUSED)
        except DBAPIError as refusal:
            _give_up(f"The database refused this, and nothing was changed: {_first_line(refusal)}", REFUSED)


def _give_up(sentence: str, code: int) -> None:
    click.echo(sentence, err=True)
    sys.exit(code)


def _first_line(refusal: DBAPIError) -> str:
    return (str(refusal.orig).strip() or "no reason was given").splitlines()[0]


def _application() -> tuple[Flask, Settings]:
    settings = load_settings()
    return create_app(settings), settings


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Look after LAG Tracker, the record of local groups of municipalities."""


main.add_command(user)
main.add_command(show_letters)
main.add_command(work_on)


@main.command("version")
def show_version() -> None:
    """Print the version."""
    click.echo(release())


@main.command()
def run() -> None:
    """Prepare what is missing and start the server."""
    app, settings = _application()
    require_free_port(settings)
    with app.app_context():
        prepare(
            settings,
            now=database.utc_now(),
            load_demonstration=lambda: _load_demonstration(settings),
            progress=lambda done, total: show_progress(done, total, "" if done == total else "calendar events"),
        )
    with app.test_request_context():
        first = first_administrator(settings, now=database.utc_now())
    with worker_beside() if settings.worker else nullcontext():
        serve(settings, announce=lambda: _announce(settings, first))


def _announce(settings: Settings, first: str | None) -> None:
    click.echo(f"LAG Tracker {release()}")
    click.echo(f"  Latviski:     {settings.address}/")
    click.echo(f"  In English:   {settings.address}/en/")
    if first:
        click.echo(f"  Pirmais administrators / First administrator: {first}")
    click.echo("  Apturēt: Ctrl+C. To stop: Ctrl+C.")


@main.command()
def demo() -> None:
    """Load the demonstration, or bring it up to date."""
    with records() as settings:
        _load_demonstration(settings)


def _load_demonstration(settings: Settings) -> None:
    # The checking of files takes long to import, and most starts need none.
    from lag_tracker.demonstration.sample import load_demonstration  # noqa: PLC0415

    today = datetime.now(ZoneInfo(settings.time_zone)).date()
    load_demonstration(uid_domain=settings.uid_domain, today=today, progress=show_progress)


@main.group()
def facts() -> None:
    """Check and load files of facts; docs/facts-file.md says how they are written."""


FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@facts.command()
@FILE
def check(file: Path) -> None:
    """Say every mistake of FILE with its place, and change nothing."""
    from lag_tracker.demonstration.loading import known_records  # noqa: PLC0415
    from lag_tracker.demonstration.reading import read_facts  # noqa: PLC0415

    with records():
        found = read_facts(file.read_bytes(), known=known_records())
    click.echo(f"{file}: {len(found)} records, no mistakes.")


@facts.command()
@FILE
def load(file: Path) -> None:
    """Load FILE, all of it or, when it has a mistake, nothing."""
    from lag_tracker.demonstration.loading import known_records, load_facts  # noqa: PLC0415
    from lag_tracker.demonstration.reading import read_facts  # noqa: PLC0415

    with records() as settings:
        act_as_program(database.db.session())
        found = read_facts(file.read_bytes(), known=known_records())
        today = datetime.now(ZoneInfo(settings.time_zone)).date()
        load_facts(found, uid_domain=settings.uid_domain, today=today, progress=show_progress)


@main.group()
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Bring the database to this version; an SQLite file is copied to instance/backups/ before it changes."""
    app, settings = _application()
    with app.app_context(), one_at_a_time(settings):
        before = read_revision()
        upgrade_database(settings, now=database.utc_now())
    if before.is_current:
        click.echo(f"The database is at {before.needed}, there is nothing to do.")
    else:
        click.echo(f"The database went from {before.present or 'nothing'} to {before.needed}.")


@db.command("check")
def check_db() -> None:
    """Say whether the database is whole and fits this version."""
    app, _settings = _application()
    with app.app_context():
        wrong = check_database()
    if wrong:
        _give_up("\n".join(wrong), REFUSED)
    click.echo("The database is whole and fits this version.")


@main.group()
def feed() -> None:
    """Look after calendar feeds."""


@feed.command()
@click.argument("kind", type=click.Choice(FEEDS))
@click.argument("slug", default="")
@click.option("--lang", type=click.Choice(["lv", "en"]), default="lv", show_default=True)
@click.option("--past", is_flag=True, help="Reach back as far as the records do.")
def show(kind: str, slug: str, *, lang: str, past: bool) -> None:
    """Print the feed of KIND, and of SLUG where there is more than one of its kind."""
    app, _settings = _application()
    if bool(slug) == (kind in FEEDS_OF_ALL):
        raise click.UsageError(f"The feed {kind} takes {'no' if slug else 'a'} slug.")
    values: dict[str, Any] = {"lang": lang, "slug": slug or None, "past": "all" if past else None}
    with app.test_request_context():
        address = url_for(f"feeds.{'everything' if kind == 'all' else kind}", **values)
    answer = app.test_client(use_cookies=False).get(address)
    if answer.status_code != HTTPStatus.OK:
        raise RuleBroken(
            f"There is no feed {kind} {slug}".rstrip() + f" (its address {address} answers {answer.status_code})."
        )
    click.echo(answer.data, nl=False)


@feed.command("rebuild")
def rebuild_feeds() -> None:
    """Write all events anew, when doctor finds that months are not true; those that come out the same stay the same."""
    _write_events(rebuild, commits_each_batch=True)


@feed.command()
def restored() -> None:
    """Make every event newer than any that calendars have seen, once after a backup was set back.

    Calendars keep what they know of an event until they are told something newer, and between the backup and now they
    were told things that this database does not know of.
    """
    _write_events(renew_restored, commits_each_batch=False)
    click.echo("Calendars that were subscribed to will take over the restored events.")


def _write_events(write: Callable[..., Iterator[tuple[int, int]]], *, commits_each_batch: bool) -> None:
    with records() as settings:
        for done, total in write(database.db.session(), base_url=settings.address, now=database.utc_now()):
            show_progress(done, total, "calendar events")
            if commits_each_batch:
                database.db.session.commit()
    show_progress(done, total, "")


@main.group()
def privacy() -> None:
    """Forget what has been kept for long enough."""


@privacy.command()
def tidy() -> None:
    """Delete what is older than the KEEP_... settings allow; the running application does it every day by itself."""
    with records() as settings:
        gone = apply_terms(database.db.session(), settings.terms, now=database.utc_now())
        if files := tidy_letters(letter_folder(settings), settings.terms, now=database.utc_now()):
            gone["letter file"] = files
    click.echo(", ".join(f"{noun}: {number}" for noun, number in gone.items()) or "Nothing was old enough.")


@privacy.command("erase-again")
def erase_people_again() -> None:
    """Erase again those who were erased before, after an older backup was set back."""
    with records() as settings:
        act_as_program(database.db.session())
        listed = read_erased_list(settings.instance / "erased")
        today = datetime.now(ZoneInfo(settings.time_zone)).date()
        number = erase_again(database.db.session(), listed, now=database.utc_now(), today=today)
        database.db.session.commit()
        sweep_index(database.db.session())
    click.echo(f"Erased again: {number} of {len(listed)} on the list.")


@main.command()
def doctor() -> None:
    """Say what is wrong with this installation, and what to do about it."""
    from lag_tracker.doctor import examine  # noqa: PLC0415

    findings = list(examine())
    for finding in findings:
        click.echo(f"{'ok   ' if finding.is_well else 'WRONG'}  {finding.about}: {finding.sentence}")
    wrong = sum(not finding.is_well for finding in findings)
    if wrong:
        _give_up(f"{wrong} of {len(findings)} checks found something wrong.", REFUSED)
