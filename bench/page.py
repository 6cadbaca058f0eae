"""The page of figures, docs/benchmarks.md: a section for each part, written anew when that part is measured."""

import platform
import re
from datetime import UTC, datetime
from pathlib import Path

import psutil

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
#: Part -> its heading, in the order of the page.
HEADINGS = {"promises": "Promises", "peers": "Peers", "load": "Load"}
HEAD = "# Benchmarks\n\nMade by `make bench`; a part of it by `make bench PART=peers`.\n"


def say(words: str) -> None:
    """Tell on the terminal what is being done."""
    print(words, flush=True)


def machine() -> str:
    """Return what the figures were taken on."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{psutil.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB of memory, {platform.system()}, "
        f"CPython {platform.python_version()}"
    )


def write(part: str, text: str) -> None:
    """Write the section of a part, and leave those of the others."""
    found = re.findall(r"(?ms)^## (\w+)\n\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"))
    sections = dict(found) | {HEADINGS[part]: f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine()}.\n\n{text}\n"}
    ordered = [f"## {heading}\n\n{sections[heading].strip()}\n" for heading in HEADINGS.values() if heading in sections]
    PAGE.write_text("\n".join([HEAD, *ordered]), encoding="utf-8")
