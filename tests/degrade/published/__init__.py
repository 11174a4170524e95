"""What papers' code draws, field by field, beside what the pipelines of that name draw."""
