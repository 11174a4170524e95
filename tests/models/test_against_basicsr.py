"""Our networks beside BasicSR's: the same keys, and the same output from the same weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from realsr.models.checkpoints import load_weights
from realsr.models.discriminators import build_discriminator
from realsr.models.msrresnet import MSRResNet, MSRResNetArguments
from realsr.models.rrdbnet import RRDBNet, RRDBNetArguments
from realsr.models.srvgg import SRVGG, SRVGGArguments
from tests.models.peers import basicsr


def same(ours: nn.Module, theirs: nn.Module, x: torch.Tensor) -> None:
    """Keys one to one in any order, and equal output after the weights have been handed over."""
    ours.eval(), theirs.eval()
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    ours.load_state_dict(theirs.state_dict())
    with torch.no_grad():
        expected = theirs(x.clone())
        torch.testing.assert_close(ours(x), expected, rtol=0, atol=2e-6)
    assert float(expected.std()) > 1e-4


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_rrdbnet(scale: Any) -> None:
    theirs = basicsr("rrdbnet_arch").RRDBNet(
        3, 3, scale=scale, num_feat=8, num_block=2, num_grow_ch=4
    )
    arguments = RRDBNetArguments(scale=scale, blocks=2, features=8, growth=4)
    same(RRDBNet(arguments), theirs, torch.rand(2, 3, 8, 12))


@pytest.mark.parametrize("activation", ["prelu", "relu", "leakyrelu"])
def test_srvgg(activation: Any) -> None:
    theirs = basicsr("srvgg_arch").SRVGGNetCompact(
        num_feat=8, num_conv=3, upscale=3, act_type=activation
    )
    arguments = SRVGGArguments(scale=3, features=8, convolutions=3, activation=activation)
    same(SRVGG(arguments), theirs, torch.rand(2, 3, 7, 5))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_msrresnet(scale: Any) -> None:
    theirs = basicsr("srresnet_arch").MSRResNet(num_feat=8, num_block=2, upscale=scale)
    arguments = MSRResNetArguments(scale=scale, blocks=2, features=8)
    same(MSRResNet(arguments), theirs, torch.rand(2, 3, 7, 5))


@pytest.mark.parametrize("skips", [True, False])
def test_unet_discriminator(skips: bool) -> None:
    """Its spectral norm is torch's older one: the dialect renames it."""
    theirs = basicsr("discriminator_arch").UNetDiscriminatorSN(3, 8, skip_connection=skips)
    ours = build_discriminator("unet_sn", features=8, skips=skips)
    x = torch.rand(2, 3, 32, 40)
    theirs(x.clone())
    assert load_weights(ours, {"params": theirs.state_dict()}).complete
    with torch.no_grad():
        expected = theirs.eval()(x.clone())
        torch.testing.assert_close(ours.eval()(x), expected, rtol=0, atol=2e-6)
    assert float(expected.std()) > 1e-4


@pytest.mark.parametrize(("size", "stages"), [(128, 5), (256, 6)])
def test_vgg_discriminator_by_position(size: int, stages: int) -> None:
    """Their keys name each layer, ours are a chain: the same tensors in the same order."""
    torch.manual_seed(0)
    theirs = basicsr("discriminator_arch").VGGStyleDiscriminator(3, 4, input_size=size).eval()
    ours = build_discriminator("vgg", features=4, size=size, stages=stages).eval()
    values = theirs.state_dict().values()
    ours.load_state_dict(dict(zip(ours.state_dict(), values, strict=True)))
    x = torch.rand(2, 3, size, size)
    with torch.no_grad():
        torch.testing.assert_close(ours(x), theirs(x.clone()))
