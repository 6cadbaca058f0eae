"""Recordings and documents of a meeting, at their own addresses."""
