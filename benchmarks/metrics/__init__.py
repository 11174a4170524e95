"""Whether metrics find what they are for."""
