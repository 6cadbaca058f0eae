"""Letters: the outbox, and how it is emptied."""
