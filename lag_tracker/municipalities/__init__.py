"""Municipalities and what they take part in."""
