"""Two sets of pictures: whether they can be told apart, and by what."""
