"""Every setting, its default and why; the environment goes before `instance/config.toml` or `config.py`.

Those of `site_settings` may be decided on a page, too, which comes last.
"""

import os
import runpy
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lag_tracker.errors import BadSetting
from lag_tracker.mail_settings import is_mail_server, is_sender
from lag_tracker.paths import default_instance
from lag_tracker.secret_key import check_secret, kept_secret
from lag_tracker.site_settings import SITE_SETTINGS, Terms, mistake_in, sentence_about

#: What a switch may be called.
ON, OFF = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one installation. Each name, in capitals, is also the name in the environment and in the file."""

    #: Folder of the database, the secret key and the configuration file; must be on a local disk.
    instance: Path
    #: True on a public server: then a real secret key and an https address of its own are demanded.
    production: bool = False
    #: Signs what must not be forged; made and kept in `instance/secret_key` when it is not given outside production.
    secret_key: str = ""
    #: Earlier secret keys, newest first, with blanks between: what they locked stays open until they are taken out.
    secret_key_fallbacks: str = ""
    #: Where the records are; empty means `lag_tracker.sqlite` in the instance folder.
    database_url: str = ""
    #: The address people use, without a slash at the end; all links in feeds and letters start with it.
    base_url: str = ""
    #: The part after @ in the identity of calendar events; chosen once, because calendars know events by it for ever.
    uid_domain: str = "lag-tracker.eu"
    #: Address that the server listens on; 0.0.0.0 opens it to the network.
    host: str = "127.0.0.1"
    #: Port that the server listens on.
    port: int = 8000
    #: Number of server processes; one serves a municipality well, add one per core behind PostgreSQL.
    workers: int = 1
    #: Load the demonstration records into a new database.
    demo: bool = True
    #: Number of proxies in front that are believed when they say who asks and by which scheme; 0 believes none.
    proxies: int = 0
    #: The zone in which meetings without one of their own are held, by its IANA name.
    time_zone: str = "Europe/Riga"
    #: Name of the site, shown on top of every page and as the title of the news feed.
    site_name: str = "LAG Tracker"
    #: Mail server that letters are handed to: smtp://user:password@mail.example.lv:587, or smtps:// with port 465. With
    #: a user name the connection is encrypted or not made. Empty: letters are written into `letters/` of the instance.
    mail_server: str = ""
    #: Whom letters come from, such as grupas@example.lv or Grupas <grupas@example.lv>; needed with a mail server.
    mail_sender: str = ""
    #: Let `lag-tracker run` start a process that sends letters; off where `lag-tracker work` does so by itself.
    worker: bool = True
    #: Address of an OpenID Connect service by which accounts may sign in, too; empty for none.
    oidc_issuer: str = ""
    #: Name of this application at that service.
    oidc_client_id: str = ""
    #: Its secret there.
    oidc_client_secret: str = ""
    #: What the service is called on the sign-in page.
    oidc_name: str = ""
    #: Body that runs this site, for the accessibility statement and the privacy page.
    operator: str = ""
    #: Address for questions and complaints, shown on the about, accessibility and privacy pages.
    contact_email: str = ""
    #: Data protection officer of the operator, for the privacy page.
    data_protection_contact: str = ""
    #: Day of the last accessibility assessment as YYYY-MM-DD; without it the statement says that none was made.
    accessibility_assessed_on: str = ""
    #: Who made that assessment.
    accessibility_assessor: str = ""
    #: What that assessment found: "full", "partial" or "none"; empty when there was none.
    accessibility_status: str = ""

    #: For how many days ended sign-ins, sent letters, used links, drafts and the like are kept; 0 keeps them for good.
    keep_traces_days: int = 90
    #: For how many days invitations are kept after they ran out.
    keep_invitations_days: int = 30
    #: For how many days e-mail and phone of people are kept after they left every group and were last at a meeting, and
    #: names left with what nobody took up.
    keep_contacts_days: int = 365
    #: For how many days after a meeting its attendance bears names; then people are only counted. Programmes look
    #: into attendance lists for about five years.
    keep_attendance_days: int = 1825
    #: For how many days the record of changes is kept.
    keep_changes_days: int = 1825

    #: No setting of its own: which settings the "environment" or the "file" gives. No page changes these.
    given_by: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def first_link(self) -> Path:
        """The file that holds the link for the first administrator until it is used."""
        return self.instance / "first_administrator"

    @property
    def earlier_secret_keys(self) -> list[str]:
        """The keys that were the secret key before, newest first."""
        return self.secret_key_fallbacks.split()

    @property
    def database(self) -> str:
        """The database's address for SQLAlchemy, with the driver named."""
        if not self.database_url:
            return f"sqlite:///{self.instance / 'lag_tracker.sqlite'}"
        for short in ("postgres://", "postgresql://"):
            if self.database_url.startswith(short):
                return "postgresql+psycopg://" + self.database_url.removeprefix(short)
        return self.database_url

    @property
    def terms(self) -> Terms:
        """For how long what says something about people is kept."""
        return Terms(
            traces=self.keep_traces_days,
            invitations=self.keep_invitations_days,
            contacts=self.keep_contacts_days,
            attendance=self.keep_attendance_days,
            changes=self.keep_changes_days,
        )

    @property
    def address(self) -> str:
        """The address people use: the one set, else the one the server prints when it starts."""
        host = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::"} else self.host  # noqa: S104 -- compared, not bound
        return self.base_url or f"http://{host}:{self.port}"

    def with_decided(self, values: Mapping[str, str | int | None]) -> "Settings":
        """Return the settings with what was decided on the page, where neither the environment nor the file decides.

        What cannot be used is passed over: a row that somebody changed by hand must not stop the site.
        """
        usable = {
            name: value
            for name, value in values.items()
            if value is not None and name not in self.given_by and mistake_in(name, value) is None
        }
        return replace(self, **usable)  # type: ignore[arg-type]  # checked for each name


def load_settings(environment: Mapping[str, str] | None = None, *, instance: Path | None = None) -> Settings:
    """Read the settings; raise BadSetting with one sentence for the first that cannot be used."""
    environment = os.environ if environment is None else environment
    folder = instance or Path(environment.get("INSTANCE", "") or default_instance())
    of_file = _read_file(folder)
    of_environment = {name: environment[name.upper()] for name in _names() if environment.get(name.upper(), "") != ""}
    given = of_file | of_environment | {"instance": folder.resolve()}
    values = {name: _typed(name, value) for name, value in given.items()}
    values.setdefault("secret_key", "")
    # Empty text in the file is as good as none.
    values["given_by"] = {name: "file" for name, value in of_file.items() if value != ""}
    values["given_by"] |= dict.fromkeys(of_environment, "environment")
    settings = Settings(**values)
    _check(settings)
    return settings if settings.secret_key else Settings(**(values | {"secret_key": kept_secret(settings.instance)}))


def _names() -> list[str]:
    return [one.name for one in fields(Settings) if one.name not in {"instance", "given_by"}]


def _read_file(folder: Path) -> dict[str, Any]:
    """Return the settings of the instance's configuration file, by their small names; empty when there is no file."""
    toml, python = folder / "config.toml", folder / "config.py"
    if toml.is_file() and python.is_file():
        raise BadSetting(f"Both {toml} and {python} exist; keep one of them.")
    try:
        if toml.is_file():
            found = tomllib.loads(toml.read_text(encoding="utf-8"))
        elif python.is_file():
            found = {name: value for name, value in runpy.run_path(str(python)).items() if name.isupper()}
        else:
            return {}
    except Exception as mistake:  # a file of Python may fail in any way
        raise BadSetting(f"The configuration file in {folder} cannot be read: {mistake}.") from mistake
    found = {name.lower(): value for name, value in found.items()}
    unknown = sorted(set(found) - set(_names()))
    if unknown:
        raise BadSetting(f"The configuration file in {folder} has a setting that does not exist: {unknown[0]}.")
    return found


def _typed(name: str, value: Any) -> Any:
    """Return `value` as the type the setting has."""
    wanted = next(one.type for one in fields(Settings) if one.name == name)
    if wanted is bool and not isinstance(value, bool):
        word = str(value).strip().lower()
        if word not in ON | OFF:
            raise BadSetting(f"{name.upper()} must be 1 or 0, not {value!r}.")
        return word in ON
    if wanted is int:
        try:
            return int(value)
        except (TypeError, ValueError):
            raise BadSetting(f"{name.upper()} must be a whole number, not {value!r}.") from None
    if wanted is str and not isinstance(value, str):
        raise BadSetting(f"{name.upper()} must be text in quotation marks, not {value!r}.")
    if wanted is str and not value.isprintable():
        raise BadSetting(f"{name.upper()} holds a line break or another sign that cannot be printed. Take it out.")
    return value.rstrip("/") if name in {"base_url", "oidc_issuer"} else value


def _check(settings: Settings) -> None:
    """Refuse settings that would fail later or that are unsafe, each with the sentence that mends it."""
    _check_numbers(settings)
    _check_addresses(settings)
    _check_zone(settings)
    _check_site(settings)
    _check_mail(settings)
    _check_sign_in(settings)
    check_secret(settings.secret_key, *settings.earlier_secret_keys, is_production=settings.production)
    if settings.production and not settings.base_url:
        raise BadSetting("PRODUCTION=1 needs BASE_URL, the address people use, for example https://grupas.example.lv.")


def _check_numbers(settings: Settings) -> None:
    bounds = [("port", 1, 65535), ("workers", 1, 64), ("proxies", 0, 5)]
    for name, low, high in bounds:
        if not low <= getattr(settings, name) <= high:
            raise BadSetting(f"{name.upper()} must be between {low} and {high}, not {getattr(settings, name)}.")


def _check_addresses(settings: Settings) -> None:
    if not settings.database.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting("DATABASE_URL must start with postgresql:// or sqlite:///.")
    if settings.base_url and not _is_address(settings.base_url):
        raise BadSetting(f"BASE_URL must be an address such as https://grupas.example.lv, not {settings.base_url!r}.")
    labels = settings.uid_domain.split(".")
    if not all(label.replace("-", "").isalnum() and label.isascii() for label in labels):
        raise BadSetting("UID_DOMAIN may hold letters, digits, dots and hyphens only, such as grupas.example.lv.")


def _check_zone(settings: Settings) -> None:
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadSetting(f"TIME_ZONE must be an IANA name such as Europe/Riga, not {settings.time_zone!r}.") from None


def _check_site(settings: Settings) -> None:
    for name in SITE_SETTINGS:
        value = getattr(settings, name)
        mistake = mistake_in(name, value)
        if mistake:
            raise BadSetting(sentence_about(mistake, name, value))


def _check_mail(settings: Settings) -> None:
    """Refuse what no letter could be sent by; the sentence never holds the server's password."""
    if settings.mail_server:
        if not is_mail_server(settings.mail_server):
            raise BadSetting("MAIL_SERVER must be an address such as smtp://user:password@mail.example.lv:587.")
        if not settings.mail_sender:
            raise BadSetting("MAIL_SERVER needs MAIL_SENDER, whom letters come from, such as grupas@example.lv.")
    if settings.mail_sender and not is_sender(settings.mail_sender):
        raise BadSetting(
            "MAIL_SENDER must be an e-mail address such as grupas@example.lv or Grupas <grupas@example.lv>, "
            f"not {settings.mail_sender!r}."
        )


def _check_sign_in(settings: Settings) -> None:
    """Refuse half of what a sign-in by another service needs; the sentence never holds the secret."""
    given = {"OIDC_ISSUER": settings.oidc_issuer, "OIDC_CLIENT_ID": settings.oidc_client_id}
    given["OIDC_CLIENT_SECRET"] = settings.oidc_client_secret
    if any(given.values()) and not all(given.values()):
        missing = next(name for name, value in given.items() if not value)
        raise BadSetting(f"Signing in by OpenID Connect needs {missing}, too.")
    if settings.oidc_issuer and not _is_address(settings.oidc_issuer):
        raise BadSetting(f"OIDC_ISSUER must be an address such as https://id.example.lv, not {settings.oidc_issuer!r}.")


def _is_address(text: str) -> bool:
    """Tell whether it is an address of the web that others can be put behind."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query and not parts.fragment
