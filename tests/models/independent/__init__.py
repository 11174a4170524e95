"""Every architecture written once more from its paper: explicit weights by name, calls of torch.nn.functional."""
