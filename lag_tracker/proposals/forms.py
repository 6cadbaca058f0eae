"""What members and the public may propose, and what a manager makes of it."""

from collections.abc import Iterable
from typing import Any

from lag_tracker.initiatives.forms import TITLE_NEEDED, said_meeting
from lag_tracker.models.bilingual import Bilingual
from lag_tracker.models.meeting import Meeting
from lag_tracker.models.proposal import Proposal, ProposalKind
from lag_tracker.proposals.operations import Proposed, TakenUp
from lag_tracker.web.fields import (
    ChoiceField,
    LineField,
    MailField,
    Needed,
    RecordField,
    TextField,
    lazy,
    one_of_two,
)
from lag_tracker.web.forms import Form
from lag_tracker.web.public_forms import PublicForm

WHAT = lazy("What do you propose?")
WHAT_NEEDED = lazy("Say in a few words what you propose.")
MORE = lazy("More about it")
CHOOSE_ANSWER = lazy("Write the answer; the proposer reads it.")


class ProposalForm(Form):
    """What a member proposes to a group of theirs."""

    kind = ChoiceField(lazy("It is"), of=ProposalKind, default=ProposalKind.INITIATIVE)
    meeting_id = RecordField(lazy("For the agenda of"), empty=lazy("for no meeting"))
    title = LineField(WHAT, [Needed(WHAT_NEEDED)], longest=300)
    text = TextField(MORE)

    def __init__(self, *, meetings: Iterable[Meeting], wanted: str = "") -> None:
        """Offer the coming meetings; `wanted` is the slug of the one whose page led here."""
        self.meetings = {meeting.id: meeting for meeting in meetings}
        chosen = next((meeting.id for meeting in self.meetings.values() if meeting.slug == wanted), None)
        given: dict[str, Any] = {"meeting_id": chosen, "kind": ProposalKind.AGENDA_ITEM} if chosen else {}
        super().__init__(data=given)
        self.meeting_id.offer((number, said_meeting(meeting)) for number, meeting in self.meetings.items())

    def proposed(self, lang: str) -> Proposed:
        """Return what was filled in, in the language of the page."""
        meeting = self.meetings.get(self.meeting_id.data or 0)
        return Proposed(self.kind.data, self.title.data or "", self.text.data, lang, meeting)


class PublicProposalForm(PublicForm):
    """What anybody proposes to a group that takes proposals from everybody."""

    kind = ChoiceField(
        lazy("It is"),
        of=ProposalKind,
        among=[ProposalKind.INITIATIVE, ProposalKind.TOPIC],
        default=ProposalKind.INITIATIVE,
    )
    title = LineField(WHAT, [Needed(WHAT_NEEDED)], longest=300)
    text = TextField(MORE)
    name = LineField(lazy("Your name"), longest=200)
    email = MailField(lazy("Your e-mail address"))

    def proposed(self, lang: str) -> Proposed:
        """Return what was filled in, in the language of the page."""
        return Proposed(self.kind.data, self.title.data or "", self.text.data, lang)


class TakeUpForm(Form):
    """What a proposal becomes, in the manager's words, and what its proposer is told."""

    kind = ChoiceField(lazy("It becomes"), of=ProposalKind)
    meeting_id = RecordField(lazy("On the agenda of"), empty=lazy("on no agenda"))
    title_lv = LineField(lazy("Title in Latvian"), [one_of_two("title_lv", "title_en", TITLE_NEEDED)], longest=500)
    title_en = LineField(lazy("Title in English"), longest=500)
    text_lv = TextField(lazy("Text in Latvian"))
    text_en = TextField(lazy("Text in English"))
    answer = TextField(lazy("Answer to the proposer"))

    def __init__(self, proposal: Proposal, *, meetings: Iterable[Meeting]) -> None:
        """Show what was proposed, and offer the coming meetings."""
        lang = proposal.language
        words = {f"title_{lang}": proposal.title, f"text_{lang}": proposal.text}
        self.meetings = {meeting.id: meeting for meeting in meetings}
        wanted = proposal.meeting_id if proposal.meeting_id in self.meetings else None
        super().__init__(data={"kind": proposal.kind, "meeting_id": wanted, **words})
        self.meeting_id.offer((number, said_meeting(meeting)) for number, meeting in self.meetings.items())

    @property
    def made(self) -> TakenUp:
        """What was filled in."""
        title = Bilingual(self.title_lv.data, self.title_en.data)
        text = Bilingual(self.text_lv.data, self.text_en.data)
        return TakenUp(self.kind.data, title, text, self.meetings.get(self.meeting_id.data or 0))


class RefuseForm(Form):
    """Why a proposal is not taken up."""

    answer = TextField(lazy("Answer to the proposer"), [Needed(CHOOSE_ANSWER)])
