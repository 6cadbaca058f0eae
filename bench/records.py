"""Many meetings with agendas, the same each time, written past the ORM: a hundred thousand take about a minute.

Calendar entries are left out; whoever measures feeds makes them.
"""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from slugify import slugify
from sqlalchemy import insert
from sqlalchemy.orm import Session

from lag_tracker.latvian import sort_key
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.decision import Decision, DecisionMethod
from lag_tracker.models.group import Group, GroupKind, group_network
from lag_tracker.models.initiative import Initiative, InitiativeState, InitiativeStateChange
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind, MeetingState, meeting_network
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network, NetworkKind, PartnerRole, Partnership
from lag_tracker.models.person import Person
from lag_tracker.models.topic import Topic
from lag_tracker.search.operations import rebuild_search

Progress = Callable[[int, int], None]

#: Written at a time.
BATCH: Final = 2_000
ITEMS_OF_A_MEETING: Final = 5
FIRST_DAY: Final = date(2010, 1, 4)
#: Spread over so many days, of which the last lies a year ahead of the year the records pretend to be made in.
DAYS: Final = 6_200
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)

PLACES: Final = (
    "Ķekava", "Ādaži", "Cēsis", "Sigulda", "Jelgava", "Daugavpils", "Liepāja", "Rīga", "Jūrmala", "Carnikava",
    "Jaunpils", "Ogre", "Tukums", "Talsi", "Kuldīga", "Valmiera", "Rēzekne", "Jēkabpils", "Mārupe", "Olaine",
    "Salaspils", "Saldus", "Dobele", "Bauska", "Alūksne", "Gulbene", "Madona", "Preiļi", "Ludza", "Krāslava",
)  # fmt: skip
SURNAMES: Final = (
    "Bērziņa", "Kalniņš", "Ozola", "Liepiņš", "Krūmiņa", "Balodis", "Eglīte", "Zariņš", "Pētersone", "Vītols",
    "Āboliņa", "Šķēle",
)  # fmt: skip
GIVEN_NAMES: Final = ("Anna", "Jānis", "Līga", "Māris", "Ilze", "Andris", "Dace", "Pēteris", "Kristīne", "Edgars")
# What is done, to what, for whom, and how: joined, they make items that read like those of real agendas.
DOINGS: Final = (
    "Lēmums par", "Diskusija par", "Vienošanās par", "Informācija par", "Priekšlikumi par", "Balsojums par",
    "Ziņojums par", "Ierosinājumi par", "Darbnīca par", "Iepazīšanās ar", "Pārskats par", "Jautājumi par",
)  # fmt: skip
THINGS: Final = (
    "rīcības plāna ceļvedi", "veloceliņu tīklu", "mobilitātes punktiem", "pilsētas iniciatīvām", "skolēnu padomi",
    "uzņēmēju sociālo atbildību", "bibliotēkas pagalmu", "ielu apgaismojumu", "dabas takām", "lauku produktu tirgu",
    "jauniešu līdzdalību", "iedzīvotāju forumu", "atkritumu šķirošanu", "vēsturisko centru", "autobusu maršrutiem",
    "sporta laukumiem", "brīvprātīgo darbu", "digitālajiem pakalpojumiem", "projekta budžetu", "partneru pieredzi",
    "maza mēroga aktivitātēm", "stāvparku pie stacijas", "kopienas dārzu", "senioru klubu", "gājēju drošību",
)  # fmt: skip
ENDS: Final = (
    "pašvaldībā", "novada pilsētās", "ar vietējo rīcības grupu", "kopā ar nevalstiskajām organizācijām",
    "nākamajā gadā", "līdz projekta beigām", "atbilstoši stratēģijai", "pēc iedzīvotāju aptaujas",
    "piesaistot finansējumu", "skolās",
)  # fmt: skip
ENGLISH: Final = (
    "Decision on the road map", "Discussion of mobility points", "Report on partners' experience", "Vote on the budget",
    "Proposals for small scale actions", "Next steps of the local group", "Working together with businesses",
)  # fmt: skip
TEXTS: Final = (
    "Klātesošie uzklausa ziņojumu un uzdod jautājumus.", "Grupa vienojas par nākamajiem soļiem un termiņiem.",
    "Koordinatore iepazīstina ar citu Eiropas pilsētu pieredzi.", "Dalībnieki strādā mazās grupās un prezentē idejas.",
)  # fmt: skip


def fill(session: Session, *, meetings: int, search: bool = True, progress: Progress | None = None) -> None:
    """Write that many meetings of fifty groups into an empty database, with agendas, and commit.

    Without `search` there are no search entries, which take most of the time. `progress` is told how many of how many.
    """
    chance = random.Random(2020)
    _write_frame(session, chance)
    for start in range(1, meetings + 1, BATCH):
        numbers = range(start, min(start + BATCH, meetings + 1))
        _write_meetings(session, numbers, chance)
        if progress:
            progress(numbers[-1], meetings)
    session.commit()
    if search:
        rebuild_search(session, progress=progress)
        session.commit()


def sentence(chance: random.Random) -> str:
    """Return the title of an agenda item."""
    return f"{chance.choice(DOINGS)} {chance.choice(THINGS)} {chance.choice(ENDS)}"


def _write_frame(session: Session, chance: random.Random) -> None:
    """Write municipalities, networks, groups, people, topics and initiatives, to which the meetings belong."""
    places = [_named(n, f"{name}s novads" if n % 2 else name) for n, name in enumerate(PLACES, 1)]
    networks = [
        {"id": n, "slug": f"network-{n}", "name": f"Cities{n}Gether", "name_sort": sort_key(f"Cities{n}Gether")}
        | {"kind": NetworkKind.ACTION_PLANNING, "summary_lv": sentence(chance)}
        for n in range(1, 21)
    ]
    groups = [
        _named(n, f"{chance.choice(PLACES)}s vietējā rīcības grupa {n}")
        | {"kind": GroupKind.URBACT_LOCAL_GROUP, "municipality_id": n % len(PLACES) + 1, "summary_lv": sentence(chance)}
        for n in range(1, 51)
    ]
    people = [
        {"id": n, "name": name, "name_sort": sort_key(name), "name_is_public": True}
        for n, name in enumerate((f"{given} {surname}" for given in GIVEN_NAMES for surname in SURNAMES), 1)
    ]
    _insert(session, Municipality, places)
    _insert(session, Network, networks)
    partners = [
        {"network_id": n, "municipality_id": m, "role": PartnerRole.PARTNER} for n in range(1, 21) for m in (n, n + 5)
    ]
    _insert(session, Partnership, partners)
    _insert(session, Group, groups)
    _insert(session, group_network, [{"group_id": n, "network_id": n % 20 + 1} for n in range(1, 51)])
    _insert(session, Person, people)
    topics = [_titled("topic", n, sentence(chance)) | {"group_id": n % 50 + 1} for n in range(1, 501)]
    _insert(session, Topic, topics)
    state = InitiativeState.PROPOSED
    initiatives = [
        _titled("initiative", n, sentence(chance)) | {"group_id": n % 50 + 1, "topic_id": n, "state": state}
        for n in range(1, 301)
    ]
    _insert(session, Initiative, initiatives)
    steps = [{"initiative_id": n, "position": 1, "state": state, "changed_on": _day(chance)} for n in range(1, 301)]
    _insert(session, InitiativeStateChange, steps)


def _write_meetings(session: Session, numbers: Sequence[int], chance: random.Random) -> None:
    kinds = list(MeetingKind)
    meetings = [_meeting(n, _day(chance), chance.choice(kinds), chance) for n in numbers]
    items = [_item(n, position, chance) for n in numbers for position in range(1, ITEMS_OF_A_MEETING + 1)]
    _insert(session, Meeting, meetings)
    _insert(session, MeetingGroup, [{"meeting_id": n, "group_id": n % 50 + 1, "position": 1} for n in numbers])
    _insert(session, meeting_network, [{"meeting_id": n, "network_id": n % 20 + 1} for n in numbers])
    _insert(session, AgendaItem, items)
    speakers = [{"meeting_id": n, "person_id": n % 120 + 1, "position": 1} for n in numbers if n % 3 == 0]
    _insert(session, Speaker, speakers)
    decided = {"method": DecisionMethod.NOT_STATED, "published_on": date(2026, 1, 1)}
    decisions = [{"meeting_id": n, "text_lv": sentence(chance), **decided} for n in numbers if n % 4 == 0]
    _insert(session, Decision, decisions)


def _meeting(number: int, day: date, kind: MeetingKind, chance: random.Random) -> dict[str, Any]:
    title = f"{chance.choice(PLACES)}s grupas sanāksme par {chance.choice(THINGS)}"
    values = {
        "kind": kind,
        "state": MeetingState.HELD if day.year < _MADE.year else MeetingState.SCHEDULED,
        "starts_on": day,
        "uid": f"meeting-{number}@grupas.example",
        "summary_lv": f"{chance.choice(TEXTS)} {sentence(chance)}.",
        "summary_en": chance.choice(ENGLISH),
        "place_lv": f"{chance.choice(PLACES)}s kultūras nams",
    }
    return _titled("meeting", number, title) | values


def _item(meeting: int, position: int, chance: random.Random) -> dict[str, Any]:
    texts = {"title_lv": sentence(chance), "title_en": chance.choice(ENGLISH), "text_lv": chance.choice(TEXTS)}
    return {"meeting_id": meeting, "position": position, "topic_id": chance.randint(1, 500)} | texts


def _day(chance: random.Random) -> date:
    return FIRST_DAY + timedelta(days=chance.randrange(DAYS))


def _named(number: int, name: str) -> dict[str, Any]:
    return {"id": number, "slug": f"{slugify(name)}-{number}", "name_lv": name, "name_sort": sort_key(name)}


def _titled(noun: str, number: int, title: str) -> dict[str, Any]:
    made = {"created_at": _MADE, "changed_at": _MADE}
    return {"id": number, "slug": f"{noun}-{number}", "title_lv": title, "title_sort": sort_key(title)[:400]} | made


def _insert(session: Session, into: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(getattr(into, "__table__", into)), rows)
