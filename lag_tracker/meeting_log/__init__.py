"""Logging a meeting that was held: all of it on one page."""
