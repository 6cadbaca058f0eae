"""A real nginx with the configuration from the documentation, in front of a server on this machine."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parent.parent
CONFIGURATION = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
PATIENCE = 10


def find_nginx() -> str | None:
    """Return the program, as the system or scripts/setup has it."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:{ROOT}/.cache/nginx/usr/sbin")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running(nginx: str, folder: Path, *, application: int, port: int, plain_port: int) -> Iterator[int]:
    """Run it in front of the application's port, with https (here without) and http at the others; give its process.

    What it writes goes to `folder`/written.
    """
    (folder / "written").mkdir(parents=True)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path temporary;" for kind in kinds)
    rights = "user root;" if os.geteuid() == 0 else ""
    site = _as_documented(folder / "written", application, port, plain_port)
    (folder / "nginx.conf").write_text(
        f"{rights} daemon off; pid {folder}/pid; events {{ worker_connections 4096; }}\nhttp {{ {temporary} {site} }}"
    )
    options = ["-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "written" / "start.log")]
    process = subprocess.Popen([nginx, *options])
    end = monotonic() + PATIENCE
    while not _is_listening(port) and process.poll() is None and monotonic() < end:
        pass
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _as_documented(folder: Path, application: int, port: int, plain_port: int) -> str:
    """Return the configuration with these ports and this folder, and without a certificate."""
    changed = CONFIGURATION
    for pattern, instead in (
        (r"\n *(listen \[|ssl_certificate).*", ""),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        (r"listen 80;", f"listen 127.0.0.1:{plain_port};"),
        (r"server 127\.0\.0\.1:8000;", f"server 127.0.0.1:{application};"),
        (r"/var/cache/nginx-lag-tracker", str(folder / "cache")),
        (r"/var/log/nginx/", f"{folder}/"),
    ):
        changed, count = re.subn(pattern, instead, changed)
        if not count:
            raise ValueError(f"docs/nginx.conf has no {pattern!r} any more.")
    return changed


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
