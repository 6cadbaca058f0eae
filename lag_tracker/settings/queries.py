"""Questions about the settings of the site."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lag_tracker.models.letter import Letter
from lag_tracker.models.site_settings import THE_ONE, SiteSettings

#: Kind of the letters by which an administrator tries whether letters arrive.
TEST_LETTER = "test_letter"


def site_settings(session: Session) -> SiteSettings:
    """Return what was decided; a row that is not in the database yet when nobody has decided anything."""
    return session.get(SiteSettings, THE_ONE) or SiteSettings(id=THE_ONE, revision=0)


def last_test_letter(session: Session, to_email: str) -> Letter | None:
    """Return the last letter by which somebody tried whether letters arrive; None when there was none lately."""
    tests = select(Letter).where(Letter.kind == TEST_LETTER, Letter.to_email == to_email)
    return session.scalars(tests.order_by(Letter.id.desc()).limit(1)).one_or_none()
