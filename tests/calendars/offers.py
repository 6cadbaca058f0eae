"""Every kind of feed over the worlds of records, and what its readers must see in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from lag_tracker.database import db
from lag_tracker.models.account import Role
from lag_tracker.models.calendar_token import FeedKind
from lag_tracker.models.group import Group
from lag_tracker.models.person import Person
from lag_tracker.models.traits import Audience
from tests import factories
from tests.calendars.readers import Seen
from tests.calendars.worlds import WORLDS, Shown
from tests.private_feeds.conftest import feed_of

#: Kind of feed -> where it is, in Latvian and in English.
PATHS = {
    "all": ("/kalendari/visi.ics", "/en/calendars/all.ics"),
    "milestones": ("/kalendari/termini.ics", "/en/calendars/milestones.ics"),
    "municipality": ("/kalendari/pasvaldibas/{}.ics", "/en/calendars/municipalities/{}.ics"),
    "network": ("/kalendari/tikli/{}.ics", "/en/calendars/networks/{}.ics"),
    "group": ("/kalendari/grupas/{}.ics", "/en/calendars/groups/{}.ics"),
    "kind": ("/kalendari/veidi/{}.ics", "/en/calendars/kinds/{}.ics"),
    "group_kind": ("/kalendari/grupu-veidi/{}.ics", "/en/calendars/group-kinds/{}.ics"),
    "meeting": ("/kalendari/sanaksmes/{}.ics", "/en/calendars/meetings/{}.ics"),
    "selection": ("/kalendari/izlase/{}.ics", "/en/calendars/selection/{}.ics"),
}
PRIVATE = ("/kalendari/privati/", "/en/calendars/private/")


@dataclass
class Feed:
    """A feed at its address, and what its readers must see."""

    path: str
    events: list[Seen] = field(default_factory=list)

    def add(self, record: Shown, lang: str) -> None:
        """Expect an event."""
        row = record.row
        self.events.append(Seen(record.uid, row.start, row.end, row.lv if lang == "lv" else row.en))


def public_feeds(records: list[Shown]) -> Iterator[Feed]:
    """Yield every kind of public feed, in both languages, with and without all of the past."""
    branches = {("all", ""), ("milestones", ""), ("network", "tikls")}
    branches |= {("kind", kind) for kind in ("local_group", "workshop", "training")}
    branches |= {("group_kind", "steering"), ("municipality", "dienas"), *(("group", name) for name in WORLDS)}
    branches |= {("selection", f"group:{name},kind:local_group") for name in ("stavokli", "senas")}
    branches |= {("selection", "group:pulkstenis,kind:workshop"), ("selection", "network:tikls,municipality:dienas")}
    branches |= {("meeting", slug) for slug in ("viena-0", "stavokli-2", "senas-2", "teksti-5")}
    for kind, slug in sorted(branches):
        for lang, path in zip(("lv", "en"), PATHS[kind], strict=True):
            pasts = ["?past=all" if lang == "en" and kind != "meeting" else ""]
            for past in pasts if kind != "all" else ("", "?past=all"):
                feed = Feed(path.format(slug) + past)
                parts = {(kind, slug)}
                if kind == "selection":
                    parts = {(sort, name) for sort, name in (part.split(":") for part in slug.split(","))}
                for record in records:
                    is_in_window = past or kind == "meeting" or not record.row.is_old
                    if parts <= record.calendars and record.row.to is Audience.PUBLIC and is_in_window:
                        feed.add(record, lang)
                yield feed


def private_feeds(records: list[Shown]) -> Iterator[Feed]:
    """Yield every kind of private feed, of a member and of a manager of all groups, in both languages."""
    groups = {group.slug: group for group in db.session.scalars(select(Group))}
    doer = db.session.scalars(select(Person).where(Person.name == "Anna Darbiniece")).one()
    member = factories.account(roles=dict.fromkeys(groups.values(), Role.MEMBER), person=doer)
    manager = factories.account(roles=dict.fromkeys(groups.values(), Role.MANAGER))
    for account, kind, slug in (
        (member, FeedKind.MINE, ""),
        (member, FeedKind.DEADLINES, ""),
        (member, FeedKind.GROUP, "stavokli"),
        (manager, FeedKind.GROUP, "stavokli"),
        (manager, FeedKind.MANAGED, ""),
    ):
        readable = set(Audience) if account is manager else {Audience.PUBLIC, Audience.MEMBERS}
        for lang, start in zip(("lv", "en"), PRIVATE, strict=True):
            path = feed_of(account, kind, groups.get(slug), language=lang)
            feed = Feed(start + path.rpartition("/")[2])
            for record in records:
                kinds = {calendar[0] for calendar in record.calendars}
                is_there = ("group", slug) in record.calendars or (not slug and "group" in kinds)
                if "deadlines" in kinds or kind is FeedKind.DEADLINES:
                    is_there = "deadlines" in kinds and kind is FeedKind.DEADLINES
                if is_there and record.row.to in readable and not record.row.is_old:
                    feed.add(record, lang)
            yield feed
