"""Deadlines and phases of networks and groups."""
