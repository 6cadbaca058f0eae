"""Who belongs to a group."""
