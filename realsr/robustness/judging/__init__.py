"""What the numbers of a run come to. Nothing here writes or runs a model."""
