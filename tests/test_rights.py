"""Every address that is not open to everyone, for every role, in the own group and in another.

Whoever adds an address behind a door adds a line to ADDRESSES; the first test says so.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.account import Account
from lag_tracker.models.action import Action
from lag_tracker.models.attendance import Attendance, Reply
from lag_tracker.models.audit import AuditEntry, Deed
from lag_tracker.models.letter import LetterState
from lag_tracker.models.meeting import LinkKind, Meeting, MeetingLink, MeetingSeries
from lag_tracker.models.network import PartnerRole, Partnership
from lag_tracker.models.source import Citation, Source
from lag_tracker.models.theme import Theme
from lag_tracker.web.access import Access
from tests import factories
from tests.conftest import application
from tests.visitors import administrator, manager_of, member_of, observer_of


class Doors(NamedTuple):
    """The values in an address for a record of our group and for the same of another; None where there is no other."""

    ours: dict[str, Any]
    others: dict[str, Any] | None = None
    #: The roles that open it, where that hangs on more than the role, such as on whose words it is.
    opened_by: frozenset[str] | None = None


OUR_GROUP = Doors({"group": "musu"}, {"group": "cita"})
OUR_PAGE = Doors({"slug": "musu"}, {"slug": "cita"})
OUR_MUNICIPALITY = Doors({"slug": "musu-novads"}, {"slug": "cita-novads"})
OUR_MEMBERSHIP = Doors({"group": "musu", "number": 1}, {"group": "cita", "number": 2})
#: The lists are the administrator's, and of no use to anybody else.
OUR_UPLOAD = OUR_MEMBERSHIP._replace(opened_by=frozenset({"administrator"}))
#: A person and an organisation of our group alone, and of the other alone.
OUR_NUMBER = Doors({"number": 1}, {"number": 2})
OUR_TOPIC = Doors({"slug": "musu-temats"}, {"slug": "cits-temats"})
OUR_INITIATIVE = Doors({"slug": "musu-iniciativa"}, {"slug": "cita-iniciativa"})
OUR_STEP = Doors({"slug": "musu-iniciativa", "number": 1}, {"slug": "cita-iniciativa", "number": 1})
OUR_MERGER = Doors(
    {"slug": "musu-iniciativa", "into": "musu-otra"}, {"slug": "musu-iniciativa", "into": "cita-iniciativa"}
)
OUR_MEETING = Doors({"slug": "musu-sanaksme"}, {"slug": "cita-sanaksme"})
OUR_INVITATION = Doors({"number": 1}, {"number": 2})
OUR_INVITEE = Doors({"slug": "musu-sanaksme", "number": 1}, {"slug": "cita-sanaksme", "number": 2})
#: The accounts are those of `world`, in its order.
OUR_ROLE = Doors({"group": "musu", "number": 3}, {"group": "cita", "number": 1})
OUR_PROPOSAL = Doors({"number": 1}, {"number": 2})
OUR_ITEM = Doors({"slug": "musu-sanaksme", "number": 1}, {"slug": "cita-sanaksme", "number": 2})
NO_RECORD = Doors({})
#: A network is nobody's own.
A_NETWORK = Doors({"slug": "tikls"})
A_PARTNER = Doors({"slug": "tikls", "number": 1})
OUR_FILE = Doors({"group": "musu", "ending": "csv"}, {"group": "cita", "ending": "csv"})
A_FILE = Doors({"ending": "csv"})

ADDRESSES: dict[str, Doors] = {
    "accounts.account": NO_RECORD,
    "accounts.administrator": Doors({"number": 1}),
    "accounts.arrive": NO_RECORD,
    "accounts.change_email": NO_RECORD,
    "accounts.change_password": NO_RECORD,
    "accounts.close": Doors({"number": 1}),
    "accounts.end_all": NO_RECORD,
    "accounts.history": NO_RECORD,
    "accounts.index": NO_RECORD,
    "accounts.mf_recovery_codes": NO_RECORD,
    "accounts.sign_ins": NO_RECORD,
    "accounts.two_factor_setup": NO_RECORD,
    "accounts.two_factor_setup_validate": Doors({"token": "x"}),
    "accounts.verify": NO_RECORD,
    "accounts.wan_delete": NO_RECORD,
    "accounts.wan_register": NO_RECORD,
    "accounts.wan_register_response": Doors({"token": "x"}),
    "accounts.wan_verify": NO_RECORD,
    "accounts.wan_verify_response": Doors({"token": "x"}),
    "actions.change": OUR_ITEM,
    "actions.remove": OUR_ITEM,
    "actions.turn": OUR_ITEM,
    "actions.work": OUR_MEETING,
    "agenda.change": OUR_ITEM,
    "agenda.edit": OUR_MEETING,
    "agenda.remove": OUR_ITEM,
    "agenda.reorder": OUR_MEETING,
    "attendance.edit": OUR_MEETING,
    "attendance.sheet": OUR_MEETING,
    "audit.index": NO_RECORD,
    "audit.record": Doors({"noun": "group", "number": 1}, {"noun": "group", "number": 2}),
    "comments.on_initiative": OUR_INITIATIVE,
    "comments.on_meeting": OUR_MEETING,
    # Said by nobody of ours.
    "comments.edit": Doors({"number": 1}, {"number": 2}, opened_by=frozenset()),
    "comments.reveal": OUR_NUMBER,
    "comments.conceal": OUR_NUMBER,
    "decisions.change": OUR_ITEM,
    "decisions.remove": OUR_ITEM,
    "decisions.work": OUR_MEETING,
    "desk.show": NO_RECORD,
    "invitations.again": OUR_INVITATION,
    "invitations.new": OUR_GROUP,
    "invitations.take_back": OUR_INVITATION,
    "private_feeds.index": NO_RECORD,
    # Nobody of ours has made any.
    "private_feeds.renew": Doors({"number": 1}, opened_by=frozenset()),
    "private_feeds.revoke": Doors({"number": 1}, opened_by=frozenset()),
    "my_page.settings": NO_RECORD,
    "my_page.show": NO_RECORD,
    "my_page.turn": NO_RECORD,
    "roles.change": OUR_ROLE,
    "roles.end": OUR_ROLE,
    "roles.index": OUR_GROUP,
    "letters.failed": NO_RECORD,
    "letters.again": Doors({"number": 1}, {"number": 2}),
    "letters.drop": Doors({"number": 1}, {"number": 2}),
    "links.change": OUR_ITEM,
    "links.remove": OUR_ITEM,
    "links.work": OUR_MEETING,
    "meeting_log.new": OUR_GROUP,
    "privacy.data_file_of": Doors({"number": 1}),
    "privacy.data_of": Doors({"number": 1}),
    "privacy.erase": Doors({"number": 1}),
    "privacy.own_data": NO_RECORD,
    "privacy.own_data_file": NO_RECORD,
    "exports.action_list": OUR_FILE,
    "exports.attendance_list": Doors(
        {"slug": "musu-sanaksme", "ending": "csv"}, {"slug": "cita-sanaksme", "ending": "csv"}
    ),
    "exports.account_list": A_FILE,
    "exports.change_list": A_FILE,
    "exports.comment_list": A_FILE,
    "exports.failed_letter_list": A_FILE,
    "exports.own_proposal_list": A_FILE,
    "exports.proposal_list": A_FILE,
    "exports.record_change_list": Doors(
        {"noun": "group", "number": 1, "ending": "csv"}, {"noun": "group", "number": 2, "ending": "csv"}
    ),
    "exports.role_list": OUR_FILE,
    "exports.theme_list": A_FILE,
    "exports.member_list": OUR_FILE,
    "exports.organisation_list": A_FILE,
    "exports.people_list": A_FILE,
    "exports.source_list": A_FILE,
    "groups.new": NO_RECORD,
    "groups.edit": OUR_PAGE,
    "groups.archive": OUR_PAGE,
    "groups.erase": OUR_PAGE,
    "imports.new": OUR_GROUP,
    "imports.check": OUR_UPLOAD,
    "imports.sample": A_FILE,
    "members.index": OUR_GROUP,
    "members.new": OUR_GROUP,
    "members.edit": OUR_MEMBERSHIP,
    "members.end": OUR_MEMBERSHIP,
    "members.erase": OUR_MEMBERSHIP,
    "municipalities.new": NO_RECORD,
    "municipalities.edit": OUR_MUNICIPALITY,
    "municipalities.archive": OUR_MUNICIPALITY,
    "municipalities.erase": OUR_MUNICIPALITY,
    "milestones.of_group": OUR_GROUP,
    "milestones.of_network": Doors({"network": "tikls"}),
    "milestones.new_of_group": OUR_GROUP,
    "milestones.new_of_network": Doors({"network": "tikls"}),
    "milestones.edit": OUR_NUMBER,
    "milestones.archive": OUR_NUMBER,
    "milestones.erase": OUR_NUMBER,
    "sources.index": NO_RECORD,
    "sources.new": NO_RECORD,
    "sources.edit": OUR_NUMBER,
    "sources.archive": OUR_NUMBER,
    "sources.erase": OUR_NUMBER,
    "sources.citations": Doors({"noun": "group", "number": 1}, {"noun": "group", "number": 2}),
    "sources.remove": Doors(
        {"noun": "group", "number": 1, "citation": 1}, {"noun": "group", "number": 2, "citation": 2}
    ),
    "themes.index": NO_RECORD,
    "themes.new": NO_RECORD,
    "themes.edit": Doors({"slug": "tema"}),
    "themes.erase": Doors({"slug": "tema"}),
    "networks.new": NO_RECORD,
    "networks.edit": A_NETWORK,
    "networks.archive": A_NETWORK,
    "networks.erase": A_NETWORK,
    "networks.new_partner": A_NETWORK,
    "networks.edit_partner": A_PARTNER,
    "networks.erase_partner": A_PARTNER,
    "initiatives.new": OUR_GROUP,
    "initiatives.edit": OUR_INITIATIVE,
    "initiatives.move": OUR_INITIATIVE,
    "initiatives.step": OUR_STEP,
    "initiatives.undo": OUR_INITIATIVE,
    "initiatives.meetings": OUR_INITIATIVE,
    "initiatives.merge": OUR_INITIATIVE,
    "initiatives.merge_into": OUR_MERGER,
    "initiatives.split": OUR_INITIATIVE,
    "initiatives.archive": OUR_INITIATIVE,
    "initiatives.erase": OUR_INITIATIVE,
    "meetings.archive": OUR_MEETING,
    "meetings.cancel": OUR_MEETING,
    "meetings.edit": OUR_MEETING,
    "meetings.erase": OUR_MEETING,
    "meetings.hold": OUR_MEETING,
    "meetings.publish": OUR_MEETING,
    "meetings.withdraw": OUR_MEETING,
    "minutes.edit": OUR_MEETING,
    "minutes.turn": OUR_MEETING,
    "planning.following": OUR_GROUP,
    "planning.new": OUR_GROUP,
    "organisations.index": NO_RECORD,
    "organisations.new": NO_RECORD,
    "organisations.edit": OUR_NUMBER,
    "organisations.archive": OUR_NUMBER,
    "organisations.erase": OUR_NUMBER,
    "people.index": NO_RECORD,
    "people.new": NO_RECORD,
    "people.show": OUR_NUMBER,
    "people.edit": OUR_NUMBER,
    "people.archive": OUR_NUMBER,
    "proposals.new": OUR_GROUP,
    "proposals.mine": NO_RECORD,
    "proposals.queue": NO_RECORD,
    "proposals.accept": OUR_PROPOSAL,
    "proposals.decline": OUR_PROPOSAL,
    "proposals.drop": OUR_PROPOSAL,
    "series.cancel": OUR_MEETING,
    "series.change": OUR_MEETING,
    "series.new": OUR_GROUP,
    "settings.edit": NO_RECORD,
    "settings.test_letter": NO_RECORD,
    "replies.answer": Doors({"slug": "musu-sanaksme"}),
    "replies.invite": OUR_MEETING,
    "replies.note_answer": OUR_INVITEE,
    "replies.take_back": OUR_INVITEE,
    "replies.own_calendar_file": Doors({"slug": "musu-sanaksme"}),
    "topics.new": OUR_GROUP,
    "topics.edit": OUR_TOPIC,
    "topics.archive": OUR_TOPIC,
    "topics.erase": OUR_TOPIC,
}

ROLES = ("stranger", "observer", "member", "manager", "administrator")
#: Access -> the roles in a group that open the address of its record.
OPENS = {
    Access.ACCOUNT: {"stranger", "observer", "member", "manager", "administrator"},
    Access.MEMBER: {"member", "manager", "administrator"},
    Access.MANAGER: {"manager", "administrator"},
    Access.ADMINISTRATOR: {"administrator"},
}
NOT_FOUND, SIGN_IN_FIRST, NOT_SIGNED_IN = 404, 303, 401


@pytest.fixture(scope="module")
def app(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return one application for all: nothing here changes a record, and there are hundreds of addresses."""
    folder = tmp_path_factory.mktemp("rights")
    shutil.copy(migrated_sqlite, folder)
    with application(folder, "") as app:
        yield app


@pytest.fixture(scope="module")
def world(app: Flask) -> dict[str, FlaskClient]:
    """Return the visitors of one world for all."""
    return make_world(app)


def make_world(app: Flask) -> dict[str, FlaskClient]:
    """Make our group and another municipality's, each with one record of every kind; return a visitor of each role.

    The stranger manages the other group.
    """
    groups = {}
    network = factories.network(slug="tikls")
    network.themes = [Theme(name_lv="zaļā mobilitāte", slug="tema")]
    network.partnerships = [Partnership(municipality=factories.municipality(), role=PartnerRole.LEAD)]
    for name, topic, initiatives in (
        ("musu", "musu-temats", ("musu-iniciativa", "musu-otra")),
        ("cita", "cits-temats", ("cita-iniciativa", "cita-otra")),
    ):
        groups[name] = factories.group(slug=name, municipality=factories.municipality(slug=f"{name}-novads"))
        factories.topic(groups[name], slug=topic)
        factories.invitation(groups[name])
        factories.comment(factories.initiative(groups[name]))
        factories.proposal(groups[name], f"Priekšlikums: {name}")
        for slug in initiatives:
            factories.initiative(groups[name], slug=slug)
        own = factories.person()
        factories.membership(groups[name], own, factories.organisation())
        series = MeetingSeries(rule="every 1 months, tuesday first")
        db.session.add(series)
        db.session.flush()
        meeting = factories.meeting(slug=f"{name}-sanaksme", groups=[groups[name]], series_id=series.id)
        factories.agenda_item(meeting)
        db.session.add(Attendance(meeting=meeting, person=own, reply=Reply.INVITED))
        factories.decision(meeting)
        factories.milestone(None, group=groups[name])
        source = Source(publisher="URBACT", title_lv="Par grupu")
        db.session.add(source)
        db.session.flush()
        db.session.add(Citation(source_id=source.id, group_id=groups[name].id))
        db.session.add(Action(meeting=meeting, text_lv="Uzdevums"))
        db.session.add(MeetingLink(meeting=meeting, kind=LinkKind.DOCUMENT, url="https://x.example"))
        db.session.flush()
        db.session.add(AuditEntry(deed=Deed.CHANGED, noun="group", record_id=groups[name].id, groups=[groups[name]]))
        factories.letter(group=groups[name], state=LetterState.FAILED)
    db.session.commit()
    visitors = {
        "stranger": manager_of(app, groups["cita"]),
        "observer": observer_of(app, groups["musu"]),
        "member": member_of(app, groups["musu"]),
        "manager": manager_of(app, groups["musu"]),
        "administrator": administrator(app),
    }
    chief = db.session.scalars(select(Account).where(Account.is_administrator)).one()
    for group in groups.values():
        factories.upload(group, chief)
    _invite_everybody("musu-sanaksme")
    db.session.commit()
    return visitors


def _invite_everybody(slug: str) -> None:
    """Invite all who have an account to a meeting: only who is invited may answer."""
    meeting = db.session.scalars(select(Meeting).where(Meeting.slug == slug)).one()
    for account in db.session.scalars(select(Account)):
        account.person = factories.person()
        db.session.add(Attendance(meeting_id=meeting.id, person=account.person, reply=Reply.INVITED))


def access_of(app: Flask, endpoint: str) -> Access:
    """Return who may open an address."""
    return Access(getattr(app.view_functions[endpoint], "access", Access.PUBLIC))


def methods_of(app: Flask, endpoint: str) -> set[str]:
    """Return how an address may be asked, besides by what every address answers."""
    return {method for rule in app.url_map.iter_rules(endpoint) for method in rule.methods or ()} - {"HEAD", "OPTIONS"}


def address_of(app: Flask, endpoint: str, values: dict[str, Any], lang: str = "lv") -> str:
    """Return an address in a language."""
    with app.test_request_context():
        return url_for(endpoint, lang=lang, **values)


def test_every_address_behind_a_door_stands_in_the_table(app: Flask) -> None:
    behind = {name for name in app.view_functions if access_of(app, name) is not Access.PUBLIC}
    assert set(ADDRESSES) == behind


@pytest.mark.parametrize("endpoint", sorted(ADDRESSES))
def test_only_those_with_the_right_get_in(app: Flask, world: dict[str, FlaskClient], endpoint: str) -> None:
    doors, access = ADDRESSES[endpoint], access_of(app, endpoint)
    for method in sorted(methods_of(app, endpoint)):
        found = {
            role: world[role].open(address_of(app, endpoint, doors.ours), method=method).status_code for role in ROLES
        }
        opened = {role for role, status in found.items() if status != NOT_FOUND}
        # Where no record of a group is asked for, who manages another group gets in like any manager.
        alike = {"stranger"} if doors.others is None and access in {Access.MEMBER, Access.MANAGER} else set()
        expected = OPENS[access] | alike if doors.opened_by is None else doors.opened_by
        assert opened == expected, (method, found)
        assert not [status for status in found.values() if status >= 500], (method, found)


@pytest.mark.parametrize("endpoint", sorted(name for name, doors in ADDRESSES.items() if doors.others is not None))
def test_a_role_in_one_group_opens_nothing_of_another(app: Flask, world: dict[str, FlaskClient], endpoint: str) -> None:
    address = address_of(app, endpoint, ADDRESSES[endpoint].others or {})
    for method in sorted(methods_of(app, endpoint)):
        found = {
            role: world[role].open(address, method=method).status_code for role in ("observer", "member", "manager")
        }
        assert set(found.values()) == {NOT_FOUND}, (method, found)


@pytest.mark.parametrize("endpoint", sorted(ADDRESSES))
def test_who_has_not_signed_in_is_asked_to(app: Flask, world: dict[str, FlaskClient], endpoint: str) -> None:
    assert world
    nobody, doors = app.test_client(use_cookies=False), ADDRESSES[endpoint]
    # A record that there is not is answered alike, so that nobody learns which there are.
    nowhere = doors.ours | dict.fromkeys(doors.ours.keys() - {"ending"}, 987654)
    for values in (doors.ours, doors.others or doors.ours, nowhere):
        address = address_of(app, endpoint, values)
        statuses = {method: nobody.open(address, method=method).status_code for method in methods_of(app, endpoint)}
        expected = {"GET": SIGN_IN_FIRST, "POST": NOT_SIGNED_IN}
        assert statuses == {method: expected[method] for method in methods_of(app, endpoint)}
