"""Every architecture computes what its paper says: written once more, in float64, on random weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from realsr.models.table import ARCHITECTURES, build
from tests.models.independent import content, generators, progressive, residual

SMALL = {"blocks": 2, "features": 4}

EVALUATIONS: Mapping[str, tuple[Any, dict[str, Any]]] = {
    "srcnn": (content.srcnn, {"features": (5, 4)}),
    "fsrcnn": (content.fsrcnn, {"features": 6, "shrunk": 4, "mappings": 2}),
    "fsrcnn_s": (content.fsrcnn, {"features": 5, "shrunk": 3, "mappings": 1}),
    "espcn": (content.espcn, {"features": (6, 5)}),
    "vdsr": (content.vdsr, {"depth": 4, "features": 4}),
    "drcn": (content.drcn, {"features": 4, "recursions": 3}),
    "drrn": (content.drrn, {"blocks": 2, "units": 2, "features": 4, "batch_norm": True}),
    "edsr": (residual.edsr, {**SMALL, "residual_weight": 0.1}),
    "edsr_baseline": (residual.edsr, {**SMALL, "residual_weight": 1.0}),
    "mdsr": (residual.mdsr, SMALL),
    "mdsr_baseline": (residual.mdsr, SMALL),
    "carn": (residual.carn, {"features": 4, "groups": 1, "shared": False}),
    "carn_m": (residual.carn, {"features": 4, "groups": 2, "shared": True}),
    "srdensenet": (content.srdensenet, {**SMALL, "layers": 3, "growth": 2}),
    "rdn": (residual.rdn, {**SMALL, "layers": 3, "growth": 2}),
    "rcan": (residual.rcan, {**SMALL, "groups": 2, "reduction": 2}),
    "lapsrn": (progressive.lapsrn, {"depth": 2, "features": 4}),
    "ms_lapsrn": (progressive.ms_lapsrn, {"depth": 2, "recursions": 2, "features": 4}),
    "prosr_l": (
        progressive.prosr,
        {"start": 4, "growth": 2, "units": ((2, 2), (2, 1), (1,)), "residual": 0.2, "widest": 312},
    ),
    "prosr_s": (
        progressive.prosr,
        {"start": 6, "growth": 2, "units": ((2, 2), (2, 1), (1,)), "residual": None, "widest": 6},
    ),
    "srresnet": (residual.srresnet, SMALL),
    "msrresnet": (residual.msrresnet, SMALL),
    "enhancenet": (residual.enhancenet, SMALL),
    "rrdbnet": (generators.rrdbnet, {**SMALL, "growth": 3}),
    "sftgan": (generators.sftgan, {**SMALL, "prior": "texture", "conditions": 5}),
    "srvgg": (
        generators.srvgg,
        {"convolutions": 2, "features": 4, "activation": "prelu", "base": "nearest"},
    ),
    "noise_srvgg": (
        generators.srvgg,
        {
            "convolutions": 2,
            "features": 4,
            "activation": "prelu",
            "base": "nearest",
            "noise_channels": 2,
        },
    ),
}
"""An architecture's evaluation, and its reduced arguments; all of them are handed to both."""

VARIANTS: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("srcnn", 2, {"middle": 1}),
    ("srcnn", 3, {"middle": 3}),
    ("drrn", 2, {"batch_norm": False}),
    ("lapsrn", 4, {"kernel": 4}),
    ("ms_lapsrn", 2, {"kernel": 4}),
    ("sftgan", 4, {"prior": "segmentation", "classes": 3}),
    ("srvgg", 2, {"activation": "relu"}),
    ("srvgg", 3, {"activation": "leakyrelu", "base": "bilinear"}),
)
"""What an argument beside the sizes changes."""

CASES = [
    *((name, scale, {}) for name in EVALUATIONS for scale in ARCHITECTURES[name].scales),
    *VARIANTS,
]


def test_every_architecture_has_an_evaluation() -> None:
    assert {row.name for row in ARCHITECTURES.values()} == set(EVALUATIONS)


@pytest.mark.parametrize(
    ("name", "scale", "more"), CASES, ids=lambda each: str(each).replace("{}", "")
)
def test_a_network_is_what_its_paper_says(name: str, scale: int, more: dict[str, Any]) -> None:
    by_hand, reduced = EVALUATIONS[name]
    arguments = {**reduced, "scale": scale, **more}
    generator = torch.Generator().manual_seed(1)
    channels = ARCHITECTURES[name].channels
    network = build(name, channels=channels, **arguments).double().eval()
    state = _random(network, generator)
    network.load_state_dict(state)
    lr = torch.rand(2, channels, 5, 7, generator=generator, dtype=torch.float64)
    told = _told(name, arguments, lr, generator)
    with torch.no_grad():
        found, expected = network(lr, *told), by_hand(state, arguments, lr, *told)
    assert found.shape == expected.shape == (2, channels, 5 * scale, 7 * scale)
    assert (found - expected).abs().max() <= 1e-6 * expected.abs().max()


def _random(network: nn.Module, generator: torch.Generator) -> dict[str, Tensor]:
    """Weights and statistics of about one output a unit of input, so that no part drowns in another."""
    state = {}
    for key, value in network.state_dict().items():
        drawn = torch.randn(value.shape, generator=generator, dtype=torch.float64)
        fan = max(value[0].numel(), 1) if value.ndim > 1 else 4
        state[key] = drawn.abs() + 0.1 if "running_var" in key else drawn / fan**0.5
    return state


def _told(
    name: str, arguments: dict[str, Any], lr: Tensor, generator: torch.Generator
) -> list[Tensor]:
    """Noise, or maps of classes, where the network is given them."""
    batch, _, height, width = lr.shape
    if name == "noise_srvgg":
        shape = (batch, arguments["noise_channels"], height, width)
    elif "classes" in arguments:
        scale = arguments["scale"]
        shape = (batch, arguments["classes"], scale * height, scale * width)
    else:
        return []
    return [torch.randn(shape, generator=generator, dtype=torch.float64)]
