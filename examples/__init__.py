"""Programs to read, and to begin with."""
