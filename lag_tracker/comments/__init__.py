"""What is said about meetings and initiatives."""
