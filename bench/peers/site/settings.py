"""What Django needs to know."""

import os

SECRET_KEY = "b" * 50
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["bench.peers.site"]
MIDDLEWARE = ["django.middleware.http.ConditionalGetMiddleware"]
ROOT_URLCONF = "bench.peers.site.urls"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.path.join(os.environ.get("INSTANCE", "."), "events.sqlite"),  # noqa: PTH118 -- Django takes text
        "CONN_MAX_AGE": None,
        "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Europe/Riga"
