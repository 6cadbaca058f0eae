"""A small record with something of everything, of which half is nothing for the public."""

from datetime import date

import pytest
from flask import Flask

from lag_tracker.database import db
from lag_tracker.models.agenda import agenda_presenter
from lag_tracker.models.attendance import Attendance, Presence, Reply
from lag_tracker.models.group import Group, MemberRole
from lag_tracker.models.initiative import InitiativeState, InitiativeStateChange
from lag_tracker.models.meeting import LinkKind, MeetingLink, MeetingState
from lag_tracker.models.network import PartnerRole, Partnership
from lag_tracker.models.organisation import Sector
from lag_tracker.models.person import Person
from lag_tracker.models.source import Citation, Source
from lag_tracker.models.theme import Theme
from lag_tracker.models.traits import Audience
from tests import factories

#: Stands in everything that is not for the public, and only there.
SECRET = "Slepens"


@pytest.fixture
def open_group(app: Flask) -> Group:
    """Return the group of the small record."""
    assert app
    return make_open_group()


def make_open_group() -> Group:
    """Make the public half, and put the secrets beside it; return the group that everyone sees."""
    kekava = factories.municipality(slug="kekava", name_en="Ķekava Municipality")
    network = factories.network(slug="cities4csr")
    network.themes = [Theme(name_lv="zaļā mobilitāte", slug="mobilitate")]
    network.partnerships = [Partnership(municipality=kekava, role=PartnerRole.LEAD, focus_lv="Velosatiksme")]
    group: Group = factories.group(
        "Atklātā grupa", slug="atklata", municipality=kekava, contact_email=f"{SECRET}@x.example"
    )
    group.networks = [network]
    named = factories.person("Anna Bērziņa", email=f"{SECRET}1@x.example", phone="+37120000001")
    unnamed = factories.person(
        f"{SECRET} Kalns", email=f"{SECRET}2@x.example", phone="+37120000002", name_is_public=False
    )
    factories.membership(group, named, factories.organisation("Biedrība", sector=Sector.CIVIC), role=MemberRole.CHAIR)
    factories.membership(group, unnamed, factories.organisation(f"{SECRET} draudze"), organisation_is_public=False)
    factories.membership(group, factories.person(f"{SECRET} bijusī"), until_on=date(2020, 1, 1))
    _fill(group, named, unnamed)
    _hide(group)
    db.session.commit()
    return group


def _fill(group: Group, named: Person, unnamed: Person) -> None:
    topic = factories.topic(group, slug="velo")
    paper = factories.initiative(group, slug="statni", topic=topic, proposer=unnamed)
    held = factories.evening(
        "Rudens sanāksme", groups=[group], slug="rudens", starts_on=date(2025, 10, 1), state=MeetingState.HELD
    )
    held.networks, held.place_lv, held.outcome_lv = group.networks, "Ķekavas novada dome", "Vienojāmies"
    item = factories.agenda_item(held, topic=topic, initiative=paper, duration_minutes=30)
    factories.agenda_item(held, f"{SECRET} punkts", position=2, audience=Audience.MEMBERS, duration_minutes=15)
    factories.agenda_item(held, "Dažādi", position=3)
    speakers = [factories.speaker(held, who, position=n) for n, who in enumerate((named, unnamed), 1)]
    db.session.flush()
    db.session.execute(
        agenda_presenter.insert(), [{"agenda_item_id": item.id, "speaker_id": one.id} for one in speakers]
    )
    built = factories.decision(held, "Būvēt", number=1, topic=topic, initiative=paper, published_on=date(2025, 10, 2))
    factories.decision(held, f"{SECRET} lēmums", published_on=None)
    factories.action(held, "Uzmērīt", person_id=unnamed.id, due_on=date(2025, 11, 1))
    factories.action(held, "Izpētīt", responsible=f"{SECRET} Ozola")
    factories.action(held, f"{SECRET} uzdevums", audience=Audience.MEMBERS)
    factories.action(held, f"{SECRET} melnraksts", is_published=False)
    db.session.add_all(
        [
            Attendance(meeting=held, person=unnamed, reply=Reply.ACCEPTED, presence=Presence.PRESENT),
            MeetingLink(meeting=held, kind=LinkKind.MINUTES, url="https://x.example/protokols", title_lv="Protokols"),
            MeetingLink(
                meeting=held, kind=LinkKind.DOCUMENT, url=f"https://x.example/{SECRET}", audience=Audience.MANAGERS
            ),
        ]
    )
    source = Source(publisher="Ķekavas novads", title_lv="Par sanāksmi", url="https://x.example/zina")
    db.session.add(source)
    db.session.flush()
    cited = ("meeting", held), ("decision", built), ("group", group), ("initiative", paper)
    db.session.add_all(Citation(source_id=source.id, **{f"{noun}_id": one.id}) for noun, one in cited)
    paper.history.append(
        InitiativeStateChange(position=2, state=InitiativeState.ACCEPTED, meeting=held, changed_on=date(2025, 10, 1))
    )
    paper.state = InitiativeState.ACCEPTED
    ahead = factories.evening("Nākamā", groups=[group], slug="nakama", starts_on=date(2031, 3, 30))
    ahead.join_url, ahead.join_audience = f"https://x.example/{SECRET}", Audience.MEMBERS
    factories.milestone(group.networks[0])


def _hide(group: Group) -> None:
    """Add what the public must not see: of a hidden group, a draft, what is for members."""
    hidden = factories.group(f"{SECRET} grupa", slug="slepena", audience=Audience.MEMBERS)
    topic = factories.topic(hidden, f"{SECRET} temats", slug="slepens-temats")
    paper = factories.initiative(hidden, f"{SECRET} iniciatīva", slug="slepena-iniciativa", topic=topic)
    factories.milestone(None, f"{SECRET} termiņš", group=hidden)
    factories.membership(group, member_group=hidden)
    group.parent = hidden
    away = factories.meeting(f"{SECRET} abu", groups=[group, hidden], slug="slepena-abu")
    factories.decision(away, f"{SECRET} lēmums")
    factories.meeting(f"{SECRET} melnraksts", groups=[group], slug="slepens-melnraksts", state=MeetingState.DRAFT)
    factories.meeting(f"{SECRET} locekļiem", groups=[group], slug="slepena-locekliem", audience=Audience.MEMBERS)
    shown = factories.meeting("Kopīga", groups=[group], slug="kopiga", starts_on=date(2025, 12, 1))
    factories.agenda_item(shown, "Par citu grupu", topic=topic, initiative=paper)
    factories.decision(shown, "Par citu grupu", topic=topic, initiative=paper)
    # An initiative that everyone sees, all of whose company is hidden.
    alone = factories.initiative(group, "Viena pati", slug="viena", topic=topic, split_from=paper)
    alone.meetings = [away]
    factories.agenda_item(shown, f"{SECRET} punkts", position=2, initiative=alone, audience=Audience.MEMBERS)
    factories.decision(shown, f"{SECRET} lēmums", initiative=alone, published_on=None)
