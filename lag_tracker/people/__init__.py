"""People on record."""
