"""The agenda of a meeting and who speaks."""
