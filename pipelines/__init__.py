"""Named pipelines, as package data."""
