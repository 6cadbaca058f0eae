"""All that is kept about one person, and where a name stands in texts."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column, ColumnElement, String, Table, or_, select
from sqlalchemy.orm import Session

from lag_tracker.database import Base, SortKey
from lag_tracker.models.account import Account
from lag_tracker.models.person import Person

#: Columns that would be keys in a thief's hand, or say nothing to the person.
SECRET = frozenset(
    {
        "credential_id",
        "extensions",
        "fs_uniquifier",
        "fs_webauthn_user_handle",
        "import_key",
        "mf_recovery_codes",
        "name_sort",
        "password",
        "public_key",
        "revision",
        "tf_last_counter",
        "tf_totp_secret",
        "title_sort",
        "token_hash",
        "transports",
    }
)
#: Letters hold links that sign in and confirm, and the mail server's words about addresses.
SECRET_OF = {"letter": frozenset({"text", "calendar", "message_id", "last_error"})}
#: Names that were left with something, besides what people write into texts.
LEFT_NAMES = {("comment", "author_name"), ("proposal", "proposer_name")}
#: Tables made from others, which hold nothing of their own.
DERIVED = frozenset({"calendar_entry", "calendar_segment", "search_entry"})


class Kept(NamedTuple):
    """One row that is about a person: its table, and its columns with their values."""

    noun: str
    values: dict[str, Any]


class Mention(NamedTuple):
    """A text in which a name stands."""

    noun: str
    record_id: int
    column: str
    text: str


def kept_about(session: Session, *, account: Account | None, person: Person | None) -> list[Kept]:
    """Return every row that belongs to a person or an account: their own, and all that refer to them.

    It goes by the tables as they are, so that nothing added later is left out. By their address alone rows count only
    when it is the account's, which its owner has confirmed: a person's address is what a manager wrote down.
    """
    own = {"account": account.id if account else None, "person": person.id if person else None}
    found: list[Kept] = []
    for table in Base.metadata.sorted_tables:
        conditions = list(_conditions(table, own, account.email if account else None))
        if conditions:
            rows = session.execute(select(table).where(or_(*conditions)).order_by(*table.primary_key)).mappings()
            found += [Kept(table.name, _told(table, dict(row))) for row in rows]
    return found


def _conditions(table: Table, own: dict[str, int | None], email: str | None) -> Iterator[ColumnElement[bool]]:
    if own.get(table.name) is not None:
        yield table.c.id == own[table.name]
    for key in table.foreign_keys:
        number = own.get(key.column.table.name)
        if number is not None:
            yield key.parent == number
    for name in ("to_email", "proposer_email", "email") if email else ():
        if name in table.c and table.name not in own:
            yield table.c[name] == email


def _told(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    hidden = SECRET | SECRET_OF.get(table.name, frozenset())
    return {name: row[name] for name in table.c.keys() if name not in hidden and row[name] is not None}  # noqa: SIM118 -- the columns' names, in their order


def mentions_of(session: Session, name: str) -> list[Mention]:
    """Return every text of a record in which a person's full name stands, whoever wrote it there."""
    found: list[Mention] = []
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.c if is_free_text(table, column)]
        if columns and "id" in table.c:
            has_name = or_(*[column.contains(name, autoescape=True) for column in columns])
            for row in session.execute(select(table.c.id, *columns).where(has_name)).mappings():
                found += [
                    Mention(table.name, row["id"], column.name, row[column.name])
                    for column in columns
                    if name in (row[column.name] or "")
                ]
    return found


def is_free_text(table: Table, column: Column[Any]) -> bool:
    """Tell whether people write sentences into a column, so that a name may stand there, or a name by itself."""
    if (table.name, column.name) in LEFT_NAMES:
        return True
    is_words = isinstance(column.type, String) and not isinstance(column.type, SortKey | JSON)
    is_choice = hasattr(column.type, "enums") or bool(column.foreign_keys)
    told = table.name not in DERIVED and not table.name.startswith("calendar_") and column.name not in SECRET
    return is_words and not is_choice and told and not column.info.get("is_personal")
