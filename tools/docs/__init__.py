"""Builders of documentation: the reference of operators and their contact sheets."""
