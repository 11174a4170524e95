"""Upsamplers: exact sizes, bicubic as MATLAB has it, and which of them draw a checkerboard."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from degrade.functional.matlab import imresize, line_by_factor
from realsr.models.upsampling import UPSAMPLERS, bilinear_, enlarge, steps_of, sub_pixel, transposed
from tests.models.reduced import noise

FEATURES = 6
SILENT = ("interpolate", "sub_pixel_icnr", "nearest_conv")
LOUD = ("transposed", "sub_pixel")


def checkerboard(images: Tensor, period: int) -> float:
    """Share of the energy that the mean over one period lacks: variance of the phases / mean square."""
    phases = functional.pixel_unshuffle(images.double(), period).mean(dim=(2, 3))
    by_phase = phases.view(images.shape[1], period**2)
    return float(by_phase.var(dim=1, correction=0).mean() / images.double().square().mean())


def seeded(name: str, scale: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module: nn.Module = UPSAMPLERS[name](FEATURES, scale)
        return module


def interior(name: str, scale: int) -> Tensor:
    """What an upsampler makes of constant features, two LR pixels off the border and more."""
    constant = noise(1, FEATURES, 1, 1).expand(1, FEATURES, 12, 12)
    with torch.no_grad():
        result: Tensor = seeded(name, scale)(constant)
    return result[..., 4 * scale : -4 * scale, 4 * scale : -4 * scale]


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("name", SILENT)
def test_no_checkerboard_at_the_start(name: str, scale: int) -> None:
    assert checkerboard(interior(name, scale), scale) < 1e-10


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("name", LOUD)
def test_a_checkerboard_at_the_start(name: str, scale: int) -> None:
    assert checkerboard(interior(name, scale), scale) > 1e-2


def test_the_registry_is_the_silent_and_the_loud() -> None:
    assert set(UPSAMPLERS) == {*SILENT, *LOUD}


def test_checkerboard_energy_of_a_drawn_one() -> None:
    """1 and 3 in columns: variance 1, mean square 5."""
    drawn = torch.tensor([1.0, 3.0]).repeat(4).expand(1, 1, 8, 8)
    assert checkerboard(drawn, 2) == pytest.approx(0.2)
    assert checkerboard(torch.full((1, 1, 6, 6), 2.0), 3) == 0.0


def test_equal_kernels_of_a_transposed_convolution_overlap_unevenly_unless_the_stride_divides() -> (
    None
):
    """Odena et al.: kernel 3 at stride 2 sums 1, 2 or 4 weights a pixel, kernel 4 always 4."""
    for kernel, silent in ((3, False), (4, True)):
        layer = transposed(1, 1, 2, kernel, bias=False)
        nn.init.ones_(layer.weight)
        with torch.no_grad():
            result = layer(torch.ones(1, 1, 8, 8))[..., 4:-4, 4:-4]
        assert (checkerboard(result, 2) == 0.0) == silent


@pytest.mark.parametrize("name", sorted(UPSAMPLERS))
@pytest.mark.parametrize("scale", [1, 2, 3, 4, 8])
def test_every_upsampler_gives_the_exact_size(name: str, scale: int) -> None:
    x = noise(2, FEATURES, 3, 5)
    assert seeded(name, scale)(x).shape == (2, FEATURES, 3 * scale, 5 * scale)


def test_steps_of_a_scale() -> None:
    steps = {scale: steps_of(scale) for scale in (1, 2, 3, 4, 6, 8)}
    assert steps == {1: (), 2: (2,), 3: (3,), 4: (2, 2), 6: (6,), 8: (2, 2, 2)}
    with pytest.raises(ValueError, match="scale 0"):
        steps_of(0)


@pytest.mark.parametrize(
    ("kernel", "factor"), [(3, 2), (3, 3), (4, 2), (4, 3), (4, 4), (9, 2), (9, 3), (9, 4)]
)
def test_transposed_gives_exactly_factor_times_the_size(kernel: int, factor: int) -> None:
    assert transposed(2, 1, factor, kernel)(noise(1, 2, 5, 7)).shape == (
        1,
        1,
        5 * factor,
        7 * factor,
    )


@pytest.mark.parametrize("factor", [2, 4])
def test_bilinear_weights_continue_a_ramp(factor: int) -> None:
    """Output pixel i lies at (i + 1/2) / factor - 1/2 of the input, and channels stay apart."""
    layer = transposed(2, 2, factor, 2 * factor, bias=False)
    bilinear_(layer)
    ramp = torch.arange(6.0).expand(6, 6)
    with torch.no_grad():
        result = layer(torch.stack([ramp, 2 * ramp.T])[None])
    position = (torch.arange(6.0 * factor) + 0.5) / factor - 0.5
    inside = slice(factor, -factor)
    expected = position[inside].expand(4 * factor, -1)
    assert torch.allclose(result[0, 0, inside, inside], expected, atol=1e-5)
    assert torch.allclose(result[0, 1, inside, inside], 2 * expected.T, atol=1e-5)


def matlab(images: Tensor, scale: int) -> Tensor:
    rows, columns = (
        [line_by_factor(side, scale, True, "symmetric")] * len(images) for side in images.shape[2:]
    )
    return imresize(images, rows, columns, eight_bit=False)


@pytest.mark.parametrize("scale", [2, 3, 4, 5])
@pytest.mark.parametrize("size", [(9, 7), (3, 2), (1, 4)])
def test_enlarge_is_matlabs_imresize(scale: int, size: tuple[int, int]) -> None:
    images = noise(2, 3, *size)
    expected = matlab(images, scale)
    assert torch.allclose(enlarge(images, scale).double(), expected, rtol=0, atol=1e-6)
    assert torch.allclose(enlarge(images.double(), scale), expected, rtol=0, atol=1e-12)


def test_enlarge_by_one_is_the_image_and_gradients_pass() -> None:
    image = noise(1, 2, 4, 3).double().requires_grad_()
    assert enlarge(image, 1) is image
    assert torch.autograd.gradcheck(lambda x: enlarge(x, 3), image)


def test_icnr_starts_as_nearest_enlargement_of_a_convolution() -> None:
    layers = sub_pixel(4, 3, after=2, icnr=True)
    x = noise(1, 4, 5, 5)
    with torch.no_grad():
        result = layers(x)
    assert torch.equal(result, functional.interpolate(result[..., 1::3, 1::3], scale_factor=3.0))


def test_sub_pixel_activates_before_or_behind_the_shuffle() -> None:
    def kinds(**options: bool) -> list[str]:
        return [type(layer).__name__ for layer in sub_pixel(4, 4, nn.ReLU, **options)]

    assert kinds() == ["Conv2d", "PixelShuffle", "ReLU"] * 2
    assert kinds(before_shuffle=True) == ["Conv2d", "ReLU", "PixelShuffle"] * 2
