"""Tests of what surrounds a client: its secret, the process, threads, loops, signals."""
