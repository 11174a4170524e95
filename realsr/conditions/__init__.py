"""What a network is told beside the LR: a drawn z, and maps of what stands where."""
