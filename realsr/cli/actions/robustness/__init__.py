"""What `realsr robustness` does."""
