"""What workers do now and then, one of them for all."""
