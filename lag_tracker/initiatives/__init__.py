"""Initiatives and where they stand."""
