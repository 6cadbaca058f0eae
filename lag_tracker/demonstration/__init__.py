"""The demonstration records: facts from public pages and one invented group."""
