"""Tensor mathematics of degradation: no records, no traces, no files."""
