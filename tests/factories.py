"""Small records for tests: each function adds one row to the session with just enough to be valid."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from itertools import count
from typing import Any

from slugify import slugify
from sqlalchemy import insert, select

from lag_tracker.database import db, utc_now
from lag_tracker.models.account import Account, Attempt, GroupRole, Passkey, Role, SignIn, SignInLink
from lag_tracker.models.action import Action
from lag_tracker.models.agenda import AgendaItem, Speaker
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.calendar_token import CalendarToken, FeedKind
from lag_tracker.models.chore import Chore
from lag_tracker.models.comment import Comment, CommentState
from lag_tracker.models.consent import Consent, ConsentPurpose
from lag_tracker.models.decision import Decision
from lag_tracker.models.group import Group, GroupKind, Membership
from lag_tracker.models.initiative import Initiative, InitiativeState, InitiativeStateChange
from lag_tracker.models.invitation import Invitation
from lag_tracker.models.letter import Letter
from lag_tracker.models.meeting import Meeting, MeetingGroup, MeetingKind, MeetingSeries
from lag_tracker.models.milestone import Milestone
from lag_tracker.models.municipality import Municipality
from lag_tracker.models.network import Network, NetworkKind
from lag_tracker.models.organisation import Organisation
from lag_tracker.models.person import Person
from lag_tracker.models.proposal import Proposal, ProposalKind
from lag_tracker.models.site_settings import SiteSettings
from lag_tracker.models.submission import Draft, Submission
from lag_tracker.models.topic import Topic

_numbers = count(1)


def _add(record: Any) -> Any:
    db.session.add(record)
    return record


def _slug(text: str) -> str:
    return f"{slugify(text)[:60]}-{next(_numbers)}"


def municipality(name: str = "Ķekavas novads", **given: Any) -> Municipality:
    """Add a municipality."""
    return _add(Municipality(**({"slug": _slug(name), "name_lv": name} | given)))


def network(name: str = "Cities4CSR", **given: Any) -> Network:
    """Add an action planning network."""
    return _add(Network(**({"slug": _slug(name), "name": name, "kind": NetworkKind.ACTION_PLANNING} | given)))


def group(name: str = "Ķekavas vietējā rīcības grupa", **given: Any) -> Group:
    """Add a public URBACT Local Group."""
    return _add(Group(**({"slug": _slug(name), "name_lv": name, "kind": GroupKind.URBACT_LOCAL_GROUP} | given)))


def meeting(title: str = "Sanāksme", *, groups: list[Group] | None = None, **given: Any) -> Meeting:
    """Add a public, scheduled meeting; `starts_on`, `starts_at_time` and the rest as the model names them."""
    number = next(_numbers)
    values = {
        "slug": f"{slugify(title)[:60]}-{number}",
        "title_lv": title,
        "kind": MeetingKind.LOCAL_GROUP,
        "starts_on": date(2026, 12, 1),
        "uid": f"meeting-{number}@grupas.example",
    }
    found = Meeting(**(values | given))
    found.meeting_groups = [MeetingGroup(group=one, position=n) for n, one in enumerate(groups or [], 1)]
    return _add(found)


def many_meetings(days: Iterable[date]) -> None:
    """Add a meeting on each of the days at once, past what follows records; the first has the number 1."""
    values = {"kind": MeetingKind.LOCAL_GROUP, "title_lv": "Sanāksme", "title_sort": "sanaksme"}
    rows = [
        {"id": n, "slug": f"sanaksme-{n}", "uid": f"{n}@grupas.example", "starts_on": day} | values
        for n, day in enumerate(days, 1)
    ]
    db.session.execute(insert(Meeting), rows)


def many_decisions(days: Iterable[date]) -> None:
    """Add a decision published on each of the days at once, of the meeting with the number 1."""
    rows = [{"meeting_id": 1, "text_lv": "Lēmums", "published_on": day} for day in days]
    db.session.execute(insert(Decision), rows)


def evening(title: str = "Vakara sanāksme", **given: Any) -> Meeting:
    """Add a meeting from 18.00 to 20.00."""
    return meeting(title, **({"starts_at_time": time(18), "ends_at_time": time(20)} | given))


def agenda_item(held: Meeting, title: str = "Darba kārtības punkts", *, position: int = 1, **given: Any) -> AgendaItem:
    """Add a public agenda item to a meeting."""
    return _add(AgendaItem(**({"meeting": held, "title_lv": title, "position": position} | given)))


def person(name: str = "Anna Bērziņa", **given: Any) -> Person:
    """Add a person whose name is public."""
    return _add(Person(**({"name": name, "name_is_public": True} | given)))


def organisation(name: str = "Ķekavas novada pašvaldība", **given: Any) -> Organisation:
    """Add an organisation whose sector is not known."""
    return _add(Organisation(**({"name_lv": name} | given)))


def membership(of: Group, who: Person | None = None, body: Organisation | None = None, **given: Any) -> Membership:
    """Let a person, or an organisation itself, belong to a group."""
    return _add(Membership(group=of, person=who, organisation=body, **given))


def upload(of: Group, sender: Account) -> Draft:
    """Add a list of members that somebody sent for a group and has not confirmed."""
    return _add(Draft(account_id=sender.id, path=f"members of {of.id}", fields={"table": [["Vārds"], ["Anna"]]}))


def speaker(held: Meeting, who: Person, *, position: int = 1, **given: Any) -> Speaker:
    """Add a speaker to a meeting."""
    return _add(Speaker(meeting=held, person=who, position=position, **given))


def topic(of: Group, title: str = "Velosatiksme", **given: Any) -> Topic:
    """Add an open topic of a group."""
    return _add(Topic(**({"group": of, "slug": _slug(title), "title_lv": title} | given)))


def initiative(of: Group, title: str = "Mobilitātes punkti", **given: Any) -> Initiative:
    """Add a proposed initiative of a group, with its first step."""
    found = Initiative(**({"group": of, "slug": _slug(title), "title_lv": title} | given))
    found.history = [
        InitiativeStateChange(position=1, state=given.get("state", InitiativeState.PROPOSED), reason_lv="Iemesls")
    ]
    return _add(found)


def proposal(to: Group, title: str = "Soli pie skolas", **given: Any) -> Proposal:
    """Add a proposal of an initiative that waits for an answer."""
    return _add(Proposal(**({"group": to, "title": title, "kind": ProposalKind.INITIATIVE, "language": "lv"} | given)))


def comment(about: Meeting | Initiative, text: str = "Labi!", **given: Any) -> Comment:
    """Add a comment that everyone of those it is for reads."""
    record = {"meeting" if isinstance(about, Meeting) else "initiative": about}
    return _add(Comment(**({"text": text, "language": "lv", "state": CommentState.SHOWN} | record | given)))


def decision(at: Meeting, text: str = "Lēmums", **given: Any) -> Decision:
    """Add a published decision of a meeting."""
    return _add(Decision(**({"meeting": at, "text_lv": text, "published_on": date(2026, 12, 15)} | given)))


def action(at: Meeting, text: str = "Uzdevums", **given: Any) -> Action:
    """Add a published action of a meeting."""
    return _add(Action(**({"meeting": at, "text_lv": text, "is_published": True} | given)))


def milestone(of: Network | None, title: str = "Ceļvedis jāiesniedz", **given: Any) -> Milestone:
    """Add a deadline of a network, or of the `group` that is given."""
    values = {
        "network": of,
        "title_lv": title,
        "starts_on": date(2026, 12, 31),
        "uid": f"milestone-{next(_numbers)}@grupas.example",
    }
    return _add(Milestone(**(values | given)))


def account(email: str = "", **given: Any) -> Account:
    """Add an account; `roles` maps groups to roles."""
    roles: dict[Group, Role] = given.pop("roles", {})
    found = Account(**({"email": email or f"konts-{next(_numbers)}@grupas.example"} | given))
    found.group_roles = [GroupRole(group=one, role=role) for one, role in roles.items()]
    return _add(found)


def invitation(to: Group, email: str = "uzaicinata@grupas.example", **given: Any) -> Invitation:
    """Add an invitation to a group, good until tomorrow."""
    values = {"token_hash": str(next(_numbers)), "role": Role.MEMBER, "expires_at": utc_now() + timedelta(days=1)}
    return _add(Invitation(**({"group": to, "email": email} | values | given)))


def letter(to_email: str = "anna@grupas.example", **given: Any) -> Letter:
    """Add a letter that waits to be sent."""
    values = {
        "kind": "invitation",
        "to_email": to_email,
        "language": "lv",
        "subject": "Uzaicinājums",
        "text": "Labdien!\n",
        "message_id": f"<{next(_numbers)}@grupas.example>",
    }
    return _add(Letter(**(values | given)))


def everything_of_the_desk() -> None:
    """Add a row to each table that only the work of managers and members fills."""
    owner = account(roles={db.session.scalars(select(Group)).first(): Role.MANAGER})
    group_id = owner.group_roles[0].group.id
    person_id = db.session.scalars(select(Person.id)).first()
    meeting_id = db.session.scalars(select(Meeting.id)).first()
    db.session.flush()
    entry = AuditEntry(deed=Deed.CREATED, noun="meeting", record_id=meeting_id)
    entry.groups = [owner.group_roles[0].group]
    one_word = {"device_type": "x", "name": "x", "usage": "first"}
    soon = utc_now() + timedelta(days=1)
    db.session.add_all(
        [
            entry,
            Passkey(user_id=owner.id, credential_id=b"1", public_key=b"2", backup_state=False, **one_word),
            SignIn(account_id=owner.id, token_hash="1", device="Firefox"),
            CalendarToken(account_id=owner.id, kind=FeedKind.MINE, language="lv", name="x", token_hash="6"),
            SignInLink(account_id=owner.id, token_hash="2", expires_at=soon),
            Attempt(counted_by="3"),
            Invitation(token_hash="4", email="a@x.example", group_id=group_id, role=Role.MEMBER, expires_at=soon),
            Letter(
                kind="invitation", to_email="a@grupas.example", language="lv", subject="x", text="y", message_id="<1@x>"
            ),
            Submission(key="5", result="/"),
            Draft(account_id=owner.id, path="/", fields={"a": ["b"]}),
            Proposal(group_id=group_id, kind=ProposalKind.TOPIC, title="x", language="lv"),
            Comment(meeting_id=meeting_id, text="x", language="lv"),
            Consent(person_id=person_id, purpose=ConsentPurpose.PUBLIC_NAME, is_given=True, wording="x"),
            MeetingSeries(rule="monthly"),
            Chore(name="forget", due_at=soon),
            SiteSettings(id=1, site_name="Grupas", keep_traces_days=30),
        ]
    )
