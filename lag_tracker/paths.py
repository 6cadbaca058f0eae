"""Where the files beside the code lie: in a checkout at the top, in an installed wheel inside the package."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent


def _beside(name: str) -> Path:
    """Return the folder `name` inside the package when a wheel put it there, else at the top of the checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else CHECKOUT / name


TEMPLATES = _beside("templates")
STATIC = _beside("static")
MIGRATIONS = PACKAGE / "migrations"
TRANSLATIONS = PACKAGE / "translations"


def default_instance() -> Path:
    """Return the folder for the database and the secret key: `instance/` of a checkout, else of the working folder."""
    if (CHECKOUT / "pyproject.toml").is_file():
        return CHECKOUT / "instance"
    return Path.cwd() / "instance"
