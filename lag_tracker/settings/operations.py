"""What happens to the settings of the site."""

from collections.abc import Mapping
from datetime import date

from flask_babel import get_locale, gettext
from sqlalchemy.orm import Session

from lag_tracker.config import Settings
from lag_tracker.errors import RuleBroken
from lag_tracker.models.site_settings import SiteSettings, as_setting
from lag_tracker.site_settings import LEAST_DAYS, LONGEST, MOST_DAYS, TERMS, Mistake, mistake_in
from lag_tracker.words import column_words

Words = Mapping[str, date | str | int | None]


def decide_settings(
    decided: SiteSettings, *, session: Session, words: Words, own: Settings, may_delete: bool = False
) -> None:
    """Write down what somebody decided; None leaves a setting to its default.

    `own` are the settings of the server, which go before. A term that becomes shorter deletes what is older, so
    without `may_delete` it is refused.
    """
    before = own.with_decided(decided.decided)
    chosen = {name: as_setting(value) for name, value in words.items()}
    _refuse_mistakes(chosen)
    after = own.with_decided(decided.decided | chosen)
    _refuse_half_an_assessment(after)
    if not may_delete:
        _refuse_shorter_terms(before, after)
    for name, value in words.items():
        setattr(decided, name, value)
    session.add(decided)


def _refuse_mistakes(chosen: Mapping[str, str | int | None]) -> None:
    for name, value in chosen.items():
        mistake = None if value is None else mistake_in(name, value)
        if mistake:
            raise RuleBroken(_sentence(mistake, name), about=name)


def _sentence(mistake: Mistake, name: str) -> str:
    """Return what to do about a mistake, for people."""
    if mistake is Mistake.TOO_LONG:
        return gettext("This may hold %(most)d characters; shorten it.", most=LONGEST[name])
    if mistake is Mistake.NO_ADDRESS:
        return gettext("Enter an e-mail address such as vards@example.lv.")
    if mistake is Mistake.OUT_OF_BOUNDS:
        return gettext("Enter a whole number from %(least)d to %(most)d.", least=LEAST_DAYS, most=MOST_DAYS)
    if mistake is Mistake.NOT_ONE_LINE:
        return gettext("There is a sign in it that cannot be printed. Type it anew.")
    if mistake is Mistake.NO_DAY:
        return gettext("Enter a day such as 15.03.2027.")
    return gettext("Choose one of the list.")


def _refuse_half_an_assessment(after: Settings) -> None:
    """Let no statement claim what an assessment found without its day, nor tell of one without what it found."""
    if after.accessibility_assessed_on and not after.accessibility_status:
        raise RuleBroken(gettext("Say what the assessment found."), about="accessibility_status")
    if after.accessibility_status and not after.accessibility_assessed_on:
        raise RuleBroken(gettext("Enter the day of the assessment."), about="accessibility_assessed_on")


def _refuse_shorter_terms(before: Settings, after: Settings) -> None:
    shorter = [name for name in TERMS if _ends_earlier(getattr(before, name), getattr(after, name))]
    if shorter:
        lang = str(get_locale())
        sentence = gettext(
            "Here a term becomes shorter: %(terms)s. What is older is deleted for good. Tick the box if that is meant.",
            terms=", ".join(column_words(name, lang) for name in shorter),
        )
        raise RuleBroken(sentence, about="may_delete")


def _ends_earlier(before: int, after: int) -> bool:
    """Tell whether a term deletes more than before; 0 keeps everything."""
    return bool(after) and (not before or after < before)
