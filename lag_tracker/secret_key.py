"""The key that signs what must not be forged, where none is given: made once, and kept in the instance folder."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from lag_tracker.errors import BadSetting

SHORTEST_SECRET = 32
SAMPLE_SECRETS = {
    "changeme",
    "change-me",
    "secret",
    "dev",
    "development",
    "your-secret-key",
    "please-change-this-secret-key-now",
}
HOW_TO_MAKE_ONE = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def check_secret(key: str, *earlier: str, is_production: bool) -> None:
    """Refuse a key that could be guessed, an earlier one included, and none at all on a public server."""
    if key and is_weak(key):
        raise BadSetting(f"SECRET_KEY is too weak; {HOW_TO_MAKE_ONE}")
    if any(map(is_weak, earlier)):
        raise BadSetting("SECRET_KEY_FALLBACKS holds a key that is too weak; take it out.")
    if is_production and not key:
        raise BadSetting(f"PRODUCTION=1 needs a SECRET_KEY; {HOW_TO_MAKE_ONE}")


def is_weak(key: str) -> bool:
    """Tell whether a key could be guessed."""
    return len(key) < SHORTEST_SECRET or key.lower() in SAMPLE_SECRETS


def kept_secret(instance: Path) -> str:
    """Return the key kept in the instance folder, making it at the first start, readable by its owner alone."""
    kept = instance / "secret_key"
    try:
        instance.mkdir(parents=True, exist_ok=True)
        if not kept.is_file():
            _make_secret(kept)
        key = kept.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as refusal:
        raise BadSetting(f"The instance folder {instance} cannot be used: {refusal}.") from refusal
    if len(key) < SHORTEST_SECRET:
        raise BadSetting(f"{kept} holds no usable key; delete the file and start again.")
    return key


def _make_secret(kept: Path) -> None:
    """Write a new key; of two processes that start at once the first wins, and nobody reads half a key."""
    unfinished = kept.with_name(f"{kept.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    with suppress(FileExistsError):
        os.link(unfinished, kept)
    unfinished.unlink()
