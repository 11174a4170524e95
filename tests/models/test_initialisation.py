"""Initial weights where the paper states them, and what they imply."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from realsr.models.drcn import DRCN
from realsr.models.initialisation import identity_
from realsr.models.table import build
from realsr.models.upsampling import enlarge
from tests.models.reduced import noise, small


def convolutions(network: nn.Module) -> list[nn.Conv2d | nn.ConvTranspose2d]:
    return [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]


def follows(weight: Tensor, deviation: float) -> bool:
    """Mean 0 and this deviation, to five standard errors of a normal sample."""
    count = weight.numel()
    mean = abs(weight.mean().item()) < 5 * deviation / math.sqrt(count)
    return mean and weight.std().item() == pytest.approx(deviation, rel=5 / math.sqrt(2 * count))


def full(name: str, **arguments: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return build(name, **{"scale": 4, **arguments})


def test_srcnn_starts_from_a_narrow_normal() -> None:
    for layer in convolutions(full("srcnn")):
        assert follows(layer.weight, 1e-3)
        assert layer.bias is not None
        assert not layer.bias.any()


def test_fsrcnn_starts_its_deconvolution_narrowly_and_the_rest_by_he() -> None:
    *body, deconvolution = convolutions(full("fsrcnn"))
    assert isinstance(deconvolution, nn.ConvTranspose2d)
    assert follows(deconvolution.weight, 1e-3)
    for layer in body:
        assert follows(layer.weight, math.sqrt(2 / layer.weight[0].numel()))


@pytest.mark.parametrize("name", ["vdsr", "srdensenet"])
def test_he_normal_weights_without_bias(name: str) -> None:
    for layer in convolutions(full(name)):
        assert follows(layer.weight, math.sqrt(2 / layer.weight[0].numel()))
        assert layer.bias is not None
        assert not layer.bias.any()


@pytest.mark.parametrize("name", ["rrdbnet", "ms_lapsrn", "msrresnet"])
def test_residual_branches_start_at_a_tenth(name: str) -> None:
    network = full(name)
    branch = {"rrdbnet": "body.0.rdb1.conv2", "ms_lapsrn": "block.3", "msrresnet": "body.0.conv1"}
    weight = network.get_submodule(branch[name]).weight
    assert isinstance(weight, Tensor)
    assert follows(weight, 0.1 * math.sqrt(2 / weight[0].numel()))


def test_identity_hands_every_channel_on() -> None:
    layer = nn.Conv2d(5, 5, 3, padding=1)
    identity_(layer)
    x = noise(1, 5, 6, 7)
    assert torch.equal(layer(x), x)


def test_all_recursions_of_an_untrained_drcn_agree_and_sr_is_their_mean() -> None:
    network = small("drcn", 3)
    assert isinstance(network, DRCN)
    lr = noise(1, 3, 5, 6)
    *inner, sr = network.outputs(lr)
    answers = torch.stack(inner)
    assert answers.shape == (3, 1, 3, 15, 18)
    assert torch.equal(sr, network(lr))
    assert torch.allclose(answers, answers[:1].expand_as(answers), atol=1e-6)
    assert torch.allclose(network(lr), answers.mean(dim=0), atol=1e-6)


def test_sr_of_drcn_is_the_weighted_sum_of_its_recursions() -> None:
    network = small("drcn", 2)
    assert isinstance(network, DRCN)
    with torch.no_grad():
        network.weights.copy_(torch.tensor([0.0, 2.0, -0.5]))
        network.inference.weight.mul_(0.7)
    lr = noise(1, 3, 4, 4)
    _, second, third, _ = network.outputs(lr)
    assert torch.allclose(network(lr), 2 * second - 0.5 * third, atol=1e-5)


@pytest.mark.parametrize(("name", "last"), [("vdsr", "residual.4"), ("drrn", "exit.1")])
def test_a_residual_network_that_adds_nothing_is_bicubic(name: str, last: str) -> None:
    network = small(name, 3)
    layer = network.get_submodule(last)
    assert isinstance(layer, nn.Conv2d)
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    lr = noise(1, 3, 6, 5)
    assert torch.equal(network(lr), enlarge(lr, 3))
