"""Networks for several scales: the scale is an argument of the call."""

from __future__ import annotations

import pytest
import torch

from realsr.models.scales import MultiScale, MultiScaleArguments
from realsr.models.table import build
from tests.models.reduced import REDUCED, noise, small

SEVERAL = ("mdsr", "mdsr_baseline", "carn", "carn_m")
PRE = ("srcnn", "vdsr", "drcn", "drrn")


def several(name: str, scale: int) -> torch.nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return build(name, scale=scale, **REDUCED[name].arguments, scales=(2, 3, 4))


@pytest.mark.parametrize("name", SEVERAL)
def test_one_network_serves_all_its_scales(name: str) -> None:
    network, lr = several(name, 3), noise(1, 3, 5, 4)
    for scale in (2, 3, 4):
        assert network(lr, scale).shape == (1, 3, 5 * scale, 4 * scale)
    assert torch.equal(network(lr), network(lr, 3))


@pytest.mark.parametrize("name", SEVERAL)
def test_the_default_scale_changes_no_weight(name: str) -> None:
    two, four = several(name, 2), several(name, 4)
    assert isinstance(two, MultiScale)
    assert two.scales == (2, 3, 4)
    lr = noise(1, 3, 4, 4)
    assert torch.equal(two(lr, 4), four(lr))


def test_a_scale_without_weights_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"scale 3: this network has \(2,\); build it with 3"):
        small("carn", 2)(noise(1, 3, 4, 4), 3)


def test_training_one_scale_leaves_the_others_upsamplers_alone() -> None:
    network = several("carn_m", 2)
    network(noise(1, 3, 4, 4), 4).sum().backward()
    touched = {
        key.split(".")[1]
        for key, p in network.named_parameters()
        if "upsamplers" in key and p.grad is not None
    }
    assert touched == {"4"}


@pytest.mark.parametrize("name", PRE)
def test_networks_behind_bicubic_serve_any_scale(name: str) -> None:
    two, four = small(name, 2).eval(), small(name, 4).eval()
    lr = noise(1, 3, 4, 5)
    assert torch.equal(two(lr, 4), four(lr))


def test_without_scales_a_network_holds_its_own_alone() -> None:
    assert MultiScaleArguments(scale=3).held == (3,)
    assert MultiScaleArguments(scale=3, scales=(2, 3)).held == (2, 3)
