"""Settings come from one place each, and a bad one is refused with one sentence."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lag_tracker.config import Settings, load_settings
from lag_tracker.errors import BadSetting
from lag_tracker.site_settings import CONFORMITIES, LONGEST, TERMS

SECRET = "s" * 48
BAD_SENDER = "MAIL_SENDER must be an e-mail address such as grupas@example.lv or Grupas <grupas@example.lv>, not {!r}."


def refusal(folder: Path, **environment: str) -> str:
    with pytest.raises(BadSetting) as refused:
        load_settings(environment, instance=folder)
    return str(refused.value)


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = load_settings({}, instance=tmp_path)
    assert (settings.host, settings.port, settings.demo, settings.production) == ("127.0.0.1", 8000, True, False)
    assert settings.database == f"sqlite:///{tmp_path}/lag_tracker.sqlite"
    assert settings.address == "http://localhost:8000"


def test_a_secret_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = load_settings({}, instance=tmp_path / "new").secret_key
    kept = tmp_path / "new" / "secret_key"
    assert load_settings({}, instance=tmp_path / "new").secret_key == first == kept.read_text()
    assert len(first) >= 48
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_an_empty_secret_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("\n")
    assert refusal(tmp_path) == f"{tmp_path}/secret_key holds no usable key; delete the file and start again."


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('port = 8001\nhost = "0.0.0.0"\n')
    settings = load_settings({"PORT": "8002"}, instance=tmp_path)
    assert (settings.port, settings.host) == (8002, "0.0.0.0")  # noqa: S104 -- read, not bound


def test_it_is_known_where_a_setting_comes_from(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('operator = "Novads"\nsite_name = "Grupas"\ncontact_email = ""\n')
    settings = load_settings({"SITE_NAME": "Citas grupas", "PORT": ""}, instance=tmp_path)
    assert settings.given_by == {"operator": "file", "site_name": "environment"}


def test_what_a_page_decides_comes_last_and_never_undoes_what_is_given(tmp_path: Path) -> None:
    settings = load_settings({"OPERATOR": "Novads"}, instance=tmp_path)
    decided = settings.with_decided({"operator": "Cits", "site_name": "Grupas", "keep_traces_days": None})
    assert (decided.operator, decided.site_name, decided.keep_traces_days) == ("Novads", "Grupas", 90)


SITE_VALUES = st.one_of(
    st.tuples(st.sampled_from(TERMS), st.integers() | st.integers(-1, 36501)),
    st.tuples(st.sampled_from(sorted(LONGEST)), st.text(min_size=1, max_size=400) | st.emails()),
    st.tuples(st.just("accessibility_assessed_on"), st.text(min_size=1) | st.dates().map(str)),
    st.tuples(st.just("accessibility_status"), st.text(min_size=1) | st.sampled_from(CONFORMITIES)),
)


@given(pair=SITE_VALUES)
def test_a_page_takes_just_what_a_start_takes(tmp_path_factory: pytest.TempPathFactory, pair: tuple[str, Any]) -> None:
    name, value = pair
    folder = tmp_path_factory.getbasetemp()
    try:
        started = load_settings({name.upper(): str(value), "SECRET_KEY": SECRET}, instance=folder)
    except BadSetting:
        started = Settings(instance=folder)
    decided = Settings(instance=folder).with_decided({name: value})
    assert getattr(decided, name) == getattr(started, name)


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    assert load_settings({"PORT": "", "DEMO": ""}, instance=tmp_path).port == 8000


@pytest.mark.parametrize("name", ["config.toml", "config.py"])
def test_both_kinds_of_file_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('SITE_NAME = "Grupas"\n')
    assert load_settings({}, instance=tmp_path).site_name == "Grupas"


def test_two_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").touch()
    (tmp_path / "config.py").touch()
    assert refusal(tmp_path).endswith("exist; keep one of them.")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.toml", "port = "),
        ("config.py", "PORT = = 1"),
        ("config.py", "PORT = 1 / 0"),
        ("config.toml", "port = \x00"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert refusal(tmp_path).startswith(f"The configuration file in {tmp_path} cannot be read: ")


def test_a_setting_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("prot = 8001\n")
    assert refusal(tmp_path) == f"The configuration file in {tmp_path} has a setting that does not exist: prot."


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "many"}, "PORT must be a whole number, not 'many'."),
        ({"PORT": "0"}, "PORT must be between 1 and 65535, not 0."),
        ({"WORKERS": "1000"}, "WORKERS must be between 1 and 64, not 1000."),
        ({"DEMO": "perhaps"}, "DEMO must be 1 or 0, not 'perhaps'."),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must start with postgresql:// or sqlite:///."),
        (
            {"BASE_URL": "grupas.example.lv"},
            "BASE_URL must be an address such as https://grupas.example.lv, not 'grupas.example.lv'.",
        ),
        (
            {"BASE_URL": "https://[::1"},
            "BASE_URL must be an address such as https://grupas.example.lv, not 'https://[::1'.",
        ),
        (
            {"UID_DOMAIN": "ķekava.lv"},
            "UID_DOMAIN may hold letters, digits, dots and hyphens only, such as grupas.example.lv.",
        ),
        ({"SITE_NAME": "x" * 101}, "SITE_NAME may hold 100 characters at most."),
        (
            {"CONTACT_EMAIL": "grupas"},
            "CONTACT_EMAIL must be an e-mail address such as grupas@example.lv, not 'grupas'.",
        ),
        ({"TIME_ZONE": "Riga"}, "TIME_ZONE must be an IANA name such as Europe/Riga, not 'Riga'."),
        ({"TIME_ZONE": "../etc/passwd"}, "TIME_ZONE must be an IANA name such as Europe/Riga, not '../etc/passwd'."),
        *(
            (
                {"MAIL_SERVER": address, "MAIL_SENDER": "a@example.lv"},
                "MAIL_SERVER must be an address such as smtp://user:password@mail.example.lv:587.",
            )
            for address in (
                "mail.example.lv",
                "https://mail.example.lv",
                "smtp://",
                "smtp://m:many",
                "smtp://mail.example.lv/x",
                "smtp://ā:ā@mail.example.lv",
                "smtp://%C4%81@mail.example.lv",
            )
        ),
        (
            {"MAIL_SERVER": "smtp://mail.example.lv"},
            "MAIL_SERVER needs MAIL_SENDER, whom letters come from, such as grupas@example.lv.",
        ),
        *(
            (
                {"MAIL_SENDER": sender},
                BAD_SENDER.format(sender),
            )
            for sender in ("Grupas", "a@example.lv, b@example.lv", "ā@example.lv")
        ),
        (
            {"MAIL_SENDER": "Grupas\nBcc: <a@example.lv>"},
            "MAIL_SENDER holds a line break or another sign that cannot be printed. Take it out.",
        ),
        ({"ACCESSIBILITY_STATUS": "good"}, 'ACCESSIBILITY_STATUS must be "full", "partial" or "none".'),
        ({"ACCESSIBILITY_ASSESSED_ON": "today"}, "ACCESSIBILITY_ASSESSED_ON must be a day such as 2026-03-15."),
    ],
)
def test_a_bad_setting_is_refused_with_one_sentence(tmp_path: Path, environment: dict[str, str], sentence: str) -> None:
    assert refusal(tmp_path, **environment) == sentence


@pytest.mark.parametrize("sender", ["grupas@example.lv", "Ķekavas grupas <grupas@example.lv>"])
@pytest.mark.parametrize("server", ["smtp://mail.example.lv", "smtps://u%40x:p%2F@mail.example.lv:465"])
def test_a_mail_server_is_taken_with_whom_letters_come_from(tmp_path: Path, server: str, sender: str) -> None:
    settings = load_settings({"MAIL_SERVER": server, "MAIL_SENDER": sender}, instance=tmp_path)
    assert (settings.mail_server, settings.mail_sender) == (server, sender)


@pytest.mark.parametrize("secret", ["short", "change-me", "please-change-this-secret-key-now"])
def test_a_weak_secret_key_is_refused_everywhere(tmp_path: Path, secret: str) -> None:
    assert refusal(tmp_path, SECRET_KEY=secret).startswith("SECRET_KEY is too weak; make one with: ")


def test_production_without_a_secret_key_is_refused_even_where_one_was_made(tmp_path: Path) -> None:
    load_settings({}, instance=tmp_path)
    assert refusal(tmp_path, PRODUCTION="1").startswith("PRODUCTION=1 needs a SECRET_KEY; make one with: ")


def test_production_without_its_address_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, PRODUCTION="1", SECRET_KEY=SECRET).startswith("PRODUCTION=1 needs BASE_URL")


def test_a_slash_at_the_end_of_the_address_is_dropped(tmp_path: Path) -> None:
    given = {"PRODUCTION": "yes", "SECRET_KEY": SECRET, "BASE_URL": "https://grupas.example/"}
    assert load_settings(given, instance=tmp_path).address == "https://grupas.example"


@pytest.mark.parametrize("value", ["http://\r:8000", "https://grupas.example\n", "https://grupas\x85.example"])
def test_a_setting_with_a_line_break_is_refused(tmp_path: Path, value: str) -> None:
    assert refusal(tmp_path, BASE_URL=value).startswith("BASE_URL holds a line break")


@pytest.mark.parametrize("start", ["postgres://", "postgresql://", "postgresql+psycopg://"])
def test_postgresql_is_reached_with_its_driver_however_it_is_written(tmp_path: Path, start: str) -> None:
    settings = load_settings({"DATABASE_URL": f"{start}u@h/d"}, instance=tmp_path)
    assert settings.database == "postgresql+psycopg://u@h/d"


def test_a_folder_that_cannot_be_made_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refusal(tmp_path / "file" / "instance").startswith("The instance folder")


@given(values=st.dictionaries(st.sampled_from(list(Settings.__dataclass_fields__)), st.text(max_size=20)))
def test_any_environment_is_taken_or_refused(tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]) -> None:
    folder = Path(os.path.realpath(tmp_path_factory.getbasetemp())) / "any"
    environment = {name.upper(): value for name, value in values.items() if name != "instance"}
    try:
        settings = load_settings(environment, instance=folder)
    except BadSetting as refused:
        sentence = str(refused)
    else:
        sentence = f"{settings.address}."
    assert sentence.splitlines() == [sentence]
