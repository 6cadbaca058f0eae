"""What search engines and those who watch over the server read."""
