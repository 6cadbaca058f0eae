"""Networks and who works with whom."""
