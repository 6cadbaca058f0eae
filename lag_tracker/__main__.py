"""`python -m lag_tracker` is the command `lag-tracker`."""

from lag_tracker.cli import main

main()
