"""LAG Tracker: the record of a municipality's local groups, with calendar feeds of their meetings."""

from flask import Flask

from lag_tracker import models  # noqa: F401 -- makes every table known
from lag_tracker.config import Settings, load_settings
from lag_tracker.database import db, migrate
from lag_tracker.derived import keep_derived
from lag_tracker.paths import MIGRATIONS, STATIC, TEMPLATES, TRANSLATIONS
from lag_tracker.web.language import init_language


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application for `settings`, or for those of the environment and the instance folder."""
    settings = settings or load_settings()
    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder=str(STATIC), instance_path=str(settings.instance))
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True} if settings.database.startswith("postgresql") else {},
        BABEL_DEFAULT_LOCALE="lv",
        BABEL_DEFAULT_TIMEZONE=settings.time_zone,
        BABEL_TRANSLATION_DIRECTORIES=str(TRANSLATIONS),
        MAX_CONTENT_LENGTH=1_000_000,
    )
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    init_language(app)
    with app.app_context():
        keep_derived()
    return app
