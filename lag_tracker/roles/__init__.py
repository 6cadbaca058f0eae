"""Roles: what accounts may do in groups."""
