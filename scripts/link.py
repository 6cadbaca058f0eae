"""Makes the project importable, and its command callable, in the environment whose Python runs this.

It leaves what `pip install --editable .` would leave, but without a build: building would need the build backend,
either among the packages of every installation or downloaded past the lock file.
"""

import sys
import sysconfig
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

# A first line that names the interpreter breaks on spaces and on long paths; the shell does not mind either.
LAUNCHER = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from {module} import {function}

sys.exit({function}())
"""


def write_launcher(name: str, target: str) -> Path:
    """Write the command `name`, which calls `target` ("module:function"), and return its path."""
    module, function = target.split(":")
    launcher = Path(sysconfig.get_path("scripts"), name)
    launcher.write_text(LAUNCHER.format(python=sys.executable, module=module, function=function), encoding="utf-8")
    launcher.chmod(0o755)
    return launcher


def write_metadata(folder: Path, project: dict[str, Any], installed: list[Path]) -> None:
    """Describe the installation, so that the version can be asked for and installers can remove it."""
    commands = "".join(f"{name} = {target}\n" for name, target in project["scripts"].items())
    texts = {
        "METADATA": f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n",
        "INSTALLER": "scripts/setup\n",
        "entry_points.txt": f"[console_scripts]\n{commands}",
    }
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    recorded = [*installed, *(folder / name for name in texts), folder / "RECORD"]
    (folder / "RECORD").write_text("".join(f'"{path}",,\n' for path in recorded), encoding="utf-8")


def main() -> None:
    """Link the project whose `pyproject.toml` lies one folder up."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages = Path(sysconfig.get_path("purelib"))
    name = project["name"].replace("-", "_")
    for old in packages.glob(f"{name}-*.dist-info"):
        for file in old.iterdir():
            file.unlink()
        old.rmdir()
    path_file = packages / f"{name}.pth"
    path_file.write_text(f"{ROOT}\n", encoding="utf-8")
    launchers = [write_launcher(command, target) for command, target in project["scripts"].items()]
    write_metadata(packages / f"{name}-{project['version']}.dist-info", project, [path_file, *launchers])


if __name__ == "__main__":
    main()
