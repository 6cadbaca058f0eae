"""Calendar pages: lists, month, year, filters, and the pages that say how to subscribe."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from lag_tracker.database import db
from lag_tracker.models.group import GroupKind
from lag_tracker.models.meeting import Meeting, MeetingKind, MeetingState
from lag_tracker.models.milestone import MilestoneKind
from lag_tracker.models.traits import Audience, Precision
from tests import factories
from tests.reading import texts
from tests.visitors import administrator, manager_of

Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Let every test run on 22 November 2026."""
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False):
        yield


def titles(html: str) -> list[str]:
    """Return the titles of a list's meetings and milestones, in order."""
    found = re.findall(r'class="meeting-title">(?:<a [^>]*>)?(?:<span [^>]*>)?(.*?)<', html)
    return [one.strip() for one in found]


def pages(client: FlaskClient, address: str) -> Iterator[str]:
    """Yield the page at an address and all that follow it."""
    following: re.Match[str] | None = re.match("(.*)", address)
    while following:
        html = client.get(following[1].replace("&amp;", "&")).text
        yield html
        following = re.search(r'href="([^"]+)" rel="next"', html)


def cells(html: str) -> dict[str, list[str]]:
    """Return the words of each day of the grid that has any."""
    found = {}
    for cell in re.findall(r"<td.*?</td>", html, re.DOTALL):
        day = re.search(r'datetime="(.*?)"', cell)
        words = [
            " ".join(re.sub(r"<[^>]+>", " ", item).split()) for item in re.findall(r"<li.*?</li>", cell, re.DOTALL)
        ]
        if day and words:
            found[day[1]] = words
    return found


def meeting(title: str, day: date | None, **given: Any) -> Meeting:
    """Record a meeting of one day."""
    recorded: Meeting = factories.meeting(title, starts_on=day, **given)
    return recorded


def test_the_list_has_what_comes_by_day_with_milestones_between(client: FlaskClient) -> None:
    network = factories.network()
    meeting("Pēc mēneša", date(2026, 12, 22))
    meeting("Šodien", date(2026, 11, 22))
    meeting("Vakar", date(2026, 11, 21))
    meeting("Otrdien", date(2026, 11, 24))
    meeting("Patlaban", date(2026, 11, 20), ends_on=date(2026, 11, 23))
    factories.milestone(network, "Termiņš", starts_on=date(2026, 11, 25))
    factories.milestone(network, "Garām", starts_on=date(2026, 11, 1))
    db.session.commit()
    for address in ("/kalendars", "/en/calendar"):
        assert titles(client.get(address).text) == ["Patlaban", "Šodien", "Otrdien", "Termiņš", "Pēc mēneša"]


def test_the_past_is_listed_latest_first_and_the_undated_at_the_end(client: FlaskClient) -> None:
    meeting("Agrāk", date(2020, 5, 1), date_precision=Precision.MONTH)
    meeting("Vakar", date(2026, 11, 21))
    meeting("Rīt", date(2026, 11, 23))
    meeting("Nezin kad", None, date_precision=Precision.UNKNOWN)
    factories.milestone(factories.network(), "Senais termiņš", starts_on=date(2020, 12, 31))
    db.session.commit()
    html = client.get("/kalendars/notikusas").text
    assert titles(html) == ["Vakar", "Senais termiņš", "Agrāk", "Nezin kad"]
    assert re.findall(r"<h2>(.*?)</h2>", html)[:3] == [
        "2026. gada novembris",
        "2020. gada decembris",
        "2020. gada maijs",
    ]


def test_a_date_of_which_only_the_year_is_known_stands_in_no_month(client: FlaskClient) -> None:
    meeting("Reiz gadā", date(2027, 1, 1), date_precision=Precision.YEAR)
    meeting("Janvārī", date(2027, 1, 20))
    db.session.commit()
    html = client.get("/en/calendar").text
    assert re.findall(r"<h2>(.*?)</h2>", html) == ["2027, month not known", "January 2027"]
    assert "Reiz gadā" not in client.get("/kalendars/2027/1").text
    assert "This year, month not known" in client.get("/en/calendar/2027").text


@pytest.mark.parametrize(("address", "step"), [("/kalendars", 1), ("/kalendars/notikusas", -1)])
def test_walking_through_the_pages_shows_every_row_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, address: str, step: int
) -> None:
    monkeypatch.setattr("lag_tracker.calendars.pages.PAGE", 2)
    network = factories.network()
    wanted = []
    for number in range(1, 6):
        day = date(2026, 11, 22).replace(year=2026 + step * number)
        meeting(f"m{number}", day)
        factories.milestone(network, f"t{number}", starts_on=day)
        wanted += [f"m{number}", f"t{number}"]
    meeting("bez dienas", None)
    db.session.commit()
    found = [title for html in pages(client, address) for title in titles(html)]
    assert found == wanted + (["bez dienas"] if step < 0 else [])


@pytest.mark.parametrize(("address", "step"), [("/kalendars", 1), ("/kalendars/notikusas", -1)])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_day_that_goes_over_pages_stays_in_the_order_of_time(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, address: str, step: int, size: int
) -> None:
    monkeypatch.setattr("lag_tracker.calendars.pages.PAGE", size)
    day = date(2026, 11, 22) + timedelta(days=step)
    for name, at in (("18", time(18)), ("a", None), ("9.30", time(9, 30)), ("0", time(0)), ("b", None), ("9", time(9))):
        meeting(name, day, starts_at_time=at)
    meeting("dienu tālāk", day + timedelta(days=step), starts_at_time=time(12))
    factories.milestone(factories.network(), "Termiņš", starts_on=day)
    db.session.commit()
    found = [title for html in pages(client, address) for title in titles(html)]
    of_day = found[:-1][::step]
    # Of those without a time the order is that of their numbers, with the milestone before or after any of them.
    assert [name for name in of_day if name != "Termiņš"] == ["a", "b", "0", "9", "9.30", "18"]
    assert "Termiņš" in of_day[:3]
    assert found[-1] == "dienu tālāk"


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "key", ["x", "2026-13-01.1", "2026-11-22", "2026-11-22.-1", "2026-11-22T24:30.1", "2026-11-22T.1", "' OR 1=1"]
)
def test_a_page_that_was_never_offered_is_not_found(client: FlaskClient, key: str) -> None:
    assert client.get("/kalendars", query_string={"after": key}).status_code == 404


@pytest.mark.parametrize("key", ["9999-12-31.999999999999999999", "0001-01-01.0"])
def test_the_ends_of_time_are_empty_pages(client: FlaskClient, key: str) -> None:
    for address in ("/kalendars", "/kalendars/notikusas"):
        assert client.get(address, query_string={"after": key}).status_code == 200


def test_nothing_hidden_is_in_the_calendar(client: FlaskClient) -> None:
    hidden = factories.group("Slēgta", audience=Audience.MEMBERS)
    meeting("Melnraksts", date(2026, 12, 1), state=MeetingState.DRAFT)
    meeting("Locekļiem", date(2026, 12, 1), audience=Audience.MEMBERS)
    meeting("Slēgtas grupas", date(2026, 12, 1), groups=[hidden])
    factories.milestone(factories.network(), "Slēgts termiņš", network=None, group=hidden, starts_on=date(2026, 12, 1))
    db.session.commit()
    for address in ("/kalendars", "/kalendars/2026/12", "/kalendars/2026", "/abonet"):
        html = client.get(address).text
        assert [word for word in ("Melnraksts", "Locekļiem", "Slēgt") if word in html] == []


def test_the_month_shows_a_meeting_of_several_days_on_each_of_them(client: FlaskClient) -> None:
    meeting("Brauciens", date(2026, 10, 30), ends_on=date(2026, 11, 2))
    meeting("Vakarā", date(2026, 11, 2), starts_at_time=time(18))
    meeting("Atceltā", date(2026, 11, 30), state=MeetingState.CANCELLED)
    db.session.commit()
    assert cells(client.get("/kalendars/2026/11").text) == {
        "2026-11-01": ["Brauciens"],
        "2026-11-02": ["Brauciens", "18:00 Vakarā"],
        "2026-11-30": ["Atceltā atcelta"],
    }
    assert cells(client.get("/en/calendar/2026/10").text) == {"2026-10-30": ["Brauciens"], "2026-10-31": ["Brauciens"]}


def test_a_phase_stands_on_its_first_and_last_day_and_below_the_grid(client: FlaskClient) -> None:
    network = factories.network()
    phase = {"kind": MilestoneKind.PHASE, "starts_on": date(2026, 11, 3), "ends_on": date(2026, 12, 9)}
    factories.milestone(network, "Izmēģinājums", **phase)
    db.session.commit()
    html = client.get("/en/calendar/2026/11").text
    assert cells(html) == {"2026-11-03": ["Phase: Izmēģinājums"]}
    assert titles(html) == ["Izmēģinājums"]
    assert cells(client.get("/en/calendar/2026/12").text) == {"2026-12-09": ["Phase: Izmēģinājums"]}


def test_a_meeting_whose_day_is_not_known_is_named_below_the_month(client: FlaskClient) -> None:
    meeting("Maija sanāksme", date(2020, 5, 1), date_precision=Precision.MONTH)
    db.session.commit()
    html = client.get("/en/calendar/2020/5").text
    assert (cells(html), titles(html)) == ({}, ["Maija sanāksme"])
    assert "This month, day not known" in html


@pytest.mark.sqlite_only
def test_the_month_marks_today_and_names_its_neighbours(client: FlaskClient) -> None:
    html = client.get("/kalendars/2026/11").text
    assert re.findall(r'aria-current="date">\s*<time class="month-day" datetime="(.*?)"', html) == ["2026-11-22"]
    assert re.findall(r'rel="(prev|next)">(.*?)</a>', html) == [
        ("prev", "← 2026. gada oktobris"),
        ("next", "2026. gada decembris →"),
    ]
    assert re.findall(r'<th scope="col"><abbr title="(.*?)">(.*?)</abbr>', html)[::3] == [
        ("Pirmdiena", "P"),
        ("Ceturtdiena", "C"),
        ("Svētdiena", "Sv"),
    ]


def test_the_year_names_the_first_meetings_of_a_month_and_counts_the_rest(client: FlaskClient) -> None:
    for day in range(1, 10):
        meeting(f"m{day}", date(2026, 3, day))
    meeting("Marts", date(2026, 3, 1), date_precision=Precision.MONTH)
    db.session.commit()
    html = client.get("/en/calendar/2026").text
    assert "10 meetings" in html
    assert "and 4 more" in html
    names = ["m1", "Marts", "m2", "m3", "m4", "m5"]
    assert re.findall(r'/en/meetings/\S+?"><span lang="lv">(.*?)</span>', html) == names


def test_the_year_has_deadlines_in_their_months_and_phases_below(client: FlaskClient) -> None:
    network = factories.network(slug="csr")
    meeting("m", date(2026, 3, 9))
    factories.milestone(network, "t", starts_on=date(2026, 3, 5))
    factories.milestone(network, "mēnesī", starts_on=date(2026, 5, 1), date_precision=Precision.MONTH)
    factories.milestone(network, "gadā", starts_on=date(2026, 1, 1), date_precision=Precision.YEAR)
    factories.milestone(network, "cits", starts_on=date(2027, 1, 1))
    lasting = {"kind": MilestoneKind.PHASE, "starts_on": date(2025, 5, 1), "ends_on": date(2026, 2, 1)}
    factories.milestone(network, "posms", **lasting)
    db.session.commit()
    html = client.get("/en/calendar/2026").text
    months = [texts(one, "li") for one in re.findall(r'<section class="year-month.*?</section>', html, re.DOTALL)]
    assert {number: rows for number, rows in enumerate(months, 1) if rows} == {
        3: ["5 Deadline: t", "9 m"],
        5: ["–day not known Deadline: mēnesī"],
    }
    assert titles(html) == ["gadā", "posms"]
    assert "posms" not in client.get("/en/calendar/2027").text
    assert "No meeting is recorded in this year." in client.get("/en/calendar/2028").text
    assert titles(client.get("/en/calendar/2026?kind=workshop").text) == []


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "address",
    [f"/kalendars/{part}" for part in ("1899", "2201", "2026/0", "2026/13", "1899/12", "9" * 20, "x", "2026/1x")],
)
def test_years_and_months_that_no_calendar_has_are_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.sqlite_only
@pytest.mark.parametrize("address", ["/kalendars/1900/1", "/kalendars/2200/12", "/kalendars/1900", "/kalendars/2200"])
def test_the_calendar_ends_without_links_beyond(client: FlaskClient, address: str) -> None:
    html = client.get(address).text
    assert [place for place in ("/1899", "/2201") if place in html] == []


@pytest.fixture
def four_meetings(client: FlaskClient) -> None:
    """Record meetings that differ by group, network, municipality and kind."""
    town, other = factories.municipality("Ķekavas novads", slug="kekava"), factories.municipality("Ogre", slug="ogre")
    network = factories.network("Cities4CSR", slug="csr")
    whole = factories.group("Grupa", slug="grupa", municipality=town)
    core = factories.group("Kodols", slug="kodols", parent=whole, kind=GroupKind.CORE_GROUP)
    day = date(2026, 12, 1)
    meeting("grupas", day, groups=[whole])
    meeting("kodola", day, groups=[core], kind=MeetingKind.WORKSHOP, networks=[network])
    meeting("tīkla", day, networks=[network])
    meeting("Ogres", day, organiser=other)
    factories.milestone(network, "termiņš", starts_on=day)
    factories.milestone(None, "kodola termiņš", group=core, starts_on=day)
    db.session.commit()


@pytest.mark.usefixtures("four_meetings")
@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("group=&kind=&group_kind=", ["grupas", "kodola", "tīkla", "Ogres", "termiņš", "kodola termiņš"]),
        ("group=grupa", ["grupas", "kodola", "kodola termiņš"]),
        ("group=kodols", ["kodola", "kodola termiņš"]),
        ("group_kind=core_group", ["kodola", "kodola termiņš"]),
        ("group_kind=urbact_local_group", ["grupas"]),
        ("group_kind=leader_lag", []),
        ("group_kind=core_group&kind=workshop", ["kodola"]),
        ("group_kind=core_group&municipality=ogre", []),
        ("network=csr", ["kodola", "tīkla", "termiņš"]),
        ("municipality=kekava", ["grupas", "kodola"]),
        ("municipality=ogre", ["Ogres"]),
        ("kind=workshop", ["kodola"]),
        ("network=csr&group=grupa", ["kodola"]),
        ("municipality=ogre&kind=workshop", []),
    ],
)
def test_filters_stand_in_the_address(client: FlaskClient, query: str, wanted: list[str]) -> None:
    assert titles(client.get(f"/kalendars?{query}").text) == wanted


@pytest.mark.usefixtures("four_meetings")
def test_a_feed_holds_what_the_page_with_that_filter_shows(client: FlaskClient) -> None:
    for query, feed in (
        ("group=grupa", "grupas/grupa"),
        ("group=kodols", "grupas/kodols"),
        ("network=csr", "tikli/csr"),
        ("municipality=kekava", "pasvaldibas/kekava"),
        ("kind=workshop", "veidi/workshop"),
        ("group_kind=core_group", "grupu-veidi/core_group"),
        ("kind=workshop&group_kind=core_group", "izlase/kind:workshop,group_kind:core_group"),
    ):
        in_feed = re.findall(r"^SUMMARY:(.*)\r$", client.get(f"/kalendari/{feed}.ics").text, re.MULTILINE)
        assert sorted(in_feed) == sorted(titles(client.get(f"/kalendars?{query}").text))


def test_a_group_of_another_kind_takes_its_events_along(client: FlaskClient) -> None:
    group = factories.group()
    meeting("sēde", date(2026, 12, 1), groups=[group])
    db.session.commit()

    def shown() -> list[bool]:
        feeds = [f"/kalendari/grupu-veidi/{kind}.ics" for kind in ("urbact_local_group", "leader_lag")]
        return ["sēde" in client.get(feed).text for feed in feeds]

    before = shown()
    group.kind = GroupKind.LEADER_LAG
    db.session.commit()
    assert (before, shown()) == ([True, False], [False, True])
    assert '"sēde"' in client.get("/kalendars.csv?group_kind=leader_lag").text
    assert '"sēde"' not in client.get("/kalendars.csv?group_kind=urbact_local_group").text


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("four_meetings")
@pytest.mark.parametrize(
    "query", ["group=x", "network=grupa", "municipality=x", "kind=x", "group_kind=x", "group=" + "x" * 500]
)
def test_a_filter_that_does_not_exist_is_not_found(client: FlaskClient, query: str) -> None:
    for address in ("/kalendars", "/kalendars/notikusas", "/kalendars/2026", "/kalendars/2026/11"):
        assert client.get(f"{address}?{query}").status_code == 404


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("four_meetings")
@pytest.mark.parametrize(
    ("query", "feed"),
    [
        ("", "/kalendari/visi.ics"),
        ("?group=grupa", "/kalendari/grupas/grupa.ics"),
        ("?kind=workshop", "/kalendari/veidi/workshop.ics"),
        ("?group_kind=leader_lag", "/kalendari/grupu-veidi/leader_lag.ics"),
        ("?kind=workshop&municipality=kekava", "/kalendari/izlase/municipality:kekava,kind:workshop.ics"),
    ],
)
def test_the_feed_of_the_same_is_one_step_away(client: FlaskClient, query: str, feed: str) -> None:
    for address in ("/kalendars", "/kalendars/notikusas", "/kalendars/2026/12", "/kalendars/2026"):
        html = client.get(address + query).text
        assert set(re.findall(r'href="(/kalendari/[^"]+)"', html)) == {feed}


@pytest.mark.sqlite_only
@pytest.mark.parametrize("address", ["/kalendars", "/kalendars/notikusas", "/kalendars/2026/12", "/kalendars/2026"])
def test_what_only_some_may_choose_is_never_offered_to_others(app: Flask, client: FlaskClient, address: str) -> None:
    hidden = factories.group("Slēgtā grupa", audience=Audience.MEMBERS)
    for visitor, is_offered in ((administrator(app), True), (client, False), (manager_of(app, hidden), True)):
        assert ("Slēgtā grupa" in visitor.get(address).text) == is_offered


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("four_meetings")
def test_filters_are_kept_when_the_view_changes(client: FlaskClient) -> None:
    html = client.get("/kalendars?group=grupa&kind=workshop").text
    assert re.findall(r'class="tabs.*?</nav>', html, re.DOTALL)[0].count("?group=grupa&amp;kind=workshop") == 4
    assert 'hreflang="en" href="https://grupas.example/en/calendar?group=grupa&amp;kind=workshop"' in html


@pytest.mark.usefixtures("four_meetings")
@pytest.mark.parametrize("view", ["", "/notikusas", "/2026/12", "/2026"])
def test_every_calendar_page_takes_the_same_statements_however_much_it_shows(
    client: FlaskClient, statements: Statements, view: str
) -> None:
    counts = []
    for number in (1, 3):
        for _ in range(number):
            group = factories.group()
            meeting("m", date(2026, 12, 2), groups=[group], networks=[factories.network()])
            meeting("v", date(2026, 10, 2), groups=[group])
        db.session.commit()
        with statements() as ran:
            client.get(f"/kalendars{view}")
        counts.append(len(ran))
    assert counts[0] == counts[1] <= 8


@pytest.mark.usefixtures("four_meetings")
def test_the_page_of_calendars_offers_each_of_them(client: FlaskClient) -> None:
    offered = re.findall(r'class="offers">(.*?)</ul>', client.get("/abonet").text, re.DOTALL)
    found = [re.findall(r'calendar=([^"]+)"', part) for part in offered]
    assert found[:4] == [
        ["all", "milestones"],
        ["group:grupa", "group:kodols"],
        ["network:csr"],
        ["municipality:kekava", "municipality:ogre"],
    ]
    assert found[4] == [f"kind:{kind.value}" for kind in MeetingKind]
    assert found[5] == [f"group_kind:{kind.value}" for kind in GroupKind]


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("four_meetings")
@pytest.mark.parametrize(
    ("calendar", "path"),
    [
        ("all", "/kalendari/visi.ics"),
        ("milestones", "/kalendari/termini.ics"),
        ("group:grupa", "/kalendari/grupas/grupa.ics"),
        ("network:csr", "/kalendari/tikli/csr.ics"),
        ("municipality:ogre", "/kalendari/pasvaldibas/ogre.ics"),
        ("kind:workshop", "/kalendari/veidi/workshop.ics"),
        ("group_kind:core_group", "/kalendari/grupu-veidi/core_group.ics"),
    ],
)
def test_a_calendar_can_be_subscribed_to_in_every_way(client: FlaskClient, calendar: str, path: str) -> None:
    html = client.get("/abonet", query_string={"calendar": calendar}).text
    assert f'href="webcal://grupas.example{path}"' in html
    encoded = path.replace("/", "%2F")
    assert f'href="https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Fgrupas.example{encoded}"' in html
    assert f'<span class="address">https://grupas.example{path}</span>' in html
    assert f'href="{path}" download' in html
    assert client.get(path).status_code == 200


@pytest.mark.sqlite_only
def test_the_square_for_phones_is_drawn_without_inline_style(client: FlaskClient) -> None:
    html = client.get("/abonet?calendar=all").text
    [(name, drawn)] = re.findall(r'<div class="qr" role="img" aria-label="(.*?)">(<svg .*?</svg>)', html, re.DOTALL)
    assert "https://grupas.example/abonet?calendar=all" in name
    assert "style=" not in drawn


def test_where_all_is_long_past_the_page_says_so_and_every_way_can_bring_it_along(client: FlaskClient) -> None:
    group = factories.group("Ķekavas grupa", slug="kekava")
    factories.evening("Senā", groups=[group], starts_on=date(2020, 11, 10))
    db.session.commit()
    page = "/en/subscribe?calendar=group:kekava"
    words = "All meetings of this calendar are more than a year ago."
    assert words in client.get(page).text
    with_past = client.get(f"{page}&past=all").text
    assert words not in with_past
    assert 'href="webcal://grupas.example/en/calendars/groups/kekava.ics?past=all"' in with_past
    assert client.get("/en/calendars/groups/kekava.ics?past=all").text.count("BEGIN:VEVENT") == 1
    factories.evening("Jaunā", groups=[group], starts_on=date(2026, 11, 30))
    db.session.commit()
    assert words not in client.get(page).text


@pytest.mark.sqlite_only
@pytest.mark.parametrize("calendar", ["x", "group:x", "kind:x", "group:", ":", "<script>"])
def test_a_calendar_that_does_not_exist_cannot_be_subscribed_to(client: FlaskClient, calendar: str) -> None:
    assert client.get("/abonet", query_string={"calendar": calendar}).status_code == 404


@pytest.mark.sqlite_only
def test_hostile_titles_are_text(client: FlaskClient) -> None:
    meeting("<script>alert(1)</script>", date(2026, 12, 1), groups=[factories.group("<b>x</b>")])
    db.session.commit()
    for address in ("/kalendars", "/kalendars/2026/12", "/kalendars/2026", "/abonet"):
        html = client.get(address).text
        assert [tag for tag in ("<script>alert", "<b>x") if tag in html] == []


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "address", ["/kalendars", "/kalendars/notikusas", "/kalendars/2026", "/kalendars/2026/1", "/abonet"]
)
def test_nothing_can_be_posted_to_a_calendar_page(client: FlaskClient, address: str) -> None:
    assert client.post(address).status_code == 405
