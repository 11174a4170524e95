"""Generators with a second input: noise, and maps of what stands where."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from realsr.models.noise_srvgg import NoiseSRVGG, NoiseSRVGGArguments
from realsr.models.sftgan import SFTGAN, SFTGANArguments
from realsr.models.srvgg import SRVGG, SRVGGArguments
from realsr.models.texture_prior import KINDS, texture_prior


def noisy() -> NoiseSRVGG:
    torch.manual_seed(0)
    return NoiseSRVGG(NoiseSRVGGArguments(scale=2, convolutions=3, features=8)).eval()


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


LR = torch.rand(2, 3, 6, 7, generator=seeded(5))


def test_without_noise_it_is_srvgg_to_the_bit() -> None:
    network = noisy()
    plain = SRVGG(SRVGGArguments(scale=2, convolutions=3, features=8))
    plain.load_state_dict({k: v for k, v in network.state_dict().items() if "inject" not in k})
    with torch.no_grad():
        assert torch.equal(network(LR), plain(LR))
        assert torch.equal(network(LR, torch.zeros(2, 8, 6, 7)), plain(LR))


def test_one_lr_has_several_hr_and_each_z_has_one() -> None:
    network = noisy()
    with torch.no_grad():
        first = network.sample(LR, seeded(1), count=3)
        again = network.sample(LR, seeded(1), count=3)
        z = network.draw(LR, seeded(1))
        assert torch.equal(network(LR, z), first[:, 0])
    assert first.shape == (2, 3, 3, 12, 14)
    assert torch.equal(first, again)
    assert (first.std(dim=1) > 0).float().mean() > 0.99


def test_drawing_leaves_the_global_generator_alone_and_temperature_scales() -> None:
    network, before = noisy(), torch.get_rng_state()
    full, half = network.draw(LR, seeded(2)), network.draw(LR, seeded(2), temperature=0.5)
    assert torch.equal(half, full / 2)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_z_of_another_shape_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"z has shape \(2, 8, 3, 3\); this LR needs \(2, 8, 6, 7\)"
    ):
        noisy()(LR, torch.zeros(2, 8, 3, 3))


def sftgan(**arguments: Any) -> SFTGAN:
    torch.manual_seed(0)
    return SFTGAN(SFTGANArguments(scale=4, blocks=2, features=8, **arguments)).eval()


def one_class(index: int) -> torch.Tensor:
    maps = torch.zeros(2, 8, 24, 28)
    maps[:, index] = 1.0
    return maps


def test_other_maps_give_another_texture_for_the_same_lr() -> None:
    network = sftgan(prior="segmentation")
    with torch.no_grad():
        sky, grass = network(LR, one_class(1)), network(LR, one_class(3))
        assert torch.equal(sky, network(LR, one_class(1)))
    assert (sky - grass).abs().mean() > 1e-5


def test_a_map_acts_where_it_stands() -> None:
    network, lr = sftgan(prior="segmentation"), torch.rand(1, 3, 6, 40)
    maps = torch.zeros(1, 8, 24, 160)
    maps[:, 1] = 1.0
    other = maps.clone()
    other[..., :4] = maps.roll(1, dims=1)[..., :4]
    with torch.no_grad():
        difference = (network(lr, maps) - network(lr, other)).abs().amax(dim=(0, 1, 2))
    assert difference[:4].min() > 0
    assert difference[60:].max() == 0


def test_segmentation_asks_for_its_maps_and_for_their_size() -> None:
    network = sftgan(prior="segmentation")
    with pytest.raises(ValueError, match=r"needs class maps of shape \(2, 8, 24, 28\)"):
        network(LR)
    with pytest.raises(ValueError, match="maps have shape"):
        network(LR, torch.zeros(2, 8, 6, 7))
    with pytest.raises(ValueError, match="classes 5: the texture prior has 8 maps"):
        sftgan(classes=5)


def test_the_texture_prior_is_a_membership() -> None:
    prior = texture_prior(LR, 4)
    assert prior.shape == (2, len(KINDS), 24, 28)
    assert prior.min() >= 0.0
    torch.testing.assert_close(prior.sum(dim=1), torch.ones(2, 24, 28))


def test_the_texture_prior_of_a_flat_image_is_its_brightness_up_to_the_border() -> None:
    expected = torch.zeros(1, len(KINDS), 9, 11)
    expected[:, 0], expected[:, 1] = 0.2, 0.8
    torch.testing.assert_close(texture_prior(torch.full((1, 3, 9, 11), 0.8), 1), expected)


def gratings(degrees: float, contrast: float = 0.4) -> torch.Tensor:
    angle = torch.deg2rad(torch.tensor(degrees))
    y, x = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
    wave = torch.sin((x * torch.cos(angle) + y * torch.sin(angle)) * 0.8)
    return (0.5 + contrast * wave).expand(1, 3, 32, 32)


@pytest.mark.parametrize("degrees", [0, 45, 90, 135])
def test_lines_are_told_by_the_direction_of_their_gradient(degrees: int) -> None:
    mean = texture_prior(gratings(degrees), 1)[0, :, 8:-8, 8:-8].mean(dim=(1, 2))
    assert KINDS[int(mean.argmax())] == f"lines_{degrees}"
    assert mean.max() > 0.8


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (torch.full((1, 3, 16, 16), 0.05), "flat_dark"),
        (torch.full((1, 3, 16, 16), 0.95), "flat_bright"),
        (0.5 + 0.5 * (torch.rand(1, 1, 64, 64, generator=seeded(3)) - 0.5), "strong_texture"),
        (0.5 + 0.1 * (torch.rand(1, 1, 64, 64, generator=seeded(3)) - 0.5), "fine_texture"),
    ],
)
def test_flat_areas_and_grain_are_told_apart(image: torch.Tensor, kind: str) -> None:
    mean = texture_prior(image, 1)[0].mean(dim=(1, 2))
    assert KINDS[int(mean.argmax())] == kind


def test_gradients_pass_the_texture_prior_of_a_flat_image() -> None:
    flat = torch.full((1, 3, 9, 9), 0.5, requires_grad=True)
    texture_prior(flat, 2).square().sum().backward()
    assert flat.grad is not None
    assert torch.isfinite(flat.grad).all()
