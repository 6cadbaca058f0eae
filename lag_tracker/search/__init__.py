"""Search over all records, without regard to accents and endings."""
