"""Planted bugs, and whether the tests see them: `python -m tools.mutants`, or `make mutants`."""
