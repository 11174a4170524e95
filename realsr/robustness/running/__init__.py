"""Models meet pictures: planned, answered, scored, kept."""
