"""Records of the database as programs are told of them. Nothing is asked here: what was not read is not told."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from lag_tracker.agenda.queries import AgendaRow
from lag_tracker.api import proceedings, shapes
from lag_tracker.api.places import Places
from lag_tracker.api.queries import MeetingParts, MemberPlace, PaperParts
from lag_tracker.api.shapes import Source, When, Words
from lag_tracker.calendars.entries import wall_clock
from lag_tracker.decisions.queries import DecisionRow
from lag_tracker.labels import meeting_title
from lag_tracker.models.bilingual import LANGUAGES, Bilingual
from lag_tracker.models.group import Group
from lag_tracker.models.initiative import Initiative
from lag_tracker.models.meeting import LinkKind, Meeting
from lag_tracker.models.milestone import Milestone, MilestoneKind
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network
from lag_tracker.models.topic import Topic
from lag_tracker.models.traits import Audience
from lag_tracker.models.visibility import PUBLIC, readable_outcome
from lag_tracker.sources.queries import CitedSource
from lag_tracker.topics.queries import Change

#: The sources of a record.
Cited: TypeAlias = Sequence[CitedSource]


def body(one: Municipality, cited: Cited, places: Places) -> shapes.Body:
    """Return what is told of a municipality."""
    return shapes.Body(
        id=places.of("bodies", one.slug),
        name=Words.of(one.name),
        classification=one.kind,
        country=one.country,
        website=one.website,
        organization=places.listed("organizations", body=one.slug),
        meeting=places.listed("meetings", body=one.slug),
        source=Source.all_of(cited),
        web=places.pages("municipalities.show", one.slug),
    )


def network(one: Network, cited: Cited, places: Places) -> shapes.Network:
    """Return what is told of a network."""
    return shapes.Network(
        id=places.of("networks", one.slug),
        name=one.name,
        official_name=one.official_name,
        classification=one.kind,
        classification_certainty=one.kind_certainty,
        programme=one.programme.name if one.programme else None,
        theme=[Words.of(theme.name) for theme in one.themes],
        summary=Words.of(one.summary),
        start_date=one.starts_on,
        end_date=one.ends_on,
        approved_date=one.approved_on,
        collaborators=Words.of(one.collaborators),
        website=one.website,
        partnership=[
            shapes.Partnership(
                body=places.of("bodies", part.municipality.slug),
                role=part.role,
                role_certainty=part.role_certainty,
                department=Words.of(part.body),
                focus=Words.of(part.focus),
            )
            for part in sorted(one.partnerships, key=lambda part: part.id)
        ],
        organization=places.listed("organizations", network=one.slug),
        meeting=places.listed("meetings", network=one.slug),
        source=Source.all_of(cited),
        web=places.pages("networks.show", one.slug),
    )


def organization(one: Group, above: str | None, cited: Cited, places: Places) -> shapes.Organization:
    """Return what is told of a group; `above` is the slug of the group it is part of, where everyone sees that."""
    return shapes.Organization(
        id=places.of("organizations", one.slug),
        body=places.maybe("bodies", one.municipality.slug if one.municipality else None),
        name=Words.of(one.name),
        classification=one.kind,
        organization_type=Words.of(one.label),
        sub_organization_of=places.maybe("organizations", above),
        network=[places.of("networks", found.slug) for found in one.networks],
        permanent=one.is_permanent,
        start_date=one.formed_on,
        end_date=one.dissolved_on,
        summary=Words.of(one.summary),
        tasks=Words.of(one.tasks),
        membership=f"{places.of('organizations', one.slug)}/memberships",
        meeting=places.listed("meetings", organization=one.slug),
        decision=places.listed("decisions", organization=one.slug),
        paper=places.listed("papers", organization=one.slug),
        topic=places.listed("topics", organization=one.slug),
        calendar=places.pages("feeds.group", one.slug, ".ics"),
        source=Source.all_of(cited),
        sample=one.is_sample,
        web=places.pages("groups.show", one.slug),
    )


def membership(found: MemberPlace, group: str, places: Places) -> shapes.Membership:
    """Return what is told of who belongs to the group with the slug `group`."""
    one, body = found.membership, found.organisation
    shown = body if body and one.organisation_is_public else None
    return shapes.Membership(
        organization=places.of("organizations", group),
        person=shapes.Person(name=found.name) if found.name else None,
        on_behalf_of=shapes.Represented(name=Words.of(shown.name)) if shown else None,
        sector=body.sector if body else None,
        member_organization=places.maybe("organizations", found.group_slug),
        role=one.role,
        tier=one.tier,
    )


def meeting(one: Meeting, parts: MeetingParts, places: Places, today: date) -> proceedings.Meeting:
    """Return what is told of a meeting: what its page says on the day `today`."""
    return proceedings.Meeting(
        id=places.of("meetings", one.slug),
        name=_title(one),
        classification=one.kind,
        ordinal=one.ordinal,
        meeting_state=one.state,
        cancelled=one.is_cancelled,
        cancelled_reason=Words.of(one.cancelled_reason if one.is_cancelled else Bilingual(None, None)),
        when=When.of_record(one),
        start=_moment(one, one.starts_on, one.starts_at_time),
        end=_moment(one, one.last_day, one.ends_at_time),
        time_zone=one.time_zone,
        mode=one.mode,
        location=proceedings.Location(description=Words.of(one.place)) if one.place else None,
        join_url=_open_call(one, today),
        organization=[places.of("organizations", group.slug) for group in one.groups],
        network=[places.of("networks", found.slug) for found in one.networks],
        organizer=places.maybe("bodies", one.organiser.slug if one.organiser else None),
        summary=Words.of(one.summary),
        agenda_item=[_agenda_item(row, one, places) for row in parts.agendas.get(one.id, [])],
        speaker=[proceedings.Speaker.of(row) for row in parts.speakers.get(one.id, [])],
        participants=Words.of(one.participants),
        head_count=one.head_count,
        paper=[places.of("papers", found.slug) for found in one.initiatives],
        note=Words.of(one.note),
        calendar=places.pages("feeds.meeting", one.slug, ".ics") if one.has_day else None,
        created=one.created_at,
        modified=one.changed_at,
        sample=any(group.is_sample for group in one.groups[:1]),
        source=Source.all_of(parts.sources.get(one.id, [])),
        web=places.pages("meetings.show", one.slug),
        **_what_came_of_it(one, parts, places, today),
    )


def _what_came_of_it(one: Meeting, parts: MeetingParts, places: Places, today: date) -> dict[str, Any]:
    """Return the fields of a meeting that are filled afterwards."""
    files = [proceedings.File.of(link) for link in one.links]
    minutes = next((file for file in files if file.kind is LinkKind.MINUTES), None)
    return {
        "minutes_state": one.minutes_state if _is_over(one, today) else None,
        "outcome": Words.of(readable_outcome(one, viewer=PUBLIC)),
        "decision": [
            decision(row, parts.sources_of_decisions.get(row.id, []), places)
            for row in parts.decisions.get(one.slug, [])
        ],
        "action": [proceedings.Action.of(row) for row in parts.actions.get(one.id, [])],
        "results_protocol": minutes,
        "auxiliary_file": [file for file in files if file is not minutes],
    }


def _title(one: Meeting) -> Words:
    """Return a meeting's title; one without is called by its kind and its place in the series."""
    if one.title:
        return Words.of(one.title)
    return Words.of(Bilingual(*(meeting_title(one.title, one.kind, one.ordinal, lang).words for lang in LANGUAGES)))


def _is_over(one: Meeting, today: date) -> bool:
    return one.last_day is not None and one.last_day < today


def _open_call(one: Meeting, today: date) -> str | None:
    joins = one.join_audience is Audience.PUBLIC and not one.is_cancelled and not _is_over(one, today)
    return one.join_url if joins else None


def _moment(one: Meeting, day: date | None, at: time | None) -> datetime | None:
    return wall_clock(day, at, ZoneInfo(one.time_zone)) if day and at else None


def _agenda_item(row: AgendaRow, one: Meeting, places: Places) -> proceedings.AgendaItem:
    goes_past_midnight = bool(row.starts and one.starts_at_time and row.starts < one.starts_at_time)
    day = one.starts_on + timedelta(days=goes_past_midnight) if one.starts_on else None
    return proceedings.AgendaItem(
        number=str(row.number),
        name=Words.of(row.title),
        text=Words.of(row.text),
        start=_moment(one, day, row.starts),
        duration_minutes=row.minutes,
        presenter=row.presenters,
        topic=places.maybe("topics", row.topic.slug if row.topic else None),
        paper=places.maybe("papers", row.initiative.slug if row.initiative else None),
    )


def decision(row: DecisionRow, cited: Cited, places: Places) -> proceedings.Decision:
    """Return what is told of a decision."""
    return proceedings.Decision(
        id=places.of("decisions", row.id),
        meeting=places.of("meetings", row.meeting_slug),
        organization=places.maybe("organizations", row.group_slug),
        number=row.number,
        text=Words.of(row.text),
        method=row.method,
        votes_for=row.votes_for,
        votes_against=row.votes_against,
        votes_abstained=row.votes_abstained,
        when=When.of(row.starts_on, row.ends_on, row.precision, row.certainty),
        published_date=row.published_on,
        topic=places.maybe("topics", row.topic_slug),
        paper=places.maybe("papers", row.initiative_slug),
        source=Source.all_of(cited),
        sample=row.is_sample,
        web=places.pages("meetings.show", row.meeting_slug, f"#lemums-{row.id}"),
    )


def paper(one: Initiative, parts: PaperParts, places: Places) -> proceedings.Paper:
    """Return what is told of an initiative."""
    proposer = [one.proposer] if one.proposer and one.proposer.name_is_public else []
    into, out_of = (parts.kin.get(number or 0) for number in (one.merged_into_id, one.split_from_id))
    return proceedings.Paper(
        id=places.of("papers", one.slug),
        name=Words.of(one.title),
        summary=Words.of(one.summary),
        under_direction_of=[places.of("organizations", one.group.slug)],
        originator_person=[shapes.Person(name=person.name) for person in proposer],
        state=one.state,
        state_history=[_paper_state(change, places) for change in parts.changes.get(one.slug, [])],
        theme=Words.of(one.theme.name) if one.theme else None,
        topic=places.maybe("topics", one.topic.slug if one.topic else None),
        consultation=[
            proceedings.Consultation(meeting=places.of("meetings", slug))
            for slug in parts.consultations.get(one.id, [])
        ],
        superordinated_paper=[places.of("papers", into)] if into else [],
        related_paper=[places.of("papers", out_of)] if out_of else [],
        created=one.created_at,
        modified=one.changed_at,
        source=Source.all_of(parts.sources.get(one.id, [])),
        sample=one.group.is_sample,
        web=places.pages("initiatives.show", one.slug),
    )


def _paper_state(change: Change, places: Places) -> proceedings.PaperState:
    return proceedings.PaperState(
        state=change.state,
        when=When.of(change.first, None, change.precision, change.certainty),
        reason=Words.of(change.reason),
        meeting=places.maybe("meetings", change.meeting_slug),
    )


def topic(one: Topic, places: Places) -> proceedings.Topic:
    """Return what is told of a topic."""
    return proceedings.Topic(
        id=places.of("topics", one.slug),
        organization=places.of("organizations", one.group.slug),
        name=Words.of(one.title),
        summary=Words.of(one.summary),
        state=one.state,
        created=one.created_at,
        modified=one.changed_at,
        sample=one.group.is_sample,
        web=places.pages("topics.show", one.slug),
    )


def milestone(one: Milestone, cited: Cited, places: Places) -> proceedings.Milestone:
    """Return what is told of a deadline or phase; a deadline is one day."""
    last = one.ends_on if one.kind is MilestoneKind.PHASE else None
    return proceedings.Milestone(
        id=places.of("milestones", one.id),
        network=places.maybe("networks", one.network.slug if one.network else None),
        organization=places.maybe("organizations", one.group.slug if one.group else None),
        classification=one.kind,
        name=Words.of(one.title),
        summary=Words.of(one.summary),
        when=When.of(one.starts_on, last, one.date_precision, one.date_certainty),
        applies_to=Words.of(one.applies_to),
        source=Source.all_of(cited),
        sample=one.group.is_sample if one.group else False,
    )
