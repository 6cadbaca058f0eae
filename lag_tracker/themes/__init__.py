"""Themes that networks and initiatives share."""
