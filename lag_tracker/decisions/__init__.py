"""Decisions of the groups."""
