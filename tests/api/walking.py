"""Walk through the interface as a program does: by the addresses in its answers alone."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import Client

HOME = "/api/v1"
LISTS = ("bodies", "networks", "organizations", "meetings", "decisions", "papers", "topics", "milestones")


def path_of(address: str) -> str:
    """Return an address without its host."""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def asked(client: Client, place: str) -> Any:
    """Return what stands at an address."""
    answer = client.get(path_of(place))
    assert answer.status_code == 200, (place, answer.text)
    return answer.json


def walked(client: Client, place: str) -> Iterator[dict[str, Any]]:
    """Yield the records of a list, page by page."""
    following: str | None = place
    while following:
        page = asked(client, following)
        yield from page["data"]
        following = page["links"]["next"]


def everything(client: Client) -> Iterator[tuple[str, str]]:
    """Yield every list and every record: its address as the description writes it, and its own."""
    yield "/v1", HOME
    for name in LISTS:
        yield f"/v1/{name}", f"{HOME}/{name}?limit=2"
        for record in walked(client, f"{HOME}/{name}?limit=2"):
            yield f"/v1/{name}/{{name}}", path_of(record["id"])
            if name == "organizations":
                yield "/v1/organizations/{name}/memberships", path_of(record["membership"])
