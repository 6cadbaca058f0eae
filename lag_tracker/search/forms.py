"""What may be typed into a search."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf, Length, Optional

from lag_tracker.models.search import Subject

LONGEST_WORDS = 200
BEST, NEWEST = "best", "newest"


class SearchForm(FlaskForm):
    """Words, a subject to narrow the results to, and their order. It changes nothing and needs no token."""

    class Meta:
        csrf = False

    q = StringField(validators=[Length(max=LONGEST_WORDS)])
    subject = StringField(validators=[Optional(), AnyOf([subject.value for subject in Subject])])
    order = StringField(validators=[Optional(), AnyOf([BEST, NEWEST])])
