"""A pipeline fitted to photographs: candidates' LR are measured as the photographs are, and matched to them."""
