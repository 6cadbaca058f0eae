"""What happens to themes."""

from typing import TypedDict

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.errors import RuleBroken
from lag_tracker.models.theme import Theme
from lag_tracker.slugs import free_slug
from lag_tracker.themes.queries import has_theme, theme_called


class ThemeWords(TypedDict):
    """What a person writes about a theme."""

    name_lv: str | None
    name_en: str | None


def add_theme(session: Session, *, words: ThemeWords) -> Theme:
    """Put a new theme on record, none of whose names another one has."""
    _refuse_namesake(session, words, None)
    theme = Theme(slug=free_slug(session, Theme, words["name_lv"], words["name_en"]), **words)
    session.add(theme)
    return theme


def change_theme(theme: Theme, *, session: Session, words: ThemeWords) -> None:
    """Write down what a theme is called."""
    _refuse_namesake(session, words, theme.id)
    theme.name_lv, theme.name_en = words["name_lv"], words["name_en"]


def _refuse_namesake(session: Session, words: ThemeWords, besides: int | None) -> None:
    if theme_called(session, [words["name_lv"], words["name_en"]], besides=besides):
        raise RuleBroken(gettext("A theme of this name is on record already."), about="name_lv")


def erase_theme(theme: Theme, *, session: Session) -> None:
    """Delete a theme that no network and no initiative has."""
    if has_theme(session, theme.id):
        raise RuleBroken(gettext("Networks or initiatives have this theme. Give them another one first."))
    session.delete(theme)
