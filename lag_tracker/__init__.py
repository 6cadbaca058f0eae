"""LAG Tracker: the record of a municipality's local groups, with calendar feeds of their meetings."""

from typing import Any

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from lag_tracker import models  # noqa: F401 -- makes every table known
from lag_tracker.accounts import (  # noqa: F401 -- add their pages to those of accounts
    directory,
    passkeys,
    profile,
    second_factor,
)
from lag_tracker.accounts import security as accounts
from lag_tracker.accounts import views as signing_in  # noqa: F401 -- the same
from lag_tracker.accounts.oidc import init_oidc
from lag_tracker.accounts.security import init_security
from lag_tracker.actions import views as actions
from lag_tracker.agenda import views as agenda
from lag_tracker.api import views as api
from lag_tracker.attendance import views as attendance
from lag_tracker.audit import views as audit
from lag_tracker.calendars import pages as calendar_pages
from lag_tracker.calendars.views import init_feeds
from lag_tracker.comments import views as comments
from lag_tracker.config import Settings, load_settings
from lag_tracker.database import as_json, db, migrate
from lag_tracker.decisions import views as decisions
from lag_tracker.derived import keep_derived
from lag_tracker.desk import views as desk
from lag_tracker.exports import pages as exports
from lag_tracker.groups import views as groups
from lag_tracker.imports import views as imports
from lag_tracker.initiatives import pages as initiatives
from lag_tracker.invitations import views as invitations
from lag_tracker.letters import views as letters
from lag_tracker.links import views as links
from lag_tracker.meeting_log import views as meeting_log
from lag_tracker.meetings import views as meetings
from lag_tracker.members import views as members
from lag_tracker.milestones import views as milestones
from lag_tracker.minutes import views as minutes
from lag_tracker.municipalities import views as municipalities
from lag_tracker.my_page import views as my_page
from lag_tracker.networks import views as networks
from lag_tracker.news import views as news
from lag_tracker.organisations import views as organisations
from lag_tracker.overview import views as overview
from lag_tracker.paths import MIGRATIONS, STATIC, TEMPLATES, TRANSLATIONS
from lag_tracker.people import views as people
from lag_tracker.planning import views as planning
from lag_tracker.privacy import views as privacy
from lag_tracker.private_feeds import views as private_feeds
from lag_tracker.proposals import views as proposals
from lag_tracker.replies import views as replies
from lag_tracker.roles import views as roles
from lag_tracker.search import views as search
from lag_tracker.series import views as series
from lag_tracker.settings import views as settings_pages
from lag_tracker.site import views as site
from lag_tracker.sources import views as sources
from lag_tracker.themes import views as themes
from lag_tracker.topics import views as topics
from lag_tracker.web.access import init_access
from lag_tracker.web.assets import init_assets
from lag_tracker.web.errors import init_errors
from lag_tracker.web.events import init_events, path_without_secrets
from lag_tracker.web.forms import init_forms
from lag_tracker.web.frame import init_frame
from lag_tracker.web.headers import init_headers
from lag_tracker.web.language import init_language
from lag_tracker.web.limits import init_limits
from lag_tracker.web.programs import init_programs
from lag_tracker.web.readable import init_readable
from lag_tracker.web.routes import init_routes
from lag_tracker.web.settings import init_settings
from lag_tracker.web.templates import init_templates
from lag_tracker.web.typed import init_typed

PAGES = (
    overview,
    groups,
    meetings,
    agenda,
    attendance,
    minutes,
    actions,
    links,
    meeting_log,
    planning,
    series,
    calendar_pages,
    topics,
    initiatives,
    proposals,
    comments,
    decisions,
    networks,
    municipalities,
    milestones,
    themes,
    sources,
    members,
    imports,
    people,
    organisations,
    exports,
    api,
    search,
    news,
    accounts,
    roles,
    invitations,
    desk,
    my_page,
    private_feeds,
    letters,
    replies,
    audit,
    privacy,
    settings_pages,
    site,
)

#: What all pages share, in this order: each may lean on those before it.
PARTS = (
    init_readable,
    init_settings,
    init_routes,
    init_language,
    init_templates,
    init_frame,
    init_assets,
    init_headers,
    init_access,
    init_programs,
    init_forms,
    init_typed,
    init_events,
    init_limits,
    init_security,
    init_oidc,
    init_errors,
)


class Site(Flask):
    """The application, whose whole addresses begin as the settings say, whatever host a request names."""

    def url_for(self, endpoint: str, *, _external: bool | None = None, **values: Any) -> str:
        """Return the address of a page; with `_external` a whole one, for letters and other sites."""
        address = super().url_for(endpoint, _external=False, **values)
        return f"{self.config['SETTINGS'].address}{address}" if _external else address

    def log_exception(self, exc_info: Any) -> None:
        """Log a fault with the address it came from, but without the secret that some addresses bear."""
        self.logger.error("Exception on %s [%s]", path_without_secrets(), request.method, exc_info=exc_info)


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application for `settings`, or for those of the environment and the instance folder."""
    settings = settings or load_settings()
    app = Site(
        __name__, template_folder=str(TEMPLATES), static_folder=str(STATIC), instance_path=str(settings.instance)
    )
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=settings.earlier_secret_keys,
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS={
            "json_serializer": as_json,
            "pool_pre_ping": settings.database.startswith("postgresql"),
        },
        BABEL_DEFAULT_LOCALE="lv",
        BABEL_DEFAULT_TIMEZONE=settings.time_zone,
        BABEL_TRANSLATION_DIRECTORIES=str(TRANSLATIONS),
        MAX_CONTENT_LENGTH=1_000_000,
    )
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    for init in PARTS:
        init(app)
    for pages in PAGES:
        app.register_blueprint(pages.blueprint)
    init_feeds(app)
    private_feeds.init_private_feeds(app)
    with app.app_context():
        keep_derived()
    if settings.proxies:
        hops = settings.proxies
        # Neither the host nor a path in front is taken from a header: askers could put their own into addresses.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_prefix=0
        )
    return app
