"""How people are offered to be ticked."""

from collections import Counter

from lag_tracker.models.group import Membership
from lag_tracker.web.formatting import plain


def people_to_tick(members: list[Membership]) -> list[tuple[int, str]]:
    """Return each membership with how it is offered: by name, and where two are called so, by whom they represent."""
    names = Counter(one.person.name for one in members if one.person)
    return [(one.id, _words(one, names[one.person.name] > 1 if one.person else True)) for one in members]


def _words(member: Membership, is_organisation_told: bool) -> str:  # noqa: FBT001 -- nobody else calls it
    names = [member.person.name] if member.person else []
    organisation = [plain(member.organisation.name)] if member.organisation and is_organisation_told else []
    return ", ".join(names + organisation)
