"""Which version of the software this is."""

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """Return the version, or that the software was not installed."""
    try:
        return version("lag-tracker")
    except PackageNotFoundError:
        return "not installed"
