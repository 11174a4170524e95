"""Light that falls from one side to the other."""

from __future__ import annotations

from typing import Any

import torch
from pydantic import Field

from degrade.operators.base import Group, Parameters
from degrade.operators.ladders import along
from degrade.operators.row import Forms, Operator, Words


class FallingLightParameters(Parameters):
    fall: float = Field(ge=0, le=1, description="of the light, from the left border to the right")


def falling_light(canvas: torch.Tensor, group: Group[FallingLightParameters]) -> torch.Tensor:
    columns = torch.arange(canvas.shape[3], dtype=torch.float64, device=canvas.device)
    last = (group.widths() - 1).clamp(min=1).view(-1, 1)
    light = 1.0 - group.floats("fall").view(-1, 1) * columns / last
    return canvas * light.to(canvas.dtype)[:, None, None, :]


FALLING_LIGHT = Operator(
    name="falling_light",
    version=1,
    parameters=FallingLightParameters,
    forms=Forms(kernel=falling_light),
    words=Words(
        phrase=lambda record: f"light falling by {100 * record.fall:.0f} %",
        summary="Light that falls linearly from the left border to the right.",
        formula="y = x (1 - fall j / (W - 1))",
        source="ours",
    ),
    ladder=along("fall", 0.2, 0.5, 0.8),
)

ROWS: tuple[Operator[Any], ...] = (FALLING_LIGHT,)
