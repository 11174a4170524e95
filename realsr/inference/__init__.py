"""Enlarging images with any model: loading, tiles, files, and what can be done to the models themselves."""
