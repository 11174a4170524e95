"""What the estimators reach, on photographs that nothing was tuned on."""
