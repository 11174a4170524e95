"""The generators of GAN-based, progressive and conditioned super-resolution: sizes, counts, gradients."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from realsr.models.base import Architecture
from realsr.models.enhancenet import ENHANCENET_ROW
from realsr.models.lapsrn import LAPSRN_ROW
from realsr.models.ms_lapsrn import MS_LAPSRN_ROW
from realsr.models.msrresnet import MSRRESNET_ROW
from realsr.models.noise_srvgg import NOISE_SRVGG_ROW
from realsr.models.prosr import PROSR_L_ROW, PROSR_S_ROW
from realsr.models.rrdbnet import RRDBNET_ROW
from realsr.models.sftgan import SFTGAN_ROW
from realsr.models.srresnet import SRRESNET_ROW
from realsr.models.srvgg import SRVGG_ROW

Row = Architecture[Any]

SMALL: list[tuple[Row, dict[str, Any]]] = [
    (SRRESNET_ROW, {"blocks": 2, "features": 8}),
    (MSRRESNET_ROW, {"blocks": 2, "features": 8}),
    (ENHANCENET_ROW, {"blocks": 2, "features": 8}),
    (RRDBNET_ROW, {"blocks": 1, "features": 8, "growth": 4}),
    (SFTGAN_ROW, {"blocks": 2, "features": 8, "conditions": 4}),
    (SRVGG_ROW, {"convolutions": 2, "features": 8}),
    (NOISE_SRVGG_ROW, {"convolutions": 2, "features": 8, "noise_channels": 2}),
    (LAPSRN_ROW, {"depth": 2, "features": 8}),
    (MS_LAPSRN_ROW, {"depth": 2, "recursions": 3, "features": 8}),
    (PROSR_L_ROW, {"start": 8, "growth": 4, "units": ((2, 2), (2,), (2,))}),
    (PROSR_S_ROW, {"start": 8, "growth": 4, "units": ((2, 2), (2,), (2,))}),
]
EVERY_SCALE = [(row, small, scale) for row, small in SMALL for scale in row.scales]


def built(row: Row, scale: int, **arguments: Any) -> nn.Module:
    torch.manual_seed(0)
    return row.build(row.arguments(scale=scale, **arguments)).eval()


def images(row: Row, *size: int, seed: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    channels = row.arguments.model_fields["channels"].default
    return torch.rand(2, channels, *size, generator=generator)


@pytest.mark.parametrize(
    ("row", "small", "scale"), EVERY_SCALE, ids=[f"{r.name}_x{s}" for r, _, s in EVERY_SCALE]
)
@pytest.mark.parametrize("size", [(7, 10), (5, 3)])
def test_any_size_becomes_scale_times_as_large(
    row: Row, small: dict[str, Any], scale: int, size: tuple[int, int]
) -> None:
    lr = images(row, *size)
    with torch.no_grad():
        sr = built(row, scale, **small)(lr)
    assert sr.shape == (2, lr.shape[1], scale * size[0], scale * size[1])
    assert sr.dtype == torch.float32
    assert torch.isfinite(sr).all()


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("row", "small"), SMALL, ids=[row.name for row, _ in SMALL])
def test_any_number_of_channels(row: Row, small: dict[str, Any], channels: int) -> None:
    network = built(row, row.scales[-1], channels=channels, **small)
    with torch.no_grad():
        assert network(torch.rand(1, channels, 5, 6)).shape[1] == channels


@pytest.mark.parametrize(("row", "small"), SMALL, ids=[row.name for row, _ in SMALL])
def test_a_gradient_reaches_every_parameter(row: Row, small: dict[str, Any]) -> None:
    network = built(row, row.scales[-1], **small).train()
    lr = images(row, 8, 8)
    if row is NOISE_SRVGG_ROW:
        results = [network(lr, network.draw(lr, torch.Generator().manual_seed(0)))]
    elif row in (PROSR_L_ROW, PROSR_S_ROW):
        # A head and a reconstruction for each scale: one network is trained at all of them.
        results = [network(lr, scale=scale) for scale in (2, 4, 8)]
    else:
        results = [network(lr)]
    sum(result.square().sum() for result in results).backward()
    unreached = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert unreached == []


@pytest.mark.parametrize(("row", "small"), SMALL, ids=[row.name for row, _ in SMALL])
def test_an_image_does_not_depend_on_its_batch(row: Row, small: dict[str, Any]) -> None:
    network = built(row, row.scales[-1], **small)
    lr = images(row, 6, 5)
    with torch.no_grad():
        torch.testing.assert_close(network(lr)[1:], network(lr[1:]), rtol=0, atol=2e-6)


COUNTS: list[tuple[Row, dict[str, Any], int]] = [
    (SRRESNET_ROW, {"scale": 4}, 1_549_462),
    (MSRRESNET_ROW, {"scale": 4}, 1_517_571),
    (ENHANCENET_ROW, {"scale": 4}, 852_867),
    (RRDBNET_ROW, {"scale": 4}, 16_697_987),
    (RRDBNET_ROW, {"scale": 4, "blocks": 16}, 11_662_019),
    (RRDBNET_ROW, {"scale": 4, "blocks": 6}, 4_467_779),
    (SFTGAN_ROW, {"scale": 4}, 1_833_763),
    (SRVGG_ROW, {"scale": 4}, 621_424),
    (SRVGG_ROW, {"scale": 4, "features": 32, "convolutions": 8}, 89_040),
    (NOISE_SRVGG_ROW, {"scale": 4}, 621_424 + 17 * 8 * 64),
    # Published: 812K at x4 for the weights alone; here with 1,474 biases.
    (LAPSRN_ROW, {"scale": 4}, 812_768 + 1_474),
    (LAPSRN_ROW, {"scale": 4, "kernel": 4}, 871_586),
    (LAPSRN_ROW, {"scale": 2, "kernel": 4}, 436_113),
    # Published: 222K, weights alone, for every number of recursions and every scale.
    (MS_LAPSRN_ROW, {"scale": 2, "recursions": 2}, 222_352 + 449),
    (MS_LAPSRN_ROW, {"scale": 8}, 222_352 + 449),
    (PROSR_L_ROW, {"scale": 4}, 13_427_206),
    (PROSR_L_ROW, {"scale": 8}, 15_537_609),
    (PROSR_S_ROW, {"scale": 4}, 1_671_560),
    (PROSR_S_ROW, {"scale": 8}, 2_550_191),
]


@pytest.mark.parametrize(
    ("row", "arguments", "count"), COUNTS, ids=[f"{r.name}-{n}" for r, _, n in COUNTS]
)
def test_parameters_are_as_many_as_in_the_paper(
    row: Row, arguments: dict[str, Any], count: int
) -> None:
    with torch.device("meta"):
        network = row.build(row.arguments(**arguments))
    assert sum(parameter.numel() for parameter in network.parameters()) == count


def test_srresnet_of_zeros_is_mid_grey() -> None:
    """Its HR lives in [-1, 1]: nothing is the middle of the range."""
    network = built(SRRESNET_ROW, 2, blocks=1, features=4)
    for parameter in network.parameters():
        nn.init.zeros_(parameter)
    assert torch.equal(network(torch.rand(1, 3, 4, 4)), torch.full((1, 3, 8, 8), 0.5))


@pytest.mark.parametrize(
    "row", [ENHANCENET_ROW, PROSR_L_ROW, PROSR_S_ROW], ids=lambda row: row.name
)
def test_a_silent_network_is_bicubic_enlargement(row: Row) -> None:
    from realsr.models.upsampling import enlarge

    small = next(small for each, small in SMALL if each is row)
    network = built(row, 4, **small)
    for parameter in network.parameters():
        nn.init.zeros_(parameter)
    lr = images(row, 6, 7)
    assert torch.equal(network(lr), enlarge(lr, 4))


def test_unshuffling_extends_by_border_pixels_and_cuts_back() -> None:
    network = built(RRDBNET_ROW, 2, blocks=1, features=8, growth=4)
    lr = images(RRDBNET_ROW, 5, 7)
    extended = nn.functional.pad(lr, (0, 1, 0, 1), mode="replicate")
    with torch.no_grad():
        assert torch.equal(network(lr), network(extended)[..., :10, :14])
