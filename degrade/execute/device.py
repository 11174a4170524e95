"""Which of an operator's forms a device runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from degrade.functional import gpu
from degrade.operators.base import Group, Operator

Form = Callable[[torch.Tensor, Group[Any]], torch.Tensor]
"""(canvas, group) -> canvas."""


def form_of(operator: Operator[Any], device: torch.device) -> Form:
    """An operator's GPU form where there is one and the device can run it, else its kernel."""
    form = operator.device_kernel
    if form is None or device.type != "cuda" or not gpu.usable():
        return operator.kernel
    return partial(_on_gpu, form, operator.kernel)


def _on_gpu(form: Form, kernel: Form, canvas: torch.Tensor, group: Group[Any]) -> torch.Tensor:
    """Triton's kernels know no gradient, and launch on the current device, whichever holds their arguments."""
    if canvas.requires_grad:
        return kernel(canvas, group)
    with torch.cuda.device(canvas.device):
        return form(canvas, group)
