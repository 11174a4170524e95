"""Metrics that need weights: where the files are, and the networks that they fill."""
