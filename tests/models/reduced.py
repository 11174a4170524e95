"""Small forms of every architecture, by which the tests of all rows run in seconds.

A new row of the table needs an entry here; from it follow the contract's tests and the overfitting test.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch import nn

from realsr.conditions.network import NoiseConditioned
from realsr.models.base import Architecture
from realsr.models.scales import MultiScale
from realsr.models.table import ARCHITECTURES, build


class Reduced(NamedTuple):
    """arguments: all but scale and channels. rate: Adam's step in the overfitting test. falls: by what
    factor 200 steps lower the squared error of one patch, at least. of_bicubic: what remains, as a share of
    bicubic enlargement's error, at most. local: SR depends on a neighbourhood of at most `REACH` LR pixels
    on each side and on nothing else. shift: LR pixels by which a shift of the LR is one of the SR, and the unit of
    the neighbourhood."""

    arguments: Mapping[str, Any]
    rate: float = 5e-3
    falls: float = 30.0
    of_bicubic: float = 0.5
    local: bool = True
    shift: int = 1


REACH = 24

REDUCED: Mapping[str, Reduced] = MappingProxyType(
    {
        # Weights from N(0, 1e-3^2): half of the 200 steps pass before it leaves the patch's mean colour.
        "srcnn": Reduced({"features": (32, 16)}, rate=3e-3, falls=8.0, of_bicubic=2.0),
        "fsrcnn": Reduced({"features": 16, "shrunk": 8, "mappings": 2}),
        "fsrcnn_s": Reduced({"features": 16}),
        "espcn": Reduced({"features": (16, 8)}),
        "vdsr": Reduced({"depth": 5, "features": 24}, rate=2e-3),
        "drcn": Reduced({"features": 24, "recursions": 3}, rate=2e-3),
        "drrn": Reduced({"features": 16, "units": 2}),
        "edsr": Reduced({"blocks": 2, "features": 16}),
        "edsr_baseline": Reduced({"blocks": 2, "features": 16}),
        "mdsr": Reduced({"blocks": 1, "features": 12}),
        "mdsr_baseline": Reduced({"blocks": 1, "features": 12}),
        "carn": Reduced({"features": 8}, falls=15.0),
        "carn_m": Reduced({"features": 8}, falls=15.0),
        "srdensenet": Reduced({"blocks": 2, "layers": 2, "growth": 8, "features": 16}),
        "rdn": Reduced({"blocks": 2, "layers": 2, "growth": 8, "features": 12}),
        # Its attention averages over the whole image.
        "rcan": Reduced({"groups": 1, "blocks": 2, "features": 12, "reduction": 4}, local=False),
        "lapsrn": Reduced({"depth": 3, "features": 16}),
        "ms_lapsrn": Reduced({"depth": 2, "recursions": 2, "features": 16}),
        "prosr_l": Reduced({"start": 16, "growth": 8, "units": ((2,), (2,), (2,))}),
        "prosr_s": Reduced({"start": 16, "growth": 8, "units": ((2,), (2,), (2,))}),
        "srresnet": Reduced({"blocks": 2, "features": 16}),
        "msrresnet": Reduced({"blocks": 2, "features": 16}),
        # It starts at bicubic enlargement.
        "enhancenet": Reduced({"blocks": 2, "features": 16}, falls=15.0),
        # At x1 and x2 it folds blocks of 4 x 4 and 2 x 2 pixels into channels.
        "rrdbnet": Reduced({"blocks": 1, "features": 16, "growth": 8}, shift=4),
        # Its texture prior looks at the statistics of the whole image.
        "sftgan": Reduced({"blocks": 2, "features": 16, "conditions": 8}, rate=1e-3, local=False),
        "srvgg": Reduced({"convolutions": 3, "features": 16}),
        "noise_srvgg": Reduced({"convolutions": 3, "features": 16}),
    }
)

CASES = [(row.name, scale) for row in ARCHITECTURES.values() for scale in row.scales]
"""Every architecture at every scale of its paper."""

SMALLEST = [
    (row.name, min(scale for scale in row.scales if scale > 1)) for row in ARCHITECTURES.values()
]
"""Every architecture once, at the smallest scale that enlarges."""


def small(name: str, scale: int, channels: int = 3, seed: int = 0) -> nn.Module:
    """The reduced network with the same initial weights at every call."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build(name, scale=scale, channels=channels, **REDUCED[name].arguments)


def told(network: nn.Module, lr: torch.Tensor) -> dict[str, torch.Tensor]:
    """What else a network takes, by the names of its arguments."""
    if isinstance(network, NoiseConditioned):
        return {"z": noise(len(lr), network.noise_channels, *lr.shape[-2:], seed=2) - 0.5}
    return {}


def scales_of(network: nn.Module) -> tuple[int, ...] | None:
    """Scales that a network holds weights for, None where there is but one."""
    return network.scales if isinstance(network, MultiScale) else None


def row_of(name: str) -> Architecture[Any]:
    return ARCHITECTURES[name]


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    """Uniform values in [0, 1), the same at every call."""
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))
