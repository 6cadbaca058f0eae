"""Groups: who they are, what is next, what they have done."""
