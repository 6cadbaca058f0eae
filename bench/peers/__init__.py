"""Other programs that serve calendars, set up so that they can be measured."""
