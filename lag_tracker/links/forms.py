"""What a person may write about links."""

from typing import Any, cast
from zlib import crc32

from lag_tracker.links.operations import LinkWords
from lag_tracker.models.meeting import LinkKind, MeetingLink
from lag_tracker.models.traits import Audience
from lag_tracker.web.fields import AddressField, ChoiceField, LineField, Needed, lazy
from lag_tracker.web.forms import RecordForm


class LinkOnPaper:
    """A link as its form shows it."""

    def __init__(self, link: MeetingLink) -> None:
        """Look at a link."""
        self.link = link
        #: Links count no changes; this differs when anything of it does.
        self.revision = crc32(repr((link.kind, link.url, link.title, link.audience)).encode())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.link, name)


class LinkForm(RecordForm):
    """A link: what it leads to, where, its name in both languages, and who may follow it."""

    kind = ChoiceField(lazy("What it is"), of=LinkKind, default=LinkKind.DOCUMENT)
    url = AddressField(lazy("Address"), [Needed(lazy("Enter the address, such as https://example.lv/page."))])
    title_lv = LineField(lazy("Title in Latvian"))
    title_en = LineField(lazy("Title in English"))
    audience = ChoiceField(lazy("Who may see it"), of=Audience, default=Audience.PUBLIC)

    @property
    def words(self) -> LinkWords:
        """What was filled in, by column."""
        return cast("LinkWords", self.values)
