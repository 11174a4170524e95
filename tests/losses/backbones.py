"""Backbones of random weights, written where a test can load them by path."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from realsr.backbones.networks import BACKBONES, Backbone, BackboneName


def random_file(name: BackboneName, deepest: str, folder: Path, seed: int = 0) -> Path:
    """Weights of a backbone as far as a layer, under torchvision's names."""
    generator = torch.Generator().manual_seed(seed)
    with torch.device("meta"):
        layers = BACKBONES[name].layers()
    tensors = {}
    for index, (layer, module) in enumerate(layers):
        for key, value in module.state_dict().items():
            spread = max(value[0].numel(), 1) ** -0.5 if value.ndim > 1 else 0.1
            drawn = torch.randn(value.shape, generator=generator) * spread
            tensors[f"features.{index}.{key}"] = drawn
        if layer == deepest:
            break
    path = folder / f"{name}.safetensors"
    save_file(tensors, path)
    return path


@pytest.fixture
def vgg(tmp_path: Path) -> Backbone:
    """VGG19 as far as conv2_1."""
    return Backbone(name="vgg19", weights=str(random_file("vgg19", "conv2_1", tmp_path)))
