"""Demonstrations that bring their own photographs."""
