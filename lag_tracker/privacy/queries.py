"""All that is kept about one person, and where a name stands in texts."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column, ColumnElement, String, Table, exists, or_, select
from sqlalchemy.orm import Session

from lag_tracker.accounts.queries import tells_of, what_became_of
from lag_tracker.database import Base, SortKey
from lag_tracker.models.account import Account
from lag_tracker.models.audit import AuditEntry
from lag_tracker.models.person import Person
from lag_tracker.privacy.traces import Traces, traces

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
#: Columns that are part of an address, which would lead nowhere if they changed.
ADDRESSES = frozenset({"join_url", "path", "slug", "uid", "url", "website"})
#: Rows read at a time.
BATCH = 1000
#: Tables made from others, which hold nothing of their own.
DERIVED = frozenset({"calendar_entry", "calendar_segment", "search_entry"})


class Kept(NamedTuple):
    """One row that is about a person: its table, and its columns with their values."""

    noun: str
    values: dict[str, Any]


class Mention(NamedTuple):
    """A text in which a person is named or reached."""

    noun: str
    record_id: int
    column: str
    #: Where it stands, with the words around.
    passages: list[str]


def kept_about(session: Session, *, account: Account | None, person: Person | None) -> list[Kept]:
    """Return every row that belongs to a person or an account: their own, and all that refer to them.

    It goes by the tables as they are, so that nothing added later is left out. By their address alone rows count only
    when it is the account's, which its owner has confirmed: a person's address is what a manager wrote down.
    """
    own = {"account": account.id if account else None, "person": person.id if person else None}
    found: list[Kept] = []
    for table in Base.metadata.sorted_tables:
        conditions = list(_conditions(table, own, account.email if account else None))
        if table.name == AuditEntry.__tablename__:
            conditions += [what_became_of(account, person), *([tells_of(person)] if person else [])]
        if conditions:
            rows = session.execute(select(table).where(or_(*conditions)).order_by(*table.primary_key)).mappings()
            found += [Kept(table.name, _told(table, _without_colleagues(table, dict(row), own))) for row in rows]
    return found


def _without_colleagues(table: Table, row: dict[str, Any], own: dict[str, int | None]) -> dict[str, Any]:
    """Leave out who invited the person or changed something about them: that is about somebody else."""
    left: dict[str, Any] = dict.fromkeys(name for name in _of_accounts(table) if row[name] != own["account"])
    if table.name == AuditEntry.__tablename__:
        masked = _of_accounts(Base.metadata.tables[row["noun"]])
        left["changes"] = {
            column: values
            for column, values in row["changes"].items()
            if column not in masked or set(values or ()) <= {None, own["account"]}
        }
    return row | left


def _of_accounts(table: Table) -> set[str]:
    """Return the columns of a table that hold the numbers of accounts."""
    return {key.parent.name for key in table.foreign_keys if key.column.table.name == "account"}


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


def traces_of(session: Session, person: Person) -> Traces:
    """Return by what a person is found in texts: their name, and the addresses and the number that are theirs alone."""
    account = session.scalar(select(Account).where(Account.person_id == person.id))
    is_shared = session.scalar(select(exists().where(Person.phone == person.phone, Person.id != person.id)))
    names = session.scalars(select(Person.name).where(Person.id != person.id, Person.erased_at.is_(None)))
    return traces(
        person.name,
        others=names,
        emails=sorted(addresses_of(session, person, account)),
        phones=[person.phone] if person.phone and not is_shared else [],
    )


def addresses_of(session: Session, person: Person, account: Account | None) -> set[str]:
    """Return the person's own addresses; not one that was written down for them and is somebody else's."""
    found = {account.email} if account else set()
    if person.email:
        accounts = exists().where(Account.email == person.email, Account.person_id.is_distinct_from(person.id))
        records = exists().where(Person.email == person.email, Person.id != person.id)
        if not session.scalar(select(or_(accounts, records))):
            found.add(person.email)
    return found


def mentions_of(session: Session, sought: Traces) -> list[Mention]:
    """Return every text of a record in which a person is named in full, or reached, whoever wrote it there.

    All texts are read, since no database knows the forms of a name.
    """
    found: list[Mention] = []
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.c if is_free_text(table, column)]
        if columns and "id" in table.c:
            rows = session.execute(select(table.c.id, *columns).order_by(table.c.id).execution_options(yield_per=BATCH))
            found += [
                Mention(table.name, number, column.name, passages)
                for number, *texts in rows
                for column, text in zip(columns, texts, strict=True)
                if text and (passages := sought.passages_of(text))
            ]
    return found


def is_free_text(table: Table, column: Column[Any]) -> bool:
    """Tell whether people write sentences into a column, so that a name may stand there, or a name by itself."""
    if (table.name, column.name) in LEFT_NAMES:
        return True
    is_words = isinstance(column.type, String) and not isinstance(column.type, SortKey | JSON)
    is_choice = hasattr(column.type, "enums") or bool(column.foreign_keys)
    told = table.name not in DERIVED and not table.name.startswith("calendar_")
    told = told and column.name not in SECRET | ADDRESSES
    return is_words and not is_choice and told and not column.info.get("is_personal")
