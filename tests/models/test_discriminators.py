"""Discriminators and the ranker: counts, sizes, features, spectral norm, the LR beside the image."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from realsr.models.discriminators import DISCRIMINATORS, Discriminator, build_discriminator
from realsr.models.discriminators.base import TellsClasses
from realsr.models.discriminators.multi_scale import MultiScaleDiscriminator
from realsr.models.errors import ModelError
from realsr.models.ranker import Ranker, RankerArguments


def built(name: str, **arguments: Any) -> Discriminator:
    torch.manual_seed(0)
    return build_discriminator(name, **arguments)


def images(side: int, channels: int = 3, batch: int = 2) -> torch.Tensor:
    generator = torch.Generator().manual_seed(side)
    return torch.rand(batch, channels, side, side, generator=generator)


SMALL: dict[str, dict[str, Any]] = {
    "vgg": {"features": 4},
    "unet_sn": {"features": 4},
    "patch": {"features": 4},
    "srgan": {"features": 4},
    "sftgan": {"features": 4, "classes": 3},
    "enhancenet": {"features": 4},
    "multi_scale": {"member_arguments": {"features": 4, "layers": 2}, "sizes": 2},
}


def test_every_discriminator_is_tried_here() -> None:
    assert set(SMALL) == set(DISCRIMINATORS)


@pytest.mark.parametrize(
    ("name", "arguments", "count"),
    [
        ("vgg", {"size": 128}, 14_499_401),
        ("vgg", {}, 14_499_401),
        ("vgg", {"size": 296}, 17_827_401),
        ("vgg", {"size": 256, "stages": 6}, 21_055_049),
        ("unet_sn", {}, 4_376_897),
        ("patch", {}, 2_765_633),
        ("patch", {"norm": "none"}, 2_764_737),
        ("srgan", {"size": 96}, 23_565_505),
        ("srgan", {}, 23_565_505),
        ("sftgan", {"size": 96}, 10_813_717),
        ("sftgan", {}, 10_813_717),
        ("enhancenet", {"size": 128}, 13_102_881),
        ("multi_scale", {}, 3 * 2_765_633),
    ],
)
def test_parameters_are_as_many_as_published(
    name: str, arguments: dict[str, Any], count: int
) -> None:
    with torch.device("meta"):
        discriminator = build_discriminator(name, **arguments)
    assert sum(parameter.numel() for parameter in discriminator.parameters()) == count


def test_the_ranker_has_the_discriminators_convolutions_and_one_score() -> None:
    with torch.device("meta"):
        ranker = Ranker(RankerArguments())
    head = 512 * 100 + 100 + 100 + 1
    discriminator_head = 512 * 16 * 100 + 100 + 100 + 1
    count = sum(parameter.numel() for parameter in ranker.parameters())
    assert count == 14_499_401 - discriminator_head + head
    small = Ranker(RankerArguments(features=4))
    assert small(images(32)).shape == small(images(75)).shape == (2, 1)


@pytest.mark.parametrize("side", [32, 45, 96, 131, 160])
@pytest.mark.parametrize("name", SMALL)
def test_any_size_is_judged(name: str, side: int) -> None:
    discriminator = built(name, **SMALL[name]).eval()
    with torch.no_grad():
        logits, features = discriminator.judge(images(side))
        assert torch.equal(discriminator(images(side)), logits)
    assert logits.shape[0] == 2
    assert torch.isfinite(logits).all()
    assert len(features) >= 3
    assert all(feature.shape[0] == 2 for feature in features)


def test_logits_stand_where_they_judge() -> None:
    side = images(64)
    assert built("vgg", features=4)(side).shape == (2, 1)
    assert built("unet_sn", features=4)(side).shape == (2, 1, 64, 64)
    assert built("patch", features=4)(side).shape == (2, 1, 6, 6)


def test_a_patch_logit_sees_70_pixels() -> None:
    discriminator = built("patch", features=4, norm="none")
    x = torch.rand(1, 3, 128, 128, requires_grad=True)
    logits = discriminator(x)
    logits[0, 0, 7, 7].backward()
    assert x.grad is not None
    rows = x.grad.abs().sum(dim=(0, 1, 3)).nonzero().flatten()
    assert int(rows.max() - rows.min()) + 1 == 70


@pytest.mark.parametrize("name", SMALL)
def test_a_gradient_reaches_every_parameter_and_the_image(name: str) -> None:
    discriminator = built(name, **SMALL[name])
    x = images(64).requires_grad_()
    judged = discriminator.judge(x)
    heads = [judged.logits]
    if isinstance(discriminator, TellsClasses):
        heads.append(discriminator.classes_of(judged))
    sum(head.square().sum() for head in heads).backward()
    unreached = [n for n, p in discriminator.named_parameters() if p.grad is None]
    assert unreached == []
    assert x.grad is not None
    assert x.grad.abs().sum() > 0


@pytest.mark.parametrize(("name", "size"), [("vgg", 128), ("srgan", 96), ("enhancenet", 128)])
def test_the_papers_form_equals_the_adaptive_one_and_refuses_other_sizes(
    name: str, size: int
) -> None:
    fixed, adaptive = built(name, features=4, size=size).eval(), built(name, features=4).eval()
    adaptive.load_state_dict(fixed.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(fixed(images(size)), adaptive(images(size)))
        with pytest.raises(ValueError, match=f"built for {size} x {size} pixels and got 64 x 64"):
            fixed(images(64))


def test_a_size_that_the_paper_form_cannot_have_is_refused() -> None:
    with pytest.raises(ValueError, match="size 128 leaves 8 pixels, not 6"):
        built("srgan", size=128)


@pytest.mark.parametrize("name", ["unet_sn", "patch"])
def test_spectral_norm_bounds_every_normalised_layer(name: str) -> None:
    extra = {"norm": "spectral"} if name == "patch" else {}
    discriminator = built(name, features=4, **extra).train()
    for parameter in discriminator.parameters():
        parameter.data.mul_(30.0)
    for _ in range(60):
        discriminator(images(32))
    layers = [layer for layer in discriminator.modules() if parametrize.is_parametrized(layer)]
    assert len(layers) == (8 if name == "unet_sn" else 5)
    for layer in layers:
        largest = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), ord=2)
        assert float(largest) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("name", SMALL)
def test_a_discriminator_in_use_can_be_copied(name: str) -> None:
    """For averaged weights and for probes; torch's older spectral norm could not be."""
    discriminator = built(name, **SMALL[name]).train()
    discriminator(images(64))
    twin = copy.deepcopy(discriminator).eval()
    with torch.no_grad():
        assert torch.equal(twin(images(64)), discriminator.eval()(images(64)))


def test_norms_of_the_patch_discriminator() -> None:
    def kinds(norm: str) -> int:
        modules = built("patch", features=4, norm=norm).modules()
        return sum(isinstance(module, nn.BatchNorm2d) for module in modules)

    assert (kinds("batch"), kinds("spectral"), kinds("none")) == (3, 0, 0)


@pytest.mark.parametrize("name", SMALL)
def test_an_lr_beside_the_image_is_seen(name: str) -> None:
    discriminator = built(name, lr_scale=4, **SMALL[name]).eval()
    hr, lr = images(64), images(16)
    with torch.no_grad():
        assert not torch.equal(discriminator(hr, lr), discriminator(hr, 1.0 - lr))
    with pytest.raises(ValueError, match=r"call it as discriminator\(images, lr\)"):
        discriminator(hr)
    with pytest.raises(ValueError, match="do not agree at lr_scale 4"):
        discriminator(hr, images(32))


def test_multi_scale_puts_its_members_logits_side_by_side() -> None:
    discriminator = built("multi_scale", **SMALL["multi_scale"]).eval()
    assert isinstance(discriminator, MultiScaleDiscriminator)
    x = images(64)
    half = nn.functional.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
    with torch.no_grad():
        each = discriminator.judge_each(x)
        assert torch.equal(each[0].logits, discriminator.members[0](x))
        assert torch.equal(each[1].logits, discriminator.members[1](half))
        side_by_side = torch.cat([judgement.logits.flatten(1) for judgement in each], dim=1)
        assert torch.equal(discriminator(x), side_by_side)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ModelError, match="no discriminator 'unet'; did you mean 'unet_sn'"):
        build_discriminator("unet")
    with pytest.raises(
        ModelError, match="vgg: unknown argument 'feature'; did you mean 'features'"
    ):
        build_discriminator("vgg", feature=32)
