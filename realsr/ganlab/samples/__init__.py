"""Several answers of one network to one LR: how much they differ, and whether the HR could be one of them."""
