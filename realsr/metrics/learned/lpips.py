"""LPIPS as a metric, on three backbones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch

from realsr.backbones.lpips import LPIPS
from realsr.backbones.networks import Backbone, BackboneName
from realsr.metrics.learned.networks import (
    Network,
    backbone_file,
    distance_row,
    in_package,
    missing,
)
from realsr.metrics.metric import Metric, WeightFile

SOURCE = "Zhang et al., CVPR 2018, version 0.1; pictures as they are, no resize; the network is the caller's"

ADVICE = "pip install 'realsr-toolkit[metrics]' brings the heads of LPIPS"


def _loaded(backbone: BackboneName, paths: Sequence[Path], device: torch.device) -> Network:
    """The network follows the pictures to their device."""
    network = LPIPS(Backbone(name=backbone, weights=str(paths[0])), paths[1])
    network.prepare()
    return network


def _row(short: str, backbone: BackboneName, least: int) -> Metric:
    name, file = f"lpips_{short}", Path("weights", "v0.1", f"{short}.pth")
    heads = WeightFile(name, lambda: in_package("lpips", file), lambda: missing(name, ADVICE))
    files = (backbone_file(backbone), heads)
    return distance_row(name, SOURCE, files, partial(_loaded, backbone), least)


LPIPS_ROWS = (
    _row("alex", "alexnet", 31),
    _row("vgg", "vgg16", 16),
    _row("squeeze", "squeezenet1_1", 17),
)
