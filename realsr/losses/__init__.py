"""Losses of super-resolution: one file a subject, one table of rows, objectives by name."""
