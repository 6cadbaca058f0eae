"""What is done beside answering requests: letters are sent, reminders written, and what is old is forgotten.

Any number of workers may run, on any number of machines: whatever one takes, no other does at the same time.
"""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from zoneinfo import ZoneInfo

from flask import Flask, url_for
from sqlalchemy.exc import DBAPIError

from lag_tracker.audit.operations import act_as_program
from lag_tracker.chores.operations import take_chore
from lag_tracker.config import Settings
from lag_tracker.database import db, utc_now
from lag_tracker.letters.messages import ABOUT_MEETINGS, Written, as_message
from lag_tracker.letters.operations import MOST_TRIES, note_not_sent, note_sent, take_letter
from lag_tracker.letters.post import NotNow, Post, Refused, letter_folder, open_post
from lag_tracker.privacy.operations import apply_terms, let_go_of_erased, tidy_letters
from lag_tracker.replies.letters import send_reminders
from lag_tracker.web.personal_links import OPT_OUT, signed
from lag_tracker.web.settings import fresh_settings

logger = logging.getLogger(__name__)

#: How long a worker rests when nothing is due, and when something went wrong.
SECONDS_OF_REST = 5.0
SECONDS_AFTER_A_FAULT = 30.0
SECONDS_TO_STOP = 10
#: Whom letters come from that only go into a folder.
NOBODY = "lag-tracker@localhost"

#: How often a worker looks whether a chore is due.
BETWEEN_LOOKS = timedelta(minutes=10)
#: When people may be reminded of something.
HOURS_OF_DAY = range(8, 20)

Clock = Callable[[], datetime]


def work(
    app: Flask, *, stopping: Event, rests: Callable[[float], object] | None = None, clock: Clock = utc_now
) -> None:
    """Send letters as they come due, and do the chores, until `stopping` is set. Faults are logged and waited out."""
    rest, looked_at = rests or stopping.wait, datetime.min.replace(tzinfo=UTC)
    while not stopping.is_set():
        try:
            with app.test_request_context(base_url=app.config["SETTINGS"].address):
                settings = fresh_settings(app)
                if clock() - looked_at >= BETWEEN_LOOKS:
                    looked_at = clock()
                    do_chores(settings, now=looked_at)
                send_due_letters(settings, clock=clock, stopping=stopping)
            rest(SECONDS_OF_REST)
        except Exception:
            logger.exception("The worker could not go on, and tries again soon.")
            rest(SECONDS_AFTER_A_FAULT)


def send_due_letters(settings: Settings, *, clock: Clock = utc_now, stopping: Event | None = None) -> int:
    """Send the letters that are due, and return how many were tried. Commits, because each letter stands for itself."""
    tried = 0
    try:
        with open_post(settings) as post:
            while not (stopping and stopping.is_set()) and (letter := _take(clock)):
                _send(letter, post, settings, clock)
                tried += 1
    finally:
        db.session.remove()
    return tried


def do_chores(settings: Settings, *, now: datetime) -> None:
    """Do what is due of the chores; of many workers one does it. What goes wrong with one costs no other."""
    for name, (chore, pause) in CHORES.items():
        try:
            is_ours = take_chore(db.session(), name, now=now, pause=pause)
            db.session.commit()
            if is_ours:
                chore(settings, now)
                db.session.commit()
        except Exception:
            logger.exception("The chore %r failed; it comes again in its time.", name)
        finally:
            db.session.remove()


def _forget(settings: Settings, now: datetime) -> None:
    """Delete what has been kept for as long as the settings allow."""
    apply_terms(db.session(), settings.terms, now=now)
    tidy_letters(letter_folder(settings), settings.terms, now=now)


def _let_go(settings: Settings, _now: datetime) -> None:
    """End what the erased still belong to; who did it is the program."""
    act_as_program(db.session())
    let_go_of_erased(db.session(), time_zone=settings.time_zone)


def _remind(settings: Settings, now: datetime) -> None:
    """Write reminders of meetings, at hours at which a phone may ring."""
    local = now.astimezone(ZoneInfo(settings.time_zone))
    if local.hour in HOURS_OF_DAY:
        send_reminders(now=now, today=local.date())


#: What is done now and then, and how long after it was done last.
CHORES = {
    "forget": (_forget, timedelta(days=1)),
    "let go": (_let_go, timedelta(days=1)),
    "remind": (_remind, timedelta(minutes=10)),
}


def _take(clock: Clock) -> Written | None:
    letter = take_letter(db.session(), now=clock())
    db.session.commit()
    return letter


def _send(letter: Written, post: Post, settings: Settings, clock: Clock) -> None:
    """Try one letter, and write down what came of it."""
    try:
        _hand_over(letter, post, settings)
    except (Refused, ValueError) as refusal:
        note_not_sent(db.session(), letter, now=clock(), reason=str(refusal), is_final=True)
    except NotNow as delay:
        note_not_sent(db.session(), letter, now=clock(), reason=str(delay))
    except DBAPIError:
        raise
    except Exception as fault:
        logger.exception("Letter %d could not be sent.", letter.id)
        note_not_sent(db.session(), letter, now=clock(), reason=type(fault).__name__)
    else:
        note_sent(db.session(), letter, now=clock())
    db.session.commit()


def _hand_over(letter: Written, post: Post, settings: Settings) -> None:
    if letter.tries > MOST_TRIES:
        raise Refused("The last try was broken off; whether the letter arrived is not known.")
    post(letter.id, as_message(letter, sender=settings.mail_sender or NOBODY, opt_out=_opt_out(letter, settings)))


def _opt_out(letter: Written, settings: Settings) -> str:
    """Return where the receiver may end such letters; empty where there is no such choice."""
    if letter.person_id is None or letter.kind not in ABOUT_MEETINGS:
        return ""
    path = url_for("letters.opt_out", token=signed(OPT_OUT, letter.person_id), lang=letter.language)
    return settings.address + path


@contextmanager
def worker_beside() -> Iterator[None]:
    """Keep a worker running in a process of its own: one that ends is started anew, and all end with the block."""
    stopping = Event()
    keeper = Thread(target=_keep_running, args=(stopping,), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        keeper.join()


def _keep_running(stopping: Event) -> None:
    while not stopping.is_set():
        # In a group of its own, so that Ctrl+C reaches the server alone, which then tells the worker.
        worker = subprocess.Popen([sys.executable, "-m", "lag_tracker", "work", "--beside-server"], process_group=0)
        while worker.poll() is None and not stopping.wait(1):
            pass
        if worker.poll() is None:
            _stop(worker)
        elif not stopping.wait(SECONDS_OF_REST):
            logger.warning("The worker ended with %d and is started anew.", worker.returncode)


def _stop(worker: "subprocess.Popen[bytes]") -> None:
    worker.terminate()
    try:
        worker.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        # A letter that is just being sent goes out again later, under the same name.
        worker.kill()
        worker.wait()


def stop_when_told(*, with_parent: bool) -> Event:
    """Return an event that is set when the process is told to stop or, `with_parent`, when its parent is gone."""
    stopping, parent = Event(), os.getppid()
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, lambda *_: stopping.set())

    def watch() -> None:
        while not stopping.wait(1):
            if os.getppid() != parent:
                stopping.set()

    if with_parent:
        Thread(target=watch, daemon=True).start()
    return stopping
