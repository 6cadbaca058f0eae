"""The settings in use: those of the server, with what was decided on the page of the site's settings.

Everything reads them as `app.config["SETTINGS"]`. Each process looks at the database for what another decided, once in
some seconds and straight by the driver, so that no page waits for a statement more.
"""

from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from time import monotonic
from typing import Any

from flask import Flask, current_app, request
from sqlalchemy import select

from lag_tracker.config import Settings
from lag_tracker.database import Driver, db
from lag_tracker.models.site_settings import SiteSettings, as_setting
from lag_tracker.site_settings import SITE_SETTINGS

#: How long a process may know nothing of what another process was told.
SECONDS_BETWEEN_LOOKS = 3.0
#: Answered from files or by the process alone, whatever the database does.
WITHOUT_DATABASE = {"static", "assets.site_css", "site.healthy"}
_DECIDED = select(*(SiteSettings.__table__.c[name] for name in SITE_SETTINGS))

Follow = Callable[[Settings], object]


class SettingsInUse:
    """Keeps the settings of an application true to the database; without one those of the server count."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        #: What the environment, the file and the defaults say.
        self.own: Settings = app.config["SETTINGS"]
        self.followers: list[Follow] = []
        self._driver: Driver | None = None
        self._next_at = 0.0
        #: Held from reading to taking over: what was read before may not come after what was read since.
        self._turn = Lock()

    def look(self, *, at_once: bool = False) -> None:
        """Take over what was decided meanwhile; unless `at_once`, only when the last look is some seconds ago."""
        now = monotonic()
        if now < self._next_at and not at_once:
            return
        self._next_at = now + SECONDS_BETWEEN_LOOKS
        # While the database is away, or before it has tables, what was known last is right enough for a page.
        with suppress(*self.driver.failures):
            self.read()

    def read(self) -> Settings:
        """Take over what was decided meanwhile, and return it all; raise one of the driver's `failures` if unknown."""
        with self._turn:
            self._use(self.own.with_decided(self._decided()))
        found: Settings = self.app.config["SETTINGS"]
        return found

    @property
    def driver(self) -> Driver:
        """What the database is asked by."""
        self._driver = self._driver or Driver(db.engine)
        return self._driver

    def _decided(self) -> dict[str, Any]:
        with self.driver.connect() as connection:
            rows = connection.read(_DECIDED)
        return {name: as_setting(value) for row in rows for name, value in zip(SITE_SETTINGS, row, strict=True)}

    def _use(self, settings: Settings) -> None:
        if settings != self.app.config["SETTINGS"]:
            self.app.config["SETTINGS"] = settings
            for follow in self.followers:
                follow(settings)


def settings_in_use(app: Flask) -> SettingsInUse:
    """Return what keeps the settings of an application."""
    found: SettingsInUse = app.extensions["settings"]
    return found


def fresh_settings(app: Flask) -> Settings:
    """Return the settings as the database has them now: for commands and workers, whom no request reminds to look.

    Where they cannot be read the failure is raised: whoever deletes what is old must not go by the defaults then.
    """
    return settings_in_use(app).read()


def when_settings_change(app: Flask, follow: Follow) -> None:
    """Have `follow` called with the new settings whenever they have changed, by whoever notices first."""
    settings_in_use(app).followers.append(follow)


def _look() -> None:
    if request.endpoint not in WITHOUT_DATABASE:
        settings_in_use(current_app).look()


def init_settings(app: Flask) -> None:
    """Let requests remind the application to look for new settings."""
    app.extensions["settings"] = SettingsInUse(app)
    app.before_request(_look)
