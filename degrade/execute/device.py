"""Which of an operator's forms a device runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from degrade.functional import gpu
from degrade.operators.base import Group
from degrade.operators.row import Operator

Form = Callable[[torch.Tensor, Group[Any]], torch.Tensor]
"""(canvas, group) -> canvas."""


def runs_packed(device: torch.device) -> bool:
    """Whether samples run packed, by Triton's kernels."""
    return device.type == "cuda" and gpu.usable()


def canvas_form(operator: Operator[Any]) -> Form:
    """What runs an operator on a canvas between packed samples: its form on a GPU where there is one."""
    return operator.forms.device_kernel or operator.forms.kernel
