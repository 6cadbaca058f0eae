"""Meetings planned together by a rule, each going its own way from then on."""
