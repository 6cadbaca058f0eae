"""Records as calendars see them: the words and times of one event, in one language. No Flask, no database, no clock."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, TypeAlias
from urllib.parse import quote
from zoneinfo import ZoneInfo

from lag_tracker.labels import label, meeting_title
from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import Meeting, MeetingState
from lag_tracker.models.milestone import Milestone, MilestoneKind
from lag_tracker.models.traits import Audience, Certainty

#: Said of a meeting, as pages and letters say it.
CANCELLED = Bilingual("ATCELTA: ", "CANCELLED: ")
DRAFT = Bilingual("MELNRAKSTS: ", "DRAFT: ")
#: Group -> its parent and its municipality.
GroupTree: TypeAlias = dict[int, tuple[int | None, int | None]]

AGENDA = Bilingual("Darba kārtība:", "Agenda:")
REASON = Bilingual("Atcelšanas iemesls: ", "Reason for cancelling: ")
STARTS_AT = Bilingual("Sākums plkst. ", "Starts at ")
JOIN = Bilingual("Pievienošanās saite: ", "Link to join: ")
INFERRED = Bilingual("Datums secināts no avota.", "The date is inferred from the source.")
FOR_WHOM = Bilingual("Attiecas uz: ", "Applies to: ")
TURNED_BACK = Bilingual(
    "Tajā naktī pulksteni pagriež atpakaļ; domāta pirmā no abām vienādajām stundām.",
    "The clocks go back that night; the first of the two equal hours is meant.",
)
PATHS = {
    "meeting": Bilingual("/sanaksmes/", "/en/meetings/"),
    "group": Bilingual("/grupas/", "/en/groups/"),
    "network": Bilingual("/tikli/", "/en/networks/"),
}

_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
#: Control characters, which RFC 5545 (3.3.11) forbids, halves of surrogate pairs, which UTF-8 cannot write, and the
#: byte order mark, which readers drop.
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
_GAPS = re.compile(r"\n\s*\n")
_ADDRESS = re.compile(r"https?://[!-~]+")


class Span(NamedTuple):
    """When an event is: whole days with the day after the last one, or instants in a zone, whose end may be unknown."""

    start: date
    end: date | None

    @property
    def has_hours(self) -> bool:
        """Whether the event has a time of day."""
        return isinstance(self.start, datetime)


@dataclass(frozen=True, kw_only=True)
class EventContent:
    """All that an event shows in one language, without its stamps."""

    uid: str
    span: Span
    summary: str
    description: str
    address: str
    location: str
    #: Link to join a public call; empty when there is none.
    conference: str
    categories: tuple[str, ...]
    is_cancelled: bool
    #: Time, place and state in both languages, which all languages share, so that their sequences rise together.
    schedule: str
    #: Whether it is a draft, which only those who plan it see.
    is_tentative: bool = False


def paragraph(text: str) -> str:
    """Return `text` with plain line breaks, one empty line at most, and without what a calendar cannot carry."""
    return _GAPS.sub("\n\n", _FORBIDDEN.sub("", _LINE_BREAKS.sub("\n", text))).strip()


def one_line(text: str) -> str:
    """Return `text` on one line, without characters that a calendar cannot carry."""
    return " ".join(paragraph(text).split())


def page_address(kind: str, slug: str, *, lang: str, base_url: str) -> str:
    """Return the address of a record's page; `kind` is "meeting", "group" or "network"."""
    return f"{base_url}{PATHS[kind].read_in(lang).words}{quote(slug, safe='')}"


def meeting_address(slug: str, lang: str, base: str) -> str:
    """Return the address of a meeting's page; `base` is the address people use, without a slash at the end."""
    return page_address("meeting", slug, lang=lang, base_url=base)


def wall_clock(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the instant that a wall clock shows as `at`, aware, in `zone`.

    RFC 5545, 3.3.5: an hour that the clocks skip is counted from before the change, so 03:30 becomes 04:30; of an
    hour that comes twice the first is meant.
    """
    return datetime.combine(day, at.replace(microsecond=0, fold=0), zone).astimezone(UTC).astimezone(zone)


def comes_twice(moment: datetime) -> bool:
    """Tell whether the wall clock shows this time twice, because the clocks go back that night."""
    return moment.utcoffset() != moment.replace(fold=1 - moment.fold).utcoffset()


def meeting_span(meeting: Meeting) -> Span:
    """Return when a meeting with a known day is. No time is invented.

    Without a time it is whole days, and so it is over several days without a closing time; an unknown or impossible
    end is left out, which RFC 5545, 3.6.1 reads as "ends when it starts".
    """
    first, last = meeting.starts_on, meeting.last_day
    if first is None or last is None:
        raise ValueError("The meeting has no day.")
    over_days_without_end = last > first and meeting.ends_at_time is None
    if meeting.starts_at_time is None or over_days_without_end:
        return Span(first, last + timedelta(days=1))
    zone = ZoneInfo(meeting.time_zone)
    start = wall_clock(first, meeting.starts_at_time, zone)
    end = wall_clock(last, meeting.ends_at_time, zone) if meeting.ends_at_time else None
    return Span(start, end if end and end.astimezone(UTC) > start.astimezone(UTC) else None)


def milestone_span(milestone: Milestone) -> Span:
    """Return the days of a milestone with a known day: a deadline's one, all of a phase."""
    if milestone.starts_on is None:
        raise ValueError("The milestone has no day.")
    lasts = milestone.kind is MilestoneKind.PHASE and milestone.ends_on is not None
    last = milestone.ends_on if lasts and milestone.ends_on else milestone.starts_on
    return Span(milestone.starts_on, last + timedelta(days=1))


def meeting_content(
    meeting: Meeting,
    *,
    visible_items: set[int],
    lang: str,
    base_url: str,
    join_audiences: Collection[Audience] = (Audience.PUBLIC,),
) -> EventContent:
    """Return what a meeting's event shows in `lang`, to the public if nothing else is said.

    `visible_items` are the agenda items it may show, `join_audiences` those whose link to join it may tell.
    """
    title = one_line(meeting_title(meeting.title, meeting.kind, meeting.ordinal, lang).words)
    # A title of nothing but invisible characters is none.
    title = title or meeting_title(Bilingual(None, None), meeting.kind, meeting.ordinal, lang).words
    # Nobody is to wait in a call that was called off; the page holds the link back, too.
    is_told = meeting.join_audience in join_audiences and not meeting.is_cancelled
    join = meeting.join_url if is_told else None
    conference = join if join and _ADDRESS.fullmatch(join) else ""
    span, is_draft = meeting_span(meeting), meeting.state is MeetingState.DRAFT
    mark = CANCELLED if meeting.is_cancelled else DRAFT if is_draft else None
    place = (plain_span(span), meeting.place_lv, meeting.place_en, conference, meeting.is_cancelled)
    address = meeting_address(meeting.slug, lang, base_url)
    return EventContent(
        uid=meeting.uid,
        span=span,
        summary=(mark.read_in(lang).words if mark else "") + title,
        description=paragraph(
            "\n".join(_meeting_lines(meeting, span, visible_items, conference, lang)) + f"\n\n{address}"
        ),
        address=address,
        location=one_line(meeting.place.read_in(lang).words) or conference,
        conference=conference,
        categories=(label(meeting.kind, lang), *(one_line(network.name) for network in meeting.networks)),
        is_cancelled=meeting.is_cancelled,
        schedule=repr((*place, "draft") if is_draft else place),
        is_tentative=is_draft,
    )


def milestone_content(milestone: Milestone, *, lang: str, base_url: str) -> EventContent:
    """Return what a milestone's event shows in `lang`: a whole-day event that keeps nobody busy."""
    owner, kind = (milestone.network, "network") if milestone.network else (milestone.group, "group")
    if owner is None:
        raise ValueError("The milestone has neither a network nor a group.")
    span, address = milestone_span(milestone), page_address(kind, owner.slug, lang=lang, base_url=base_url)
    name = owner.name if isinstance(owner.name, str) else owner.name.read_in(lang).words
    whom = milestone.applies_to.read_in(lang).words
    summary = milestone.summary.read_in(lang).words
    lines = [name, summary, whom and FOR_WHOM.read_in(lang).words + whom, _remark(milestone, lang)]
    return EventContent(
        uid=milestone.uid,
        span=span,
        summary=one_line(milestone.title.read_in(lang).words),
        description=paragraph("\n".join(line for line in lines if line) + f"\n\n{address}"),
        address=address,
        location="",
        conference="",
        categories=(label(milestone.kind, lang), one_line(name)),
        is_cancelled=False,
        schedule=repr(plain_span(span)),
    )


def plain_span(span: Span) -> tuple[str, ...]:
    """Return a span as words of which digests are made."""
    return tuple(str(moment) for moment in span)


def _remark(record: Meeting | Milestone, lang: str) -> str:
    return INFERRED.read_in(lang).words if record.date_certainty is Certainty.INFERRED else ""


def _meeting_lines(meeting: Meeting, span: Span, visible_items: set[int], join: str, lang: str) -> Iterable[str]:
    yield ", ".join(one_line(group.name.read_in(lang).words) for group in _named_groups(meeting))
    if meeting.is_cancelled and meeting.cancelled_reason:
        yield REASON.read_in(lang).words + meeting.cancelled_reason.read_in(lang).words
    if meeting.starts_at_time and not span.has_hours:
        yield STARTS_AT.read_in(lang).words + f"{meeting.starts_at_time:%H:%M}"
    yield from _agenda_lines(meeting, span, visible_items, lang)
    yield _remark(meeting, lang)
    if isinstance(span.start, datetime) and comes_twice(span.start):
        yield TURNED_BACK.read_in(lang).words
    if join:
        yield "\n" + JOIN.read_in(lang).words + join


def _named_groups(meeting: Meeting) -> list[Group]:
    """Return the groups that an event names: who reads it in one group need not know of a hidden other one."""
    return (
        meeting.groups
        if len(meeting.groups) == 1
        else [one for one in meeting.groups if one.audience is Audience.PUBLIC]
    )


def _agenda_lines(meeting: Meeting, span: Span, visible_items: set[int], lang: str) -> list[str]:
    """Return the agenda's items and when they start, as far as all items before say how long they last."""
    starts_at = span.start if isinstance(span.start, datetime) else None
    lines = []
    for item in meeting.agenda:
        if item.id in visible_items:
            lines.append(_agenda_line(item, starts_at, lang))
        lasts = item.duration_minutes
        starts_at = _later(starts_at, lasts) if starts_at and lasts else None
    return ["", AGENDA.read_in(lang).words, *lines, ""] if lines else []


def _later(start: datetime, minutes: int) -> datetime:
    # Elapsed time: over a change of the clocks the wall clock moves on by another number.
    return (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(start.tzinfo)


def _agenda_line(item: AgendaItem, starts_at: datetime | None, lang: str) -> str:
    hour = f"{starts_at:%H:%M} " if starts_at else ""
    names = [one_line(speaker.person.name) for speaker in item.presenters if speaker.person.name_is_public]
    presenters = f" ({', '.join(names)})" if names else ""
    return f"{item.position}. {hour}{one_line(item.title.read_in(lang).words)}{presenters}"


def with_all_below(groups: set[int], tree: GroupTree) -> set[int]:
    """Return the groups and all that are part of them."""
    found = set(groups)
    while more := {number for number, (parent, _) in tree.items() if parent in found} - found:
        found |= more
    return found


def _with_all_above(group: int, tree: GroupTree) -> list[int]:
    """Return the group and those it is part of, nearest first; a circle is walked once."""
    found: list[int] = []
    following: int | None = group
    while following in tree and following not in found:
        found.append(following)
        following = tree[following][0]
    return found


def meeting_calendars(meeting: Meeting, tree: GroupTree) -> set[str]:
    """Return the keys of the calendars a meeting stands in; those of the groups above its own are among them."""
    keys = {"all", f"kind:{meeting.kind.value}", f"meeting:{meeting.id}"}
    keys |= {f"network:{network.id}" for network in meeting.networks}
    keys |= {f"group_kind:{group.kind.value}" for group in meeting.groups}
    municipalities = {meeting.organiser_id}
    for group in meeting.groups:
        line = _with_all_above(group.id, tree)
        keys |= {f"group:{number}" for number in line}
        municipalities.add(next((tree[number][1] for number in line if tree[number][1]), None))
    return keys | {f"municipality:{number}" for number in municipalities if number}


def milestone_calendars(milestone: Milestone, tree: GroupTree) -> set[str]:
    """Return the keys of the calendars that a milestone stands in."""
    keys = {"all", "milestones"} | ({f"network:{milestone.network_id}"} if milestone.network_id else set())
    line = _with_all_above(milestone.group_id, tree) if milestone.group_id else []
    keys |= {f"group_kind:{milestone.group.kind.value}"} if milestone.group else set()
    return keys | {f"group:{number}" for number in line}
