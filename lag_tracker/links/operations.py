"""What happens to links."""

from typing import TypedDict

from sqlalchemy.orm import Session

from lag_tracker.models.meeting import LinkKind, Meeting, MeetingLink
from lag_tracker.models.traits import Audience


class LinkWords(TypedDict):
    """What a person writes about a link."""

    kind: LinkKind
    url: str
    title_lv: str | None
    title_en: str | None
    audience: Audience


def add_link(meeting: Meeting, *, session: Session, words: LinkWords) -> MeetingLink:
    """Let a meeting lead to a recording or document."""
    link = MeetingLink(meeting=meeting, **words)
    session.add(link)
    return link


def change_link(link: MeetingLink, *, words: LinkWords) -> None:
    """Write down where a link leads and who may follow it."""
    for name, value in words.items():
        setattr(link, name, value)


def erase_link(link: MeetingLink, *, session: Session) -> None:
    """Delete a link; what it leads to stays where it is."""
    session.delete(link)
