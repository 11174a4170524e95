"""What is done to an answer after a network has given it."""
