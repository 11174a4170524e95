"""Pictures: found, opened within bounds, cut, brought to numbers and back."""
