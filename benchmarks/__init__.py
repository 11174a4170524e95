"""Benchmarks that anyone can run; each writes its figures with their conditions."""
