"""What lists of meetings can be narrowed to."""
