"""What the configuration of the server says, in words for people; its secrets are never among them."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from flask_babel import gettext, ngettext

from lag_tracker.config import Settings
from lag_tracker.release import release

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class ServerFact(NamedTuple):
    """One thing that only whoever runs the server can change."""

    label: str
    words: str
    #: Its name in the configuration; empty for what is none of it.
    variable: str = ""
    #: What is wrong with it, and what to do.
    wrong: str = ""


def server_facts(settings: Settings, *, overdue: int) -> Iterator[ServerFact]:
    """Yield what the page tells of the server; `overdue` letters should have left by now."""
    yield _address(settings)
    yield from _mail(settings, overdue)
    yield from _database(settings)
    yield _other_sign_in(settings)
    yield ServerFact(gettext("Time zone of meetings"), settings.time_zone, "TIME_ZONE")
    yield ServerFact(gettext("Part behind @ in the identity of calendar events"), settings.uid_domain, "UID_DOMAIN")
    yield ServerFact(gettext("Server processes"), str(settings.workers), "WORKERS")
    yield ServerFact(gettext("Proxies in front that are believed"), str(settings.proxies), "PROXIES")
    yield ServerFact(gettext("Version of the software"), release())


def _address(settings: Settings) -> ServerFact:
    wrong, label = "", gettext("Address of the site")
    if settings.base_url and not settings.base_url.startswith("https://"):
        wrong = gettext("Passwords travel unprotected; on a public server the address must begin with https://.")
    elif settings.base_url and not settings.production:
        wrong = gettext("The server does not know that it is public: set PRODUCTION=1.")
    elif not settings.base_url:
        wrong = gettext("Only this computer knows this address; links in letters and calendars begin with it.")
    return ServerFact(label, settings.address, "BASE_URL", wrong)


def _mail(settings: Settings, overdue: int) -> Iterator[ServerFact]:
    label = gettext("Mail server")
    if settings.mail_server:
        yield ServerFact(label, _without_password(settings.mail_server), "MAIL_SERVER")
        yield ServerFact(gettext("Sender of letters"), settings.mail_sender, "MAIL_SENDER")
    else:
        wrong = gettext(
            "No mail server is set, so letters are not sent but kept in the folder %(folder)s on the server.",
            folder="instance/letters",
        )
        yield ServerFact(label, gettext("none"), "MAIL_SERVER", wrong)
    beside, alone = gettext("beside the server"), gettext("by a process of its own")
    wrong = ngettext(
        "%(num)d letter should have left by now: no process sends letters.",
        "%(num)d letters should have left by now: no process sends letters.",
        overdue,
    )
    words = beside if settings.worker else alone
    yield ServerFact(gettext("Letters are sent"), words, "WORKER", wrong if overdue else "")


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _database(settings: Settings) -> Iterator[ServerFact]:
    kind = settings.database.partition(":")[0].partition("+")[0]
    yield ServerFact(gettext("Database"), DATABASES[kind], "DATABASE_URL")


def _other_sign_in(settings: Settings) -> ServerFact:
    label = gettext("Signing in by another service")
    if not settings.oidc_issuer:
        return ServerFact(label, gettext("none"), "OIDC_ISSUER")
    name = f"{settings.oidc_name}, " if settings.oidc_name else ""
    return ServerFact(label, f"{name}{settings.oidc_issuer}", "OIDC_ISSUER")
