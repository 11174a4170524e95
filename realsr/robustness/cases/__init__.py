"""What models are shown: test sets, frozen as files before any model sees them."""
