"""Measuring files: what streams pictures and pairs through the estimators, and keeps what they found."""
