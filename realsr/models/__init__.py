"""Networks of super-resolution: one file an architecture, one table of rows."""
