"""Metrics that a network was trained for: a file and a row of the table each."""
