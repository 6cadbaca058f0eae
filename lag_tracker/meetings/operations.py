"""What happens to meetings."""

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy.orm import Session

from lag_tracker.labels import meeting_title
from lag_tracker.meetings.moments import Moment, set_moment
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind, MeetingState, Mode
from lag_tracker.models.traits import Precision
from lag_tracker.slugs import free_slug

NOTHING = Bilingual(None, None)


def begin_meeting(
    groups: Sequence[Group],
    *,
    session: Session,
    state: MeetingState,
    moment: Moment,
    kind: MeetingKind,
    title: Bilingual,
    mode: Mode | None = None,
    place: Bilingual = NOTHING,
    uid_domain: str,
) -> Meeting:
    """Give groups one more meeting, the first of them leading.

    `uid_domain` ends its identity in calendars (RFC 7986, 5.3: a random part is unique without telling anything).
    """
    meeting = Meeting(
        state=state,
        kind=kind,
        title_lv=title.lv,
        title_en=title.en,
        mode=mode,
        place_lv=place.lv,
        place_en=place.en,
        uid=f"{uuid4().hex}@{uid_domain}",
    )
    set_moment(meeting, moment)
    meeting.slug = free_slug(session, Meeting, _words_for_address(meeting))
    set_groups(meeting, groups)
    session.add(meeting)
    return meeting


def set_groups(meeting: Meeting, groups: Sequence[Group]) -> None:
    """Write down which groups hold a meeting, the first of them leading."""
    kept = {link.group_id: link for link in meeting.meeting_groups}
    links = [kept.get(group.id) or MeetingGroup(group=group) for group in groups]
    for position, link in enumerate(links, 1):
        link.position = position
    meeting.meeting_groups = links


def _words_for_address(meeting: Meeting) -> str:
    """Return the words that name a meeting in its address: the day it was held, or the year that it is planned for.

    A planned one may still move, and its address never changes.
    """
    title = meeting_title(meeting.title, meeting.kind, meeting.ordinal, "lv").words
    if meeting.starts_on is None:
        return title
    day = meeting.starts_on.isoformat()
    is_known = meeting.state is MeetingState.HELD and meeting.date_precision is Precision.DAY
    return f"{day if is_known else day[:4]} {title}"
