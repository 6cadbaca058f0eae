"""Pages on which administrators keep the themes of networks and initiatives."""

from flask import Blueprint, abort, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lag_tracker.database import db
from lag_tracker.models.theme import Theme
from lag_tracker.themes.forms import ThemeForm, ThemeOnPaper
from lag_tracker.themes.operations import add_theme, change_theme, erase_theme
from lag_tracker.themes.queries import find_theme, themes
from lag_tracker.web.access import Access
from lag_tracker.web.forms import Button, form_page
from lag_tracker.web.routes import FORM, page
from lag_tracker.web.transactions import done

blueprint = Blueprint("themes", __name__)


@page(blueprint, lv="/temas", en="/themes", access=Access.ADMINISTRATOR)
def index() -> str:
    """Show all themes, and how often they are used."""
    return render_template("themes/index.html", rows=themes(db.session()))


@page(blueprint, lv="/temas/jauna", en="/themes/new", access=Access.ADMINISTRATOR, methods=FORM)
def new() -> Response:
    """Let an administrator put a theme on record."""
    form = ThemeForm()
    if form.is_accepted():
        with form.rules():
            add_theme(db.session(), words=form.theme_words)
            return done(url_for(".index"), gettext("The theme was added."))
    return form_page("themes/form.html", form, theme=None)


@page(blueprint, lv="/temas/<slug>/labot", en="/themes/<slug>/edit", access=Access.ADMINISTRATOR, methods=FORM)
def edit(slug: str) -> Response:
    """Let an administrator change what a theme is called."""
    theme = _found(slug)
    form = ThemeForm(ThemeOnPaper(theme))
    if form.is_accepted():
        with form.rules():
            change_theme(theme, session=db.session(), words=form.theme_words)
            return done(url_for(".index"), gettext("The theme was saved."))
    return form_page("themes/form.html", form, theme=theme)


@page(blueprint, lv="/temas/<slug>/dzest", en="/themes/<slug>/erase", access=Access.ADMINISTRATOR, methods=FORM)
def erase(slug: str) -> Response:
    """Let an administrator delete a theme that nothing has."""
    theme, form = _found(slug), Button()
    if form.is_accepted():
        with form.rules():
            erase_theme(theme, session=db.session())
            return done(url_for(".index"), gettext("The theme was erased."))
    return form_page("themes/erase.html", form, theme=theme)


def _found(slug: str) -> Theme:
    return find_theme(db.session(), slug) or abort(404)
