"""Contact sheets: HR and LR side by side, with the drawn values in words."""
