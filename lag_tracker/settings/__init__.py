"""What the body that runs the site decides: its name, whom to ask, and for how long things are kept."""
