"""Feeds that one person opens by a secret address: what they may read, as long as they may."""
