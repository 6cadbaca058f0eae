"""Invitations to meetings, the letters about them, and what people answer."""
