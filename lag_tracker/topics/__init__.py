"""Topics and every meeting that discussed them."""
