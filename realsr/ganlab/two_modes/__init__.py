"""A demonstration: two HR images behind one LR, and what each loss makes of them."""
