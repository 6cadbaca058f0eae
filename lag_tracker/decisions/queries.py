"""Questions about decisions. A list costs two statements, however many decisions it finds."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, tuple_
from sqlalchemy.orm import Session

from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.decision import Decision, DecisionMethod
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import Certainty, Position, Precision
from lag_tracker.models.visibility import Viewer, visible_decisions, visible_groups, visible_initiatives, visible_topics


class DecisionRow(NamedTuple):
    """A decision as lists show it, with its meeting, and with its initiative and topic where it has them."""

    id: int
    number: int | None
    text: Bilingual
    method: DecisionMethod
    votes_for: int | None
    votes_against: int | None
    votes_abstained: int | None
    starts_on: date | None
    ends_on: date | None
    precision: Precision
    certainty: Certainty
    meeting_slug: str
    meeting_title: Bilingual
    meeting_kind: MeetingKind
    meeting_ordinal: int | None
    initiative_slug: str | None
    initiative_title: Bilingual
    topic_slug: str | None
    topic_title: Bilingual
    #: The leading group; None when the meeting is held by none.
    group_slug: str | None
    group_name: Bilingual
    is_sample: bool
    #: The day since which everyone may read it; None when only some may, who are told so.
    published_on: date | None

    @property
    def position(self) -> Position:
        """Its place in lists."""
        return Position(self.starts_on or date.min, self.id)


def latest_decisions(
    session: Session,
    *,
    viewer: Viewer,
    limit: int,
    after: Position | None = None,
    only: ColumnElement[bool] | None = None,
) -> list[DecisionRow]:
    """Return the decisions that `only` picks, the newest first, those of meetings without a date at the end."""
    found = _listed(viewer, only)
    dated = found.where(Meeting.starts_on.is_not(None)).order_by(Meeting.starts_on.desc(), Decision.id.desc())
    undated = found.where(Meeting.starts_on.is_(None)).order_by(Decision.id.desc())
    if after and after.day == date.min:
        return _rows(session, undated.where(Decision.id < after.id), limit)
    if after:
        dated = dated.where(tuple_(Meeting.starts_on, Decision.id) < tuple_(after.day, after.id))
    # Two walks: the databases disagree on where a missing date sorts, and an index serves only one of the orders.
    rows = _rows(session, dated, limit)
    return rows + _rows(session, undated, limit - len(rows))


def decisions_by_number(
    session: Session, *, viewer: Viewer, only: Sequence[ColumnElement[bool]], after: int = 0, limit: int | None = None
) -> list[DecisionRow]:
    """Return the decisions that all of `only` pick and whose number is after one, in the order of recording."""
    found = _listed(viewer, None).where(*only, Decision.id > after).order_by(Decision.id)
    return _rows(session, found, limit)


def decisions_of_groups(group_ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a decision was taken at a meeting which one of these groups held."""
    return Decision.meeting_id.in_(select(MeetingGroup.meeting_id).where(MeetingGroup.group_id.in_(group_ids)))


def decisions_of_year(year: int) -> ColumnElement[bool]:
    """Return the condition that a decision was taken in this year."""
    return Meeting.starts_on.between(date(year, 1, 1), date(year, 12, 31))


def deciding_groups(session: Session, *, viewer: Viewer) -> Sequence[Group]:
    """Return the groups that have decided something, in the Latvian alphabet."""
    decided = exists(
        select(1)
        .select_from(MeetingGroup)
        .join(Decision, Decision.meeting_id == MeetingGroup.meeting_id)
        .where(MeetingGroup.group_id == Group.id, visible_decisions(viewer))
        .correlate(Group)
    )
    return session.scalars(
        select(Group).where(visible_groups(viewer), decided).order_by(Group.name_sort, Group.id)
    ).all()


def deciding_years(session: Session, *, viewer: Viewer) -> list[int]:
    """Return the years in which something was decided, the latest first, in two statements."""
    decided = exists(select(1).where(Decision.meeting_id == Meeting.id, visible_decisions(viewer)).correlate(Meeting))
    days = select(Meeting.starts_on).where(Meeting.starts_on.is_not(None), decided).limit(1)
    first, last = (
        days.order_by(Meeting.starts_on).scalar_subquery(),
        days.order_by(Meeting.starts_on.desc()).scalar_subquery(),
    )
    oldest, newest = session.execute(select(first, last)).one()
    if oldest is None or newest is None:
        return []
    years = range(newest.year, oldest.year - 1, -1)
    # One question for each year: an index answers it at the first decision found, however many there are.
    answers = session.execute(
        select(*(exists(select(1).where(decisions_of_year(year), decided)) for year in years))
    ).one()
    return [year for year, is_one in zip(years, answers, strict=True) if is_one]


def last_number(session: Session, group_id: int, year: int) -> int:
    """Return the highest number of a decision of the meetings that a group led in a year, 0 when there is none."""
    led = select(MeetingGroup.meeting_id).where(MeetingGroup.group_id == group_id, MeetingGroup.position == 1)
    highest = select(func.max(Decision.number)).join(Meeting, Meeting.id == Decision.meeting_id)
    return session.scalar(highest.where(Meeting.id.in_(led), decisions_of_year(year))) or 0


_COLUMNS = (
    Decision.id,
    Decision.number,
    Decision.text_lv,
    Decision.text_en,
    Decision.method,
    Decision.votes_for,
    Decision.votes_against,
    Decision.votes_abstained,
    Meeting.starts_on,
    Meeting.ends_on,
    Meeting.date_precision,
    Meeting.date_certainty,
    Meeting.slug.label("meeting_slug"),
    Meeting.title_lv.label("meeting_lv"),
    Meeting.title_en.label("meeting_en"),
    Meeting.kind,
    Meeting.ordinal,
    Initiative.slug.label("initiative_slug"),
    Initiative.title_lv.label("initiative_lv"),
    Initiative.title_en.label("initiative_en"),
    Topic.slug.label("topic_slug"),
    Topic.title_lv.label("topic_lv"),
    Topic.title_en.label("topic_en"),
    Group.slug.label("group_slug"),
    Group.name_lv,
    Group.name_en,
    Group.is_sample,
    Decision.published_on,
)


def _listed(viewer: Viewer, only: ColumnElement[bool] | None) -> Select[*tuple[Any, ...]]:
    found = (
        select(*_COLUMNS)
        .join(Meeting, Meeting.id == Decision.meeting_id)
        .outerjoin(MeetingGroup, and_(MeetingGroup.meeting_id == Meeting.id, MeetingGroup.position == 1))
        .outerjoin(Group, and_(Group.id == MeetingGroup.group_id, visible_groups(viewer)))
        # A public meeting may decide on something of a group that is not public.
        .outerjoin(Initiative, and_(Initiative.id == Decision.initiative_id, visible_initiatives(viewer)))
        .outerjoin(Topic, and_(Topic.id == Decision.topic_id, visible_topics(viewer)))
        .where(visible_decisions(viewer))
    )
    return found if only is None else found.where(only)


def _rows(session: Session, found: Select[*tuple[Any, ...]], limit: int | None) -> list[DecisionRow]:
    return [
        DecisionRow(
            row.id,
            row.number,
            Bilingual(row.text_lv, row.text_en),
            row.method,
            row.votes_for,
            row.votes_against,
            row.votes_abstained,
            row.starts_on,
            row.ends_on,
            row.date_precision,
            row.date_certainty,
            row.meeting_slug,
            Bilingual(row.meeting_lv, row.meeting_en),
            row.kind,
            row.ordinal,
            row.initiative_slug,
            Bilingual(row.initiative_lv, row.initiative_en),
            row.topic_slug,
            Bilingual(row.topic_lv, row.topic_en),
            row.group_slug,
            Bilingual(row.name_lv, row.name_en),
            bool(row.is_sample),
            row.published_on,
        )
        for row in session.execute(found.limit(limit))
    ]
