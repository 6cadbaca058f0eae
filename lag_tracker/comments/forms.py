"""What members and the public may say about a meeting or an initiative."""

from typing import Any

from flask_babel import gettext
from wtforms.validators import ValidationError

from lag_tracker.models.comment import Comment
from lag_tracker.models.traits import Audience
from lag_tracker.web.fields import ChoiceField, LineField, Needed, TextField, lazy
from lag_tracker.web.forms import RecordForm
from lag_tracker.web.public_forms import PublicForm

#: Longer thoughts are better brought to a meeting.
LONGEST_COMMENT = 5000
SOMETHING = lazy("Write the comment.")


def short_enough(_form: Any, field: Any) -> None:
    """Refuse a comment that nobody would read."""
    if field.data and len(field.data) > LONGEST_COMMENT:
        raise ValidationError(gettext("This may hold %(most)d characters; shorten it.", most=LONGEST_COMMENT))


class CommentForm(RecordForm):
    """What a member says, and who may read it where the group hears everyone."""

    text = TextField(lazy("Comment"), [Needed(SOMETHING), short_enough])
    audience = ChoiceField(
        lazy("Who reads it"), of=Audience, among=[Audience.MEMBERS, Audience.PUBLIC], default=Audience.MEMBERS
    )

    def __init__(self, comment: Comment | None = None, *, is_open: bool) -> None:
        """Show a comment; where the group does not hear everyone, it is for members in any case."""
        super().__init__(comment)
        if not is_open:
            del self.audience

    @property
    def readers(self) -> Audience:
        """Who may read it."""
        return Audience(self.audience.data) if "audience" in self else Audience.MEMBERS


class PublicCommentForm(PublicForm):
    """What somebody without an account says."""

    text = TextField(lazy("Comment"), [Needed(SOMETHING), short_enough])
    name = LineField(lazy("Your name"), longest=100)
