"""Meetings: when, where, why to come, and what came of it."""
