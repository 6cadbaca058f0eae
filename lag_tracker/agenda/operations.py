"""What happens to agendas."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypedDict

from flask_babel import gettext
from sqlalchemy.orm import Session

from lag_tracker.agenda.managed import last_position, presents_elsewhere, speakers_at
from lag_tracker.database import take_turns
from lag_tracker.errors import RuleBroken
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Audience

#: "Budžets – 20 min", "Budžets (20 min)", "Budget, 20 minutes".
_LASTING = re.compile(r"(\d{1,3}) ?min(?:\.|ūtes|utes)?\)?", re.IGNORECASE)
#: A longer agenda is none.
MOST_ITEMS = 250
_BEFORE_LASTING = " –—-,(\t"


class Line(NamedTuple):
    """An agenda item as somebody types it on one line."""

    title: str
    minutes: int | None


def read_line(typed: str) -> Line:
    """Return a line's title and, where it ends with one, how many minutes it lasts."""
    found = re.search(r"\d{1,3} ?[^\W\d_]{3,7}[.)]{0,2}$", typed)
    lasting = _LASTING.fullmatch(found[0]) if found else None
    title = typed[: found.start()].rstrip(_BEFORE_LASTING) if found else typed
    if lasting and title and int(lasting[1]):
        return Line(title, int(lasting[1]))
    return Line(typed, None)


def in_language(words: str | None, lang: str) -> Bilingual:
    """Return words that were typed in one language."""
    return Bilingual(None, words) if lang == "en" else Bilingual(words, None)


def last_place(session: Session, meeting_id: int) -> int:
    """Return the number of an agenda's last item, 0 when it is empty; nobody else adds one until this is kept."""
    take_turns(session.connection(), "agendas")
    return last_position(session, meeting_id)


def put_on_agenda(
    meeting: Meeting, *, session: Session, lines: Iterable[str], lang: str, after: int = 0
) -> list[AgendaItem]:
    """Add one public item for each line to the end of an agenda; `after` is the number of its last item so far."""
    if after >= MOST_ITEMS:
        raise RuleBroken(gettext("An agenda takes %(most)d items at most.", most=MOST_ITEMS), about="line")
    items = []
    for position, line in enumerate(lines, after + 1):
        words, minutes = read_line(line)
        title = in_language(words, lang)
        items.append(
            AgendaItem(
                meeting=meeting, position=position, title_lv=title.lv, title_en=title.en, duration_minutes=minutes
            )
        )
    session.add_all(items)
    return items


class ItemWords(TypedDict):
    """What a person writes about an agenda item."""

    title_lv: str | None
    title_en: str | None
    text_lv: str | None
    text_en: str | None
    duration_minutes: int | None
    audience: Audience
    topic_id: int | None
    initiative_id: int | None


class NewPresenter(NamedTuple):
    """Somebody who presents an item and is on no record yet: the name, whom they stand for, and who may read it."""

    name: str
    affiliation: Bilingual
    is_public: bool


def change_item(
    item: AgendaItem,
    *,
    session: Session,
    words: ItemWords,
    presenters: Sequence[Person],
    newcomer: NewPresenter | None = None,
) -> None:
    """Write down what an item is about and who presents it.

    Who presents something is a speaker of the meeting; who presents nothing any more is none.
    """
    for name, value in words.items():
        setattr(item, name, value)
    people = list(presenters)
    if newcomer is not None:
        person = Person(name=newcomer.name, name_is_public=newcomer.is_public)
        session.add(person)
        session.flush()
        people.append(person)
    speakers = speakers_at(session, item.meeting_id)
    dropped = [speaker for speaker in item.presenters if speaker.person_id not in {one.id for one in people}]
    item.presenters = [speakers.get(one.id) or _new_speaker(item, one, speakers, newcomer) for one in people]
    for speaker in dropped:
        if not presents_elsewhere(session, speaker, item):
            session.delete(speaker)


def _new_speaker(
    item: AgendaItem, person: Person, speakers: dict[int, Speaker], newcomer: NewPresenter | None
) -> Speaker:
    """Return a speaker after the last one; the newcomer's affiliation is the one just typed."""
    position = max((one.position for one in speakers.values()), default=0) + 1
    speaker = Speaker(meeting_id=item.meeting_id, person=person, position=position)
    if newcomer is not None and person.name == newcomer.name:
        speaker.affiliation_lv, speaker.affiliation_en = newcomer.affiliation
    speakers[person.id] = speaker
    return speaker


def put_in_order(items: Sequence[AgendaItem], *, order: Sequence[int]) -> None:
    """Number the items of an agenda anew; `order` holds their ids as they shall stand."""
    by_number = {item.id: item for item in items}
    if sorted(order) != sorted(by_number):
        raise RuleBroken(gettext("Somebody has changed the agenda meanwhile. Look at it and move the item again."))
    for position, number in enumerate(order, 1):
        if by_number[number].position != position:
            by_number[number].position = position


def shift(items: Sequence[AgendaItem], *, item: int, by: int) -> None:
    """Move the item with this id by one place or more, towards the end when `by` is positive."""
    order = [one.id for one in items]
    place = order.index(item)
    order.insert(max(place + by, 0), order.pop(place))
    put_in_order(items, order=order)


def take_off_agenda(item: AgendaItem, *, session: Session, items: Sequence[AgendaItem]) -> None:
    """Delete an item and close the gap; decisions taken on it stay."""
    session.delete(item)
    put_in_order([one for one in items if one is not item], order=[one.id for one in items if one is not item])
