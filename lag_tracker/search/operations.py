"""Keep the search entries true to the records."""

from sqlalchemy.orm import Session

from lag_tracker.models.changes import Changes


def refresh_search(session: Session, *, changes: Changes) -> None:
    """Write anew the search entries of the records that `changes` touch."""
