"""The scripts that are measured, each run by the Python or Node of its own environment."""
