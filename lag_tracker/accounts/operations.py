"""What happens to accounts."""

from datetime import datetime

from lag_tracker.models.account import SignIn


def end_sign_in(sign_in: SignIn, *, now: datetime) -> None:
    """End a signing in: its cookie opens nothing any more, wherever a copy of it may be."""
    sign_in.ended_at = now
