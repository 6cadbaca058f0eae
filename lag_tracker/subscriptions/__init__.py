"""Which calendars there are to subscribe to, and under which addresses."""
