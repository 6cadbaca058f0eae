"""Measure how fast the application is, and write it to docs/benchmarks.md: `python -m bench`, or some parts by name."""

import sys
import tempfile
from pathlib import Path

from bench import comparing, load, promises
from bench.page import say, write

PARTS = {"promises": promises.measure, "peers": comparing.measure, "load": load.measure}


def main(chosen: list[str]) -> int:
    """Measure the parts that were chosen, or all; return 1 when a promise is broken, 2 for a part that is none."""
    if unknown := set(chosen) - set(PARTS):
        say(f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.")
        return 2
    kept = True
    for part in chosen or PARTS:
        with tempfile.TemporaryDirectory(prefix="lag-tracker-bench-") as folder:
            text, is_kept = PARTS[part](Path(folder))
        write(part, text)
        say(text)
        kept = kept and is_kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
