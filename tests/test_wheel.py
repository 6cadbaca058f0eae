"""The package as others get it: what is inside, and that it runs where there is no checkout."""

import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: Tries to reach the started server, each a quarter of a second or the time that a refused connection takes.
TRIES = 240


def build(source: Path, target: Path, kind: str) -> Path:
    """Build the wheel or the sdist of the project in `source` without a network, and return its file."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    # The date of files inside is fixed, so that equal sources give equal packages.
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1600000000"}
    subprocess.run(command, cwd=source, env=environment, check=True, capture_output=True)
    [built] = target.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"), "wheel")


@pytest.fixture(scope="module")
def unpacked_sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    shutil.unpack_archive(build(ROOT, tmp_path_factory.mktemp("sdist"), "sdist"), folder)
    [project] = folder.iterdir()
    return project


def files_below(folder: str, *, put: str) -> set[str]:
    """Return the files below a folder of the checkout, as a wheel that puts them below `put` names them."""
    files = (file for file in (ROOT / folder).rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return {f"{put}/{file.relative_to(ROOT / folder)}" for file in files}


def test_the_wheel_holds_the_application_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == (
        files_below("lag_tracker", put="lag_tracker")
        | files_below("templates", put="lag_tracker/templates")
        | files_below("static", put="lag_tracker/static")
    )


@pytest.mark.parametrize(
    "needed",
    [
        "lag_tracker/demonstration/urbact_latvia.yaml",
        "lag_tracker/migrations/alembic.ini",
        "lag_tracker/migrations/script.py.mako",
        "lag_tracker/migrations/versions/0001_first_records.py",
        "lag_tracker/static/css/tokens.css",
        "lag_tracker/templates/layouts/page.html",
        "lag_tracker/translations/lv/LC_MESSAGES/messages.mo",
    ],
)
def test_the_wheel_holds_what_is_no_python_but_needed(wheel: Path, needed: str) -> None:
    assert needed in zipfile.ZipFile(wheel).namelist()


def test_the_source_package_builds_the_same_wheel(
    wheel: Path, unpacked_sdist: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = build(unpacked_sdist, tmp_path_factory.mktemp("again"), "wheel")
    assert again.read_bytes() == wheel.read_bytes()


def test_the_source_package_holds_the_tests_and_no_instance(unpacked_sdist: Path) -> None:
    assert (unpacked_sdist / "tests" / "conftest.py").is_file()
    assert not (unpacked_sdist / "instance").exists()


@pytest.fixture(scope="module")
def installed_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel where the checkout is unknown, beside the locked packages, and return the Python to run."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(folder)}))
    zipfile.ZipFile(wheel).extractall(packages)
    # Folders named in a .pth file do not have their own .pth files read, among them the one that names the checkout.
    (packages / "locked.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return folder / "bin" / "python"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def plain_environment(**given: str) -> dict[str, str]:
    """Return an environment in which nothing points at the checkout or sets the application up."""
    return {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", **given}


@pytest.fixture(scope="module")
def site(installed_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the installed application in an empty folder, and yield its address."""
    folder, port = tmp_path_factory.mktemp("working"), free_port()
    with (folder / "said").open("w") as said:
        server = subprocess.Popen(
            [installed_python, "-m", "lag_tracker", "run"],
            cwd=folder,
            env=plain_environment(PORT=str(port)),
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            yield wait_for(f"http://127.0.0.1:{port}", server, folder / "said")
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen[bytes], said: Path) -> str:
    """Return the address once the server answers there; fail with what it said when it gave up."""
    for _ in range(TRIES):
        try:
            fetch(f"{address}/healthz")
        except (URLError, ConnectionError):
            try:
                server.wait(timeout=0.25)
            except subprocess.TimeoutExpired:
                continue
            break
        return address
    pytest.fail(f"The installed application did not start:\n{said.read_text(encoding='utf-8')}")


def fetch(address: str) -> tuple[int, str, str]:
    """Return status, content type and text of an answer."""
    try:
        with urlopen(address, timeout=30) as answer:  # noqa: S310 -- our own server
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def test_the_installed_application_is_not_the_checkout(installed_python: Path, tmp_path: Path) -> None:
    program = "import lag_tracker, sys; print(lag_tracker.__file__, *sys.path, sep='\\n')"
    answer = subprocess.run(
        [installed_python, "-c", program],
        cwd=tmp_path,
        env=plain_environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    module, *path = answer.stdout.splitlines()
    assert Path(module).is_relative_to(installed_python.parent.parent)
    assert str(ROOT) not in path


def test_the_installed_application_shows_a_page_in_latvian(site: str) -> None:
    status, kind, text = fetch(f"{site}/")
    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert '<html lang="lv">' in text
    assert ">Sanāksmes" in text or ">Kalendārs" in text


def test_the_installed_application_serves_the_style_sheet_its_pages_name(site: str) -> None:
    page = fetch(f"{site}/")[2]
    [sheet] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    status, kind, text = fetch(f"{site}{sheet}")
    assert (status, kind) == (200, "text/css; charset=utf-8")
    assert "@layer tokens" in text


def test_the_installed_application_serves_a_feed_with_the_demonstration(site: str) -> None:
    status, kind, text = fetch(f"{site}/kalendari/visi.ics?past=all")
    assert (status, kind) == (200, "text/calendar; charset=utf-8")
    assert "SUMMARY:Projekta partneru pirmā tikšanās" in text
    assert text.endswith("END:VCALENDAR\r\n")
