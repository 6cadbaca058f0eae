"""Who polls calendars, how often and in which way; and what of it arrives in the fullest minute of an hour.

The shares are a guess on the side of more work; how each program asks is known from its source or its users. The hour
is the busiest of the day, when all computers are on.
"""

import random
from dataclasses import dataclass
from enum import Enum

from lag_tracker.models.meeting import MeetingKind

LANGUAGES = {"lv": 0.9, "en": 0.1}
GROUPS, NETWORKS = 64, 20
MUNICIPALITY = "kekavas-novads"
KINDS = [kind.value for kind in MeetingKind]
#: Feeds of no record: name in English -> in Latvian.
WHOLE = {"all": "visi", "milestones": "termini"}


class Condition(Enum):
    """What a program says of the copy it has."""

    NOTHING = "nothing"
    TAG = "its entity tag"
    TIME = "its time"
    TAG_AND_TIME = "both"


@dataclass(frozen=True)
class Client:
    """A kind of program that subscribes to calendars."""

    name: str
    share: float
    polls_an_hour: float
    #: How many of its polls come in the minute in which the hour begins; the others are spread over the hour.
    on_the_hour: float
    condition: Condition
    reason: str
    takes_gzip: bool = True
    #: Whether it first asks with HEAD.
    asks_first: bool = False

    @property
    def fullest_minute(self) -> float:
        """How many polls of each subscriber come in the minute in which the hour begins."""
        return self.polls_an_hour * (self.on_the_hour + (1 - self.on_the_hour) / 60)


_NOTHING, _TAG, _TIME, _BOTH = Condition.NOTHING, Condition.TAG, Condition.TIME, Condition.TAG_AND_TIME
CLIENTS = (
    Client("Google", 0.4, 1 / 8, 0, _NOTHING, "its servers ask every 8 to 24 hours, at any time"),
    Client("Apple", 0.3, 1, 0.2, _TAG, "every hour on a computer, more seldom on a phone; the full hour wakes many"),
    Client("Outlook.com", 0.12, 1 / 3, 0, _NOTHING, "its servers ask every 3 to 24 hours, at any time"),
    Client("Thunderbird", 0.07, 2, 0.25, _TAG, "every half hour since it was opened, when work began"),
    Client("ICSx5", 0.05, 1 / 24, 0.1, _BOTH, "once a day, when the phone is awake anyway"),
    Client("Nextcloud", 0.03, 1 / 24, 1 / 12, _NOTHING, "once a day, by a job that runs every five minutes"),
    Client("vdirsyncer", 0.01, 1, 1, _NOTHING, "by cron at the full hour, and always the whole"),
    Client("scripts", 0.01, 1, 0.5, _TIME, "screens in halls and the like: by time, without gzip", takes_gzip=False),
    Client("careful ones", 0.01, 1, 0.5, _TAG, "look with HEAD first", asks_first=True),
)


@dataclass(frozen=True)
class Poll:
    """One request of a subscriber: when in the minute, for which feed."""

    second: float
    path: str
    client: Client
    is_first: bool = False


def feeds() -> dict[str, float]:
    """Return the addresses of the municipality's 200 feeds, each with its share of the subscribers.

    Half have subscribed to their group, a fifth to the municipality. Among groups, and among networks, the first has
    most: the second half as many, the third a third.
    """
    shares: dict[str, float] = {}
    for names, share in (
        ([("pasvaldibas", "municipalities", MUNICIPALITY)], 0.2),
        ([("", "", "all")], 0.1),
        ([("", "", "milestones")], 0.02),
        ([("grupas", "groups", f"grupa-{n}") for n in range(1, GROUPS + 1)], 0.5),
        ([("tikli", "networks", f"tikls-{n}") for n in range(1, NETWORKS + 1)], 0.13),
        ([("veidi", "kinds", kind) for kind in KINDS], 0.05),
    ):
        weights = [1 / place for place in range(1, len(names) + 1)]
        for (lv, en, name), weight in zip(names, weights, strict=True):
            of_feed = share * weight / sum(weights)
            latvian = WHOLE.get(name, name)
            shares[f"/kalendari/{lv}{'/' * bool(lv)}{latvian}.ics"] = of_feed * LANGUAGES["lv"]
            shares[f"/en/calendars/{en}{'/' * bool(en)}{name}.ics"] = of_feed * LANGUAGES["en"]
    return shares


def fullest_minute(subscribers: int, *, seed: int = 2026) -> list[Poll]:
    """Return the polls of the fullest minute in their order, the same each time.

    Those that the full hour calls come within its first quarter of a minute, the others at any time.
    """
    chance, shares = random.Random(seed), feeds()
    polls: list[Poll] = []
    for client in CLIENTS:
        called = client.polls_an_hour * client.on_the_hour
        count = round(subscribers * client.share * client.fullest_minute)
        for path in chance.choices(list(shares), list(shares.values()), k=count):
            is_called = chance.random() < called / client.fullest_minute
            second = chance.uniform(0, 15 if is_called else 60)
            polls += [Poll(second, path, client, is_first=True)] if client.asks_first else []
            polls.append(Poll(second + 0.01 * client.asks_first, path, client))
    return sorted(polls, key=lambda poll: poll.second)
