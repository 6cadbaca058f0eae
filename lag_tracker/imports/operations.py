"""What a list of members does to a group, all of it or nothing."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lag_tracker.imports.queries import OF_MEMBERSHIP, OF_PERSON, Entry, Plan, Planned
from lag_tracker.members.operations import stand_for
from lag_tracker.models.account import Account
from lag_tracker.models.group import Group, MemberRole, Membership, Tier
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person
from lag_tracker.models.submission import Draft
from lag_tracker.organisations.operations import organisation_called
from lag_tracker.sheets import Table


def keep_upload(account: Account, *, session: Session, path: str, table: Table) -> Draft:
    """Keep a list until it is confirmed at the page `path`; unconfirmed ones go with the other drafts.

    It takes the place of an earlier one, which is then of no use, and holds names and addresses.
    """
    session.execute(delete(Draft).where(Draft.account_id == account.id, Draft.path == path))
    upload = Draft(account_id=account.id, path=path, fields={"table": table})
    session.add(upload)
    session.flush()
    return upload


def carry_out(plan: Plan, *, session: Session, group: Group) -> None:
    """Do what a plan says; needs a plan without mistakes."""
    organisations: dict[str, Organisation | None] = {}
    for row in plan.rows:
        name = row.entry.organisation or ""
        if name not in organisations:
            organisations[name] = organisation_called(session, name, sector=row.entry.sector)
            session.flush()
        _carry_out(row, session, group, organisations[name])


def _carry_out(row: Planned, session: Session, group: Group, organisation: Organisation | None) -> None:
    entry = row.entry
    person = row.person or (_new_person(entry, organisation) if entry.name else None)
    if row.person:
        _change_person(row.person, row)
    if row.membership is None:
        joined = Membership(group_id=group.id, person=person, organisation=organisation, **_filled(entry))
        session.add(joined)
        return
    for name in OF_MEMBERSHIP:
        if name in row.changes:
            setattr(row.membership, name, row.changes[name][1])
    if "organisation" in row.changes:
        stand_for(row.membership, organisation, session=session)


def _filled(entry: Entry) -> dict[str, object]:
    return {
        "tier": entry.tier or Tier.WIDER,
        "role": entry.role or MemberRole.MEMBER,
        "from_on": entry.from_on,
        "until_on": entry.until_on,
    }


def _new_person(entry: Entry, organisation: Organisation | None) -> Person:
    return Person(
        name=entry.name,
        email=entry.email,
        phone=entry.phone,
        position_lv=entry.position,
        organisation=organisation,
        name_is_public=False,
    )


def _change_person(person: Person, row: Planned) -> None:
    for name in OF_PERSON:
        if name in row.changes:
            setattr(person, name, row.changes[name][1])
    if "position" in row.changes:
        person.position_lv = row.entry.position
