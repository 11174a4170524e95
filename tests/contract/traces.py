"""Batches of images and traces that differ from sample to sample."""

from __future__ import annotations

import torch

import degrade
from degrade.geometry import Size
from tests.contract.samples import image

SIZES = [Size(64, 64), Size(48, 80), Size(96, 52), Size(64, 64)]


def batch(count: int) -> torch.Tensor:
    return torch.stack([image(Size(64, 64), 3, seed) for seed in range(count)])


def traces(name: str, count: int) -> list[degrade.Trace]:
    keys = degrade.keys(0, [f"photo{i}" for i in range(count)])
    return degrade.draw(degrade.load_pipeline(name), keys)
