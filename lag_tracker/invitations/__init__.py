"""Invitations: how people come by accounts and roles."""
