"""The page of a meeting."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lag_tracker.database import db
from lag_tracker.models.attendance import Attendance, Presence
from lag_tracker.models.decision import DecisionMethod
from lag_tracker.models.group import Group
from lag_tracker.models.meeting import LinkKind, Meeting, MeetingKind, MeetingLink, MeetingState, Mode
from lag_tracker.models.organisation import Organisation, Sector
from lag_tracker.models.traits import Audience, Certainty, Precision
from tests import factories
from tests.reading import facts, links, texts
from tests.visitors import manager_of, member_of, observer_of

pytestmark = pytest.mark.usefixtures("app")


def saved(meeting: Meeting) -> Meeting:
    """Commit, and give the meeting back."""
    db.session.commit()
    return meeting


def page_of(client: FlaskClient, meeting: Meeting, lang: str = "lv") -> str:
    """Return the meeting's page."""
    prefix = "/en/meetings/" if lang == "en" else "/sanaksmes/"
    response = client.get(prefix + meeting.slug)
    assert response.status_code == 200
    return response.text


def event_of(html: str) -> dict[str, object]:
    """Return the page's structured data."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    event: dict[str, object] = json.loads(found[1]) if found else {}
    return event


def test_a_meeting_says_what_when_and_where(client: FlaskClient) -> None:
    meeting = saved(
        factories.evening("Vīzijas sanāksme", starts_on=date(2026, 12, 1), mode=Mode.IN_PERSON, place_lv="Rātsnams")
    )
    shown = facts(page_of(client, meeting))
    assert texts(page_of(client, meeting), "h1") == ["Vīzijas sanāksme"]
    assert (shown["Kad"], shown["Kur"], shown["Norise"]) == (
        "Otrdiena, 2026. gada 1. decembris, 18:00–20:00",
        "Rātsnams",
        "Klātienē",
    )


def test_the_same_meeting_reads_in_english_with_its_latvian_title_marked(client: FlaskClient) -> None:
    meeting = saved(factories.evening("Vīzijas sanāksme", starts_on=date(2026, 12, 1), place_en="Town hall"))
    html = page_of(client, meeting, "en")
    assert '<h1><span lang="lv">Vīzijas sanāksme</span></h1>' in html
    assert (facts(html)["When"], facts(html)["Where"]) == ("Tuesday, 1 December 2026, 18:00–20:00", "Town hall")


def test_a_day_without_a_time_is_said_to_have_none(client: FlaskClient) -> None:
    meeting = saved(factories.meeting(starts_on=date(2020, 11, 10)))
    assert facts(page_of(client, meeting))["Kad"] == "Otrdiena, 2020. gada 10. novembrislaiks nav zināms"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"starts_on": date(2022, 5, 1), "date_precision": Precision.MONTH}, "2022. gada maijs"),
        ({"starts_on": date(2022, 1, 1), "date_precision": Precision.YEAR}, "2022. gads"),
        ({"starts_on": None, "date_precision": Precision.UNKNOWN}, "Datums nav zināms"),
        ({"starts_on": date(2019, 12, 5), "ends_on": date(2019, 12, 6)}, "2019. gada 5.–6. decembrislaiks nav zināms"),
        (
            {"starts_on": date(2019, 9, 30), "ends_on": date(2019, 10, 2)},
            "2019. gada 30. septembris – 2019. gada 2. oktobrislaiks nav zināms",
        ),
    ],
)
def test_a_coarse_date_is_shown_no_finer_than_it_is(client: FlaskClient, given: dict[str, Any], shown: str) -> None:
    assert facts(page_of(client, saved(factories.meeting(**given))))["Kad"] == shown


def test_an_inferred_date_says_so(client: FlaskClient) -> None:
    meeting = saved(factories.evening(starts_on=date(2020, 10, 28), date_certainty=Certainty.INFERRED))
    assert facts(page_of(client, meeting))["Kad"].endswith("datums secināts no avota")


def test_a_meeting_without_a_title_is_called_by_its_place_in_the_series(client: FlaskClient) -> None:
    meeting = saved(factories.meeting(title_lv=None, title_en="x", kind=MeetingKind.TRANSNATIONAL, ordinal=3))
    meeting.title_en = None
    db.session.commit()
    assert texts(page_of(client, meeting), "h1") == ["3. starpvalstu sanāksme"]
    assert texts(page_of(client, meeting, "en"), "h1") == ["3rd transnational meeting"]


def test_the_agenda_counts_its_hours_from_the_start(client: FlaskClient) -> None:
    meeting = factories.evening()
    for position, (title, minutes) in enumerate([("Atklāšana", 10), ("Budžets", 45), ("Dažādi", 20)], 1):
        factories.agenda_item(meeting, title, position=position, duration_minutes=minutes)
    html = page_of(client, saved(meeting))
    assert texts(html, "span", css_class="agenda-title") == ["Atklāšana", "Budžets", "Dažādi"]
    assert texts(html, "span", css_class="agenda-clock") == ["18:00 · 10 min", "18:10 · 45 min", "18:55 · 20 min"]


def test_internal_items_and_papers_for_members_are_not_shown(client: FlaskClient) -> None:
    meeting = factories.evening(join_url="https://meet.example/secret")
    factories.agenda_item(meeting, "Publisks", position=1)
    factories.agenda_item(meeting, "Iekšējs", position=2, audience=Audience.MEMBERS)
    for title, audience in (("Visiem", Audience.PUBLIC), ("Locekļiem", Audience.MEMBERS)):
        link = MeetingLink(
            meeting=meeting, kind=LinkKind.DOCUMENT, url="https://example.org/", title_lv=title, audience=audience
        )
        db.session.add(link)
    html = page_of(client, saved(meeting))
    assert texts(html, "span", css_class="agenda-title") == ["Publisks"]
    assert "Visiem" in html
    assert "Locekļiem" not in html
    assert "meet.example" not in html


def test_who_may_read_what_is_not_for_everyone_is_told_so(app: Flask, client: FlaskClient) -> None:
    group, closed = factories.group(), factories.group(audience=Audience.MEMBERS)
    meeting = factories.meeting(groups=[group])
    factories.agenda_item(meeting, "Publisks", position=1)
    factories.agenda_item(meeting, "Iekšējs", position=2, audience=Audience.MEMBERS)
    inner = factories.meeting(groups=[group], audience=Audience.MEMBERS)
    of_closed = factories.meeting(groups=[group, closed])
    member = member_of(app, group, closed)
    html = page_of(member, saved(meeting))
    assert texts(html, "span", css_class="agenda-title") == ["Publisks", "Iekšējs grupas locekļiem"]
    pages = [html, *(page_of(member, one) for one in (inner, of_closed)), page_of(client, meeting)]
    assert [texts(page, "span", css_class="badge--draft") for page in pages] == [["grupas locekļiem"]] * 3 + [[]]


@pytest.mark.parametrize(
    "hidden",
    [{"state": MeetingState.DRAFT}, {"audience": Audience.MEMBERS}, {"audience": Audience.MANAGERS}],
)
def test_a_meeting_that_is_not_public_does_not_exist_for_strangers(client: FlaskClient, hidden: dict[str, Any]) -> None:
    meeting = saved(factories.meeting(**hidden))
    assert client.get(f"/sanaksmes/{meeting.slug}").status_code == 404


def test_a_meeting_of_a_hidden_group_is_hidden_too(client: FlaskClient) -> None:
    hidden = factories.group("Slēgtā grupa", audience=Audience.MEMBERS)
    meeting = saved(factories.meeting(groups=[factories.group(), hidden]))
    assert client.get(f"/sanaksmes/{meeting.slug}").status_code == 404


def test_a_joint_meeting_names_the_leading_group_first(client: FlaskClient) -> None:
    leading, second = factories.group("Vadošā grupa"), factories.group("Otra grupa")
    shown = facts(page_of(client, saved(factories.meeting(groups=[leading, second]))))
    assert shown["Grupa (vadošā)"].startswith("Vadošā grupa")
    assert shown["Kopā ar"].startswith("Otra grupa")


def test_a_cancelled_meeting_stays_and_says_why(client: FlaskClient) -> None:
    meeting = factories.meeting(
        state=MeetingState.CANCELLED, cancelled_at=datetime(2026, 11, 20, tzinfo=UTC), cancelled_reason_lv="Nav kvoruma"
    )
    html = page_of(client, saved(meeting))
    assert texts(html, "div", css_class="notice") == ["Šī sanāksme ir atcelta. Nav kvoruma"]
    assert event_of(html)["eventStatus"] == "https://schema.org/EventCancelled"


def test_a_decision_without_a_stated_method_gets_none(client: FlaskClient) -> None:
    meeting = factories.meeting(starts_on=date(2020, 11, 10))
    factories.decision(meeting, "Ķekava kļūst par velodraudzīgāko novadu", method=DecisionMethod.NOT_STATED)
    factories.decision(meeting, "Vēl nepublicēts", published_on=None)
    html = page_of(client, saved(meeting))
    assert texts(html, "p", css_class="decision-text") == ["Ķekava kļūst par velodraudzīgāko novadu"]
    assert texts(html, "p", css_class="decision-facts") == ["Lemšanas veids nav norādīts"]


def test_who_came_is_counted_and_never_named(client: FlaskClient) -> None:
    meeting = factories.meeting(starts_on=date(2020, 11, 10))
    office = Organisation(name_lv="Uzņēmēju padome", sector=Sector.PRIVATE)
    for name, presence in (("Anna Ozola", Presence.PRESENT), ("Jānis Kalns", Presence.EXCUSED)):
        attendance = Attendance(meeting=meeting, person=factories.person(name), organisation=office, presence=presence)
        db.session.add(attendance)
    html = page_of(client, saved(meeting))
    assert "Piedalījās 1 cilvēks, 1 nepiedalījās attaisnojoša iemesla dēļ." in texts(html, "p")
    assert texts(html, "span", css_class="person-name") == ["Uzņēmēju padome"]
    assert "Ozola" not in html
    assert "Kalns" not in html


def test_who_takes_part_in_the_group_reads_who_came(app: Flask) -> None:
    group, office = factories.group(), Organisation(name_lv="Uzņēmēju padome", sector=Sector.PRIVATE)
    meeting = factories.meeting(groups=[group], starts_on=date(2020, 11, 10))
    who = (("Juris Kalns", Presence.PRESENT), ("Anna Ozola", Presence.EXCUSED), ("Zane Āboliņa", Presence.PRESENT))
    for name, presence in who:
        person = factories.person(name, name_is_public=False)
        db.session.add(Attendance(meeting=meeting, person=person, organisation=office, presence=presence))
    db.session.add(Attendance(meeting=meeting, person=factories.person("Nav Bijis"), presence=Presence.ABSENT))
    saved(meeting)
    for reader in (member_of(app, group), manager_of(app, group)):
        html = page_of(reader, meeting)
        assert texts(html, "span", css_class="person-name") == ["Zane Āboliņa", "Juris Kalns"]
        assert ("Anna Ozola" in html, "Nav Bijis" in html) == (True, False)
    for stranger in (member_of(app, factories.group()), observer_of(app, group)):
        assert texts(page_of(stranger, meeting), "span", css_class="person-name") == ["Uzņēmēju padome"]


def test_a_speaker_without_consent_is_not_named(client: FlaskClient) -> None:
    meeting = factories.meeting()
    item = factories.agenda_item(meeting, "Ziņojums")
    factories.speaker(meeting, factories.person("Edgars Kārkliņš"), position=1)
    quiet = factories.speaker(meeting, factories.person("Ilze Liepa", name_is_public=False), position=2)
    item.presenters = [quiet]
    html = page_of(client, saved(meeting))
    assert texts(html, "span", css_class="person-name") == ["Edgars Kārkliņš"]
    assert "Liepa" not in html


def test_structured_data_gives_search_engines_the_instant_with_its_offset(client: FlaskClient) -> None:
    meeting = saved(factories.evening("Vakars", starts_on=date(2026, 7, 1), mode=Mode.IN_PERSON, place_lv="Rātsnams"))
    event = event_of(page_of(client, meeting))
    assert (event["@type"], event["startDate"], event["endDate"]) == (
        "Event",
        "2026-07-01T18:00+03:00",
        "2026-07-01T20:00+03:00",
    )
    assert event["location"] == {"@type": "Place", "name": "Rātsnams"}
    assert event["url"] == f"https://grupas.example/sanaksmes/{meeting.slug}"


def test_structured_data_cannot_close_its_script(client: FlaskClient) -> None:
    meeting = saved(factories.meeting("</script><script>alert(1)</script>"))
    html = page_of(client, meeting)
    assert "<script>alert" not in html
    assert event_of(html)["name"] == "</script><script>alert(1)</script>"


def test_previous_and_next_meetings_of_the_group_are_a_step_away(client: FlaskClient) -> None:
    group = factories.group()
    days = [date(2020, 1, 10), date(2020, 2, 10), date(2020, 3, 10)]
    first, middle, last = (factories.meeting(f"Sanāksme {day.month}", groups=[group], starts_on=day) for day in days)
    html = page_of(client, saved(middle))
    steps = {words: address for words, address in links(html).items() if "sanāksme:" in words}
    assert steps == {
        "Iepriekšējā sanāksme: 2020. gada 10. janvāris": f"/sanaksmes/{first.slug}",
        "Nākamā sanāksme: 2020. gada 10. marts": f"/sanaksmes/{last.slug}",
    }


def test_both_languages_point_at_each_other(client: FlaskClient) -> None:
    meeting = saved(factories.meeting())
    html = page_of(client, meeting)
    assert f'hreflang="en" href="https://grupas.example/en/meetings/{meeting.slug}"' in html
    assert f'hreflang="lv" href="https://grupas.example/sanaksmes/{meeting.slug}"' in html


@pytest.mark.parametrize(
    "hostile", ["<img src=x onerror=alert(1)>", "{{ 7 * 7 }}", '"><b>', "Ā" * 500, "\u202eatpakaļ"]
)
def test_hostile_titles_are_only_text(client: FlaskClient, hostile: str) -> None:
    meeting = saved(factories.meeting(slug="naidigs", title_lv=hostile, place_lv=hostile[:300], summary_lv=hostile))
    assert texts(page_of(client, meeting), "h1") == [re.sub(r"\s+", " ", hostile)]


def test_a_meeting_costs_the_same_number_of_statements_however_much_it_holds(
    client: FlaskClient, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def filled(number: int, group: Group) -> Meeting:
        meeting = factories.evening(groups=[group], starts_on=date(2020, 1, number))
        network = factories.network()
        meeting.networks = [network]
        for position in range(1, number + 1):
            speaker = factories.speaker(meeting, factories.person(), position=position)
            item = factories.agenda_item(meeting, position=position, topic=factories.topic(group))
            item.presenters = [speaker]
            factories.decision(meeting)
            db.session.add(Attendance(meeting=meeting, person=factories.person(), presence=Presence.PRESENT))
        return meeting

    one, three = filled(1, factories.group()), filled(3, factories.group())
    addresses = [f"/sanaksmes/{saved(meeting).slug}" for meeting in (one, three)]
    counts = []
    for address in addresses:
        client.get(address)  # From now on names are in memory.
        db.session.remove()
        with statements() as ran:
            client.get(address)
        counts.append(len(ran))
    assert counts[0] == counts[1]


def test_an_unknown_meeting_is_a_page_that_says_what_to_do(client: FlaskClient) -> None:
    response = client.get("/sanaksmes/nav-tadas")
    assert response.status_code == 404
    assert texts(response.text, "h1") == ["Šādas lapas nav"]


def test_a_meeting_takes_no_posts(client: FlaskClient) -> None:
    response = client.post(f"/sanaksmes/{saved(factories.meeting()).slug}")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
