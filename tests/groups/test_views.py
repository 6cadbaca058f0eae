"""Pages of groups."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from lag_tracker.database import db
from lag_tracker.models.group import GroupKind, MemberRole, Membership
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.models.source import Citation, Source
from lag_tracker.models.traits import Audience
from tests import factories
from tests.reading import facts, links, texts

pytestmark = pytest.mark.usefixtures("app")
TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen_day() -> object:
    """Let every test run on one Sunday in November."""
    with time_machine.travel(TODAY, tick=False):
        yield


def test_groups_stand_in_the_latvian_alphabet(client: FlaskClient) -> None:
    for name in ("Žagares grupa", "Cēsu grupa", "Ādažu grupa", "Čiekuru grupa", "Alojas grupa", "Zemgales grupa"):
        factories.group(name)
    db.session.commit()
    names = texts(client.get("/grupas").text, "strong", within="main")
    assert names == ["Alojas grupa", "Ādažu grupa", "Cēsu grupa", "Čiekuru grupa", "Zemgales grupa", "Žagares grupa"]


def test_the_kind_stands_beside_the_name_because_two_kinds_share_one(client: FlaskClient) -> None:
    factories.group("Vietējā rīcības grupa", kind=GroupKind.LEADER_LAG)
    db.session.commit()
    assert texts(client.get("/grupas").text, "div", css_class="faint") == ["LEADER vietējā rīcības grupa"]


def test_a_groups_own_word_stands_wherever_its_kind_is_named(client: FlaskClient) -> None:
    network, place = factories.network(slug="tikls"), factories.municipality(slug="kekava")
    group = factories.group(slug="grupa", label_lv="vietējā atbalsta grupa", networks=[network], municipality=place)
    factories.topic(group, slug="velo")
    factories.initiative(group, slug="soli")
    factories.meeting(groups=[group], slug="sanaksme")
    db.session.commit()
    pages = ("grupas", "grupas/grupa", "temati", "temati/velo", "iniciativas/soli", "sanaksmes/sanaksme")
    for address in (*pages, "tikli/tikls", "pasvaldibas/kekava"):
        assert "Vietējā atbalsta grupa" in client.get(f"/{address}").text, address
    assert "vietējā atbalsta grupa" in client.get("/grupas.csv").text
    assert facts(client.get("/grupas/grupa").text)["Veids"] == "URBACT vietējā rīcības grupa"


def test_a_source_of_the_name_is_not_given_for_the_founding(client: FlaskClient) -> None:
    group = factories.group(slug="grupa", formed_on=date(2008, 8, 19))
    source = Source(publisher="Pašvaldība", title_en="Participants")
    db.session.add(source)
    db.session.flush()

    def shown() -> tuple[str, str]:
        html = client.get("/en/groups/grupa").text
        return facts(html)["Formed"], texts(html, "footer", within="main")[0].partition(", Part")[0]

    db.session.commit()
    assert shown()[0] == "19 August 2008"
    # A file of facts could once cite for what is only kept to sort by; that has no words.
    db.session.add_all(
        Citation(source_id=source.id, group_id=group.id, aspect=name) for name in ("name_lv", "name_sort")
    )
    db.session.commit()
    assert shown() == ("19 August 2008source not given", "Sources Source (name): Pašvaldība")
    db.session.add(Citation(source_id=source.id, group_id=group.id, aspect="formed_on"))
    db.session.commit()
    assert shown() == ("19 August 2008", "Sources Source (formed, name): Pašvaldība")
    db.session.add(Citation(source_id=source.id, group_id=group.id))
    db.session.commit()
    assert shown() == ("19 August 2008", "Sources Source: Pašvaldība")


def test_a_hidden_group_does_not_exist_for_strangers(client: FlaskClient) -> None:
    hidden = factories.group("Slēgtā", audience=Audience.MEMBERS)
    db.session.commit()
    assert client.get(f"/grupas/{hidden.slug}").status_code == 404
    assert texts(client.get("/grupas").text, "strong", within="main") == []


def test_no_group_at_all_says_what_to_do(client: FlaskClient) -> None:
    assert texts(client.get("/grupas").text, "div", css_class="empty") == [
        "Pagaidām nav pievienota neviena grupa. Grupas parādīsies šeit, tiklīdz vadītājs pievienos pirmo."
    ]


def test_a_group_shows_what_is_next_and_what_was_with_the_groups_under_it(client: FlaskClient) -> None:
    parent = factories.group("Grupa")
    core = factories.group("Kodols", kind=GroupKind.CORE_GROUP, parent=parent)
    factories.meeting("Nākamā", groups=[parent], starts_on=date(2026, 11, 23))
    factories.meeting("Kodola", groups=[core], starts_on=date(2026, 11, 24))
    factories.meeting("Bijusī", groups=[core], starts_on=date(2020, 11, 10))
    factories.meeting("Sveša", groups=[factories.group("Cita")], starts_on=date(2026, 11, 23))
    db.session.commit()
    html = client.get(f"/grupas/{parent.slug}").text
    assert texts(html, "h3", css_class="meeting-title") == ["Nākamā", "Kodola"]
    assert texts(html, "h4", css_class="meeting-title") == ["Bijusī"]
    assert texts(html, "h3", css_class="timeline-year") == ["2020"]


def test_a_meeting_of_several_days_is_still_next_on_its_last_day(client: FlaskClient) -> None:
    group = factories.group()
    factories.meeting("Vizīte", groups=[group], starts_on=date(2026, 11, 20), ends_on=date(2026, 11, 22))
    db.session.commit()
    assert texts(client.get(f"/grupas/{group.slug}").text, "h3", css_class="meeting-title") == ["Vizīte"]


def test_members_are_named_only_with_consent(client: FlaskClient) -> None:
    group = factories.group()
    office = Organisation(name_lv="Bibliotēka", sector=Sector.PUBLIC)
    farm = Organisation(name_lv="Zemnieku saimniecība", sector=Sector.PRIVATE)
    named, quiet = factories.person("Anna Ozola"), factories.person("Jānis Kalns", name_is_public=False)
    gone = factories.person("Pēteris Bijušais")
    db.session.add_all(
        [
            Membership(group=group, person=named, organisation=office, role=MemberRole.CHAIR),
            Membership(group=group, person=quiet, organisation=farm),
            Membership(group=group, person=gone, until_on=date(2026, 11, 21)),
        ]
    )
    db.session.commit()
    html = client.get(f"/grupas/{group.slug}").text
    assert texts(html, "li", css_class="person") == [
        "Anna Ozola Bibliotēka · vada · publiskais sektors",
        "Zemnieku saimniecība privātais sektors",
    ]
    assert texts(html, "li", css_class="sector--public")[-1] == "Publiskais sektors 1 (50 %)"


@pytest.mark.parametrize(
    ("address", "share"), [("/grupas", "par 49 % balsstiesību"), ("/en/groups", "than 49 % of the votes")]
)
def test_a_leader_group_says_what_share_of_votes_the_law_allows(client: FlaskClient, address: str, share: str) -> None:
    group = factories.group(kind=GroupKind.LEADER_LAG)
    council = Organisation(name_lv="Novada dome", sector=Sector.PUBLIC)
    db.session.add(Membership(group=group, person=factories.person(), organisation=council))
    db.session.commit()
    assert share in client.get(f"{address}/{group.slug}").text


def test_a_member_may_keep_even_the_organisation_to_themselves(client: FlaskClient) -> None:
    group = factories.group()
    parish = Organisation(name_lv="Draudze", sector=Sector.CIVIC)
    quiet = factories.person("Jānis Kalns", name_is_public=False)
    db.session.add(Membership(group=group, person=quiet, organisation=parish, organisation_is_public=False))
    db.session.commit()
    html = client.get(f"/grupas/{group.slug}").text
    assert "Draudze" not in html
    assert "Kalns" not in html


def test_a_group_names_its_municipality_networks_and_tasks(client: FlaskClient) -> None:
    group = factories.group(
        municipality=factories.municipality("Ķekavas novads"),
        networks=[factories.network("Cities4CSR")],
        tasks_lv="ideju radīšana\ndarbu saskaņošana",
        is_permanent=True,
    )
    db.session.commit()
    shown = facts(client.get(f"/grupas/{group.slug}").text)
    assert shown["Pašvaldība"] == "Ķekavas novads"
    assert shown["Tīkls"] == "Cities4CSR"
    assert shown["Uzdevumi"] == "ideju radīšanadarbu saskaņošana"
    assert shown["Darbības laiks"] == "Pastāvīga grupa"


def test_a_group_shows_its_coming_deadlines_and_those_of_its_parts(client: FlaskClient) -> None:
    group = factories.group("Padome")
    part, hidden = (
        factories.group("Jaunieši", parent=group),
        factories.group("Slēgtā", parent=group, audience=Audience.MEMBERS),
    )
    for owner, title, day in (
        (group, "Stratēģija iesniegta", date(2020, 3, 1)),
        (group, "Gada pārskats", date(2999, 12, 31)),
        (part, "Ideju konkurss", date(2999, 5, 4)),
        (hidden, "Iekšējs termiņš", date(2999, 6, 1)),
    ):
        factories.milestone(None, title, group=owner, starts_on=day)
    db.session.commit()
    shown = texts(client.get(f"/grupas/{group.slug}").text, "li", css_class="meeting--milestone")
    assert [title for text in shown for title in ("Stratēģija", "Gada", "Ideju", "Iekšējs") if title in text] == [
        "Ideju",
        "Gada",
    ]


def test_an_invented_group_is_marked(client: FlaskClient) -> None:
    group = factories.group("Parauga grupa", is_sample=True)
    db.session.commit()
    assert texts(client.get(f"/grupas/{group.slug}").text, "div", css_class="notice--sample") == [
        "Šī grupa, tās cilvēki un sanāksmes ir izdomāti, lai parādītu vietnes iespējas."
    ]


def test_the_calendar_of_a_group_is_one_step_away(client: FlaskClient) -> None:
    group = factories.group()
    db.session.commit()
    assert "Abonēt kalendāru" in links(client.get(f"/grupas/{group.slug}").text)


def test_a_group_costs_the_same_number_of_statements_with_one_and_three_of_everything(
    client: FlaskClient, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    counts = []
    for number in (1, 3):
        group = factories.group(
            municipality=factories.municipality(), networks=[factories.network() for _ in range(number)]
        )
        for step in range(number):
            factories.group("Apakšgrupa", parent=group)
            upcoming = factories.meeting(groups=[group], starts_on=date(2026, 12, 1) + timedelta(days=step))
            past = factories.meeting(groups=[group], starts_on=date(2026, 1, 1) + timedelta(days=step))
            upcoming.networks = past.networks = list(group.networks)
            factories.decision(past)
            factories.initiative(group)
            factories.milestone(None, group=group, starts_on=date(2999, 1, 1))
            db.session.add(Membership(group=group, person=factories.person()))
        slug = group.slug
        db.session.commit()
        db.session.remove()
        with statements() as ran:
            client.get(f"/grupas/{slug}")
        counts.append(len(ran))
    assert counts[0] == counts[1]
