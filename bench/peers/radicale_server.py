"""Radicale over its own WSGI application, with a storage of files as it comes."""

import os
from pathlib import Path

from radicale import config
from radicale.app import Application

FACTORY = "bench.peers.radicale_server:create_app"


def create_app() -> Application:
    """Return the application over the collections in the folder that the environment names."""
    configuration = config.load()
    configuration.update(
        {
            "auth": {"type": "none"},
            "rights": {"type": "authenticated"},
            "storage": {"filesystem_folder": str(Path(os.environ["INSTANCE"], "collections"))},
            "logging": {"level": "error"},
        },
        "bench",
        privileged=True,
    )
    return Application(configuration)
