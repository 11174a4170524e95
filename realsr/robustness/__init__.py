"""What happens to a super-resolution model when the true degradation is not the one it was trained for."""
