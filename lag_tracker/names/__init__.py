"""The names of groups, networks and municipalities, which every list shows and which hardly ever change."""
