"""Who came to a meeting."""
