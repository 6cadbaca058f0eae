"""What people have a right to: all that is kept about them, and to be forgotten."""
