"""Applying traces to images: the executor alone knows devices, raggedness, choice and order."""

from degrade.execute.apply import Engine, Gradient, apply, apply_hr, apply_lr, placement
from degrade.execute.processes import Processes

__all__ = ["Engine", "Gradient", "Processes", "apply", "apply_hr", "apply_lr", "placement"]
