"""What is one person's own: their meetings, actions, groups, words and settings."""
