"""What is done with the folder of a training."""
