"""Minutes of a meeting: what came of it, from a draft to approval."""
