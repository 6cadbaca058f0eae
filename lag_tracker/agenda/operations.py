"""What happens to agendas."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy.orm import Session

from lag_tracker.models.agenda import AgendaItem
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.meeting import Meeting

#: "Budžets – 20 min", "Budžets (20 min)", "Budget, 20 minutes".
_LASTING = re.compile(r"(\d{1,3}) ?min(?:\.|ūtes|utes)?\)?", re.IGNORECASE)
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


def put_on_agenda(
    meeting: Meeting, *, session: Session, lines: Iterable[str], lang: str, after: int = 0
) -> list[AgendaItem]:
    """Add one public item for each line to the end of an agenda; `after` is the number of its last item so far."""
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
