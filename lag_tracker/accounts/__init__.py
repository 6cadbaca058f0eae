"""Accounts: signing in, invitations, rights."""
