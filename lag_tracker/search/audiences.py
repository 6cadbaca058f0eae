"""Which audience reads what of a record, asked of the one rule of who may see what."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from sqlalchemy import ColumnElement, Label, case

from lag_tracker.models.visibility import PUBLIC, Viewer
from lag_tracker.search.index import AUDIENCES, Document


def members_of(groups: Iterable[int]) -> Viewer:
    """Return somebody who only belongs to these groups.

    What belongs to one of them looks the same to them as to somebody of that one group alone.
    """
    return Viewer(belongs_to=frozenset(groups))


def widest(rule: Callable[[Viewer], ColumnElement[bool]], members: Viewer) -> Label[int]:
    """Return a column `widest`: the place among AUDIENCES of the widest audience that may see a row by this rule.

    Whoever manages a group may see all that belongs to it, and administrators what belongs to none.
    """
    everyone, members_only, managers_only = range(len(AUDIENCES))
    return case((rule(PUBLIC), everyone), (rule(members), members_only), else_=managers_only).label("widest")


def for_each_audience(
    told: Callable[[int], Document], first: int, groups: Iterable[int], *, parts: Collection[int] = ()
) -> list[Document]:
    """Return what a record of these groups tells each audience that reads more of it than a wider one.

    `told` gives what it tells an audience by its place among AUDIENCES. The `first` is the widest that reads it;
    `parts` are those who read one of its parts.
    """
    holders, documents = frozenset(groups), list[Document]()
    for place in sorted({first, *(part for part in parts if part > first)}):
        document = replace(told(place), audience=AUDIENCES[place], groups=holders)
        if not documents or documents[-1] != replace(document, audience=documents[-1].audience):
            documents.append(document)
    narrower = [document.audience for document in documents]
    return [replace(one, fuller_for=tuple(narrower[number:])) for number, one in enumerate(documents, 1)]
