"""Measures amisdk beside the other clients; ``make bench`` writes docs/benchmarks.md."""
