"""Planning a meeting: from nothing, or from the last one."""
