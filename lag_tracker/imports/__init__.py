"""Members out of a file."""
