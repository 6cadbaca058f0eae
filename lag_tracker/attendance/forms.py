"""How people are offered to be ticked, before a meeting and after it."""

from collections import Counter
from collections.abc import Sequence
from zlib import crc32

from lag_tracker.attendance.managed import Candidate
from lag_tracker.models.attendance import Presence
from lag_tracker.models.group import Membership
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person
from lag_tracker.web.fields import LinesField, NumberField, RecordsField, TextField, lazy
from lag_tracker.web.formatting import plain
from lag_tracker.web.forms import RecordForm


class AttendanceOnPaper:
    """Who came to a meeting, as its form shows it."""

    def __init__(self, meeting: Meeting, candidates: Sequence[Candidate]) -> None:
        """Look at a meeting and at those who may have come."""
        state = [(one.key, one.presence) for one in candidates], meeting.revision
        #: Differs when anybody has written down anything else meanwhile.
        self.revision = crc32(repr(state).encode())
        self.present = [one.key for one in candidates if one.presence is Presence.PRESENT]
        self.excused = [one.key for one in candidates if one.presence is Presence.EXCUSED]
        self.guests: list[str] = []
        self.head_count = meeting.head_count
        self.participants_lv, self.participants_en = meeting.participants


class AttendanceForm(RecordForm):
    """Who came, who was excused, who were the guests, and how many there were in all."""

    present = RecordsField(lazy("Who came"))
    excused = RecordsField(lazy("Who was excused"))
    guests = LinesField(lazy("More guests"))
    head_count = NumberField(lazy("How many came in all"), least=1, most=100_000)
    participants_lv = TextField(lazy("Who took part, in Latvian"))
    participants_en = TextField(lazy("Who took part, in English"))

    def offer(self, candidates: Sequence[Candidate]) -> None:
        """Offer these to be ticked."""
        words = named_apart([(one.person, one.organisation) for one in candidates])
        people = [(one.key, name) for one, name in zip(candidates, words, strict=True)]
        self.present.offer(people)
        guests = {one.key for one in candidates if one.is_guest}
        self.excused.offer([(key, name) for key, name in people if key not in guests])


def people_to_tick(members: Sequence[Membership]) -> list[tuple[int, str]]:
    """Return each membership with how it is offered."""
    words = named_apart([(one.person, one.organisation) for one in members])
    return [(one.id, name) for one, name in zip(members, words, strict=True)]


def named_apart(people: Sequence[tuple[Person | None, Organisation | None]]) -> list[str]:
    """Return people by name, those who are called alike with whom they stand for; organisations by theirs."""
    names = Counter(person.name for person, _ in people if person)
    alone = {name for name, number in names.items() if number == 1}
    return [_told(person, organisation, alone) for person, organisation in people]


def _told(person: Person | None, organisation: Organisation | None, alone: set[str]) -> str:
    body = plain(organisation.name) if organisation else ""
    if person is None:
        return body
    return f"{person.name}, {body}" if body and person.name not in alone else person.name
