"""Who came to a meeting, as far as the public may know: organisations and numbers, never names."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lag_tracker.models.attendance import Attendance, Presence
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.organisation import Organisation, Sector


class Represented(NamedTuple):
    """An organisation that was represented at a meeting."""

    name: Bilingual
    sector: Sector | None


class PresenceSummary(NamedTuple):
    """How many people came, were excused or stayed away, how many were guests, and which organisations were there."""

    present: int
    excused: int
    absent: int
    guests: int
    organisations: list[Represented]


def presence_at(session: Session, meeting_id: int) -> PresenceSummary:
    """Return the numbers over the people of one meeting, and the organisations that were there, in two statements."""
    counts = {
        (presence, guest): number
        for presence, guest, number in session.execute(
            select(Attendance.presence, Attendance.is_guest, func.count())
            .where(Attendance.meeting_id == meeting_id, Attendance.person_id.is_not(None))
            .group_by(Attendance.presence, Attendance.is_guest)
        )
    }
    organisations = session.scalars(
        select(Organisation)
        .where(
            Organisation.id.in_(
                select(Attendance.organisation_id).where(
                    Attendance.meeting_id == meeting_id, Attendance.presence == Presence.PRESENT
                )
            )
        )
        .order_by(Organisation.name_sort, Organisation.id)
    ).all()

    def number_of(presence: Presence) -> int:
        return sum(number for (found, _), number in counts.items() if found == presence)

    return PresenceSummary(
        number_of(Presence.PRESENT),
        number_of(Presence.EXCUSED),
        number_of(Presence.ABSENT),
        counts.get((Presence.PRESENT, True), 0),
        [Represented(organisation.name, organisation.sector) for organisation in organisations],
    )
