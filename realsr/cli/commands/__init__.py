"""The commands and their options. What they do is imported when they run, so that help is quick."""
