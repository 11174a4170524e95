"""Feature networks with their weights: under perceptual losses and learned metrics alike."""
