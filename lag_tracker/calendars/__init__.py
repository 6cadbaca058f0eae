"""Calendar pages and feeds."""
