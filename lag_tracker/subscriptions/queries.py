"""Which calendars there are to subscribe to. Asks nothing of the database that is not in the choices given."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from lag_tracker.calendars.feeds import ALL, MILESTONES, NAMES_OF_KINDS
from lag_tracker.filters.queries import Choice, Choices, Filters, selection_name, written
from lag_tracker.models.bilingual import Bilingual

GOOGLE = "https://calendar.google.com/calendar/r?cid="


class Subscription(NamedTuple):
    """A calendar to subscribe to, in one language."""

    #: As the address of its page names it, such as "group:kekava".
    calendar: str
    name: Bilingual
    #: Address of its feed inside the site.
    path: str
    #: The address people use for the site, without a slash at the end.
    base_url: str
    is_sample: bool = False
    #: The group, network or municipality whose calendar it is.
    owner: Choice | None = None
    #: True when it reaches back as far as the records do.
    shows_past: bool = False

    @property
    def calendar_key(self) -> str:
        """The key of the calendar in the database."""
        return f"{self.owner.sort}:{self.owner.id}" if self.owner else self.calendar

    def with_past(self) -> "Subscription":
        """Return the subscription to the same calendar with all that ever was."""
        return self._replace(path=f"{self.path}?past=all", shows_past=True)

    @property
    def address(self) -> str:
        """The whole address of its feed."""
        return f"{self.base_url}{self.path}"

    @property
    def webcal(self) -> str:
        """The address that opens calendar apps."""
        return f"webcal://{self.address.partition('://')[2]}"

    @property
    def google(self) -> str:
        """The address that adds the calendar to a Google account; Google wants the webcal address in it."""
        return GOOGLE + quote(self.webcal, safe="")


class Shelf(NamedTuple):
    """Makes subscriptions in one language; `path_of` gives the address of a feed by its sort and slug."""

    path_of: Callable[[str, str], str]
    base_url: str

    def take(self, sort: str, slug: str, name: Bilingual, *, is_sample: bool = False) -> Subscription:
        """Return the subscription to one calendar."""
        calendar = f"{sort}:{slug}" if slug else sort
        return Subscription(calendar, name, self.path_of(sort, slug), self.base_url, is_sample)

    def take_of(self, owner: Choice) -> Subscription:
        """Return the subscription to the calendar of a group, network or municipality."""
        return self.take(owner.sort, owner.slug, owner.name, is_sample=owner.is_sample)._replace(owner=owner)


def offers(among: Choices, shelf: Shelf) -> dict[str, list[Subscription]]:
    """Return the calendars that are worth a choice, by sort: "all", "group", "network" and so on."""
    found = {"all": [shelf.take("all", "", ALL), shelf.take("milestones", "", MILESTONES)]}
    for sort in among.of_sort:
        found[sort] = [shelf.take_of(one) for one in among.offered(sort)]
    kinds = NAMES_OF_KINDS.items()
    return found | {sort: [shelf.take(sort, *kind) for kind in names.items()] for sort, names in kinds}


def matching(filters: Filters, shelf: Shelf) -> Subscription:
    """Return the calendar that holds just what was chosen."""
    chosen, is_sample = filters.address, any(choice.is_sample for choice in filters[:3] if choice)
    if not chosen:
        return shelf.take("all", "", ALL)
    name = selection_name(filters.names)
    if len(chosen) == 1:
        ((sort, slug),) = chosen.items()
        return shelf.take(sort, slug, name, is_sample=is_sample)
    return shelf.take("selection", written(chosen), name, is_sample=is_sample)
