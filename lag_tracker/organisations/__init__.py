"""Organisations whom members represent."""
