"""The desk: what needs a manager today."""
