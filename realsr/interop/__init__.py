"""Other projects' files, read into this one's forms."""
