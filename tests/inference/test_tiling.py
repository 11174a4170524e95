"""Tiles that give the whole image's result, and how far networks look."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from torch import Tensor, nn

from degrade.functional.color import luma, studio_luma
from realsr.inference.errors import InferenceError
from realsr.inference.reach import Sight, measured_reach
from realsr.inference.sizes import SizeRules, mirrored_to
from realsr.inference.tiling import windows
from realsr.inference.upscaler import Tiling, Upscaler
from realsr.models.upsampling import enlarge
from tests.models.reduced import noise, small


def upscaler(name: str, scale: int, **more: object) -> Upscaler:
    return Upscaler(small(name, scale).eval(), scale, 3, name, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("espcn", 3),
        ("fsrcnn", 2),
        ("carn_m", 4),
        ("vdsr", 2),
        ("lapsrn", 4),
        ("rrdbnet", 2),
        ("sftgan", 4),
        ("srvgg", 4),
    ],
)
@pytest.mark.parametrize("size", [(70, 93), (40, 7), (48, 64)])
def test_tiles_give_the_whole_images_result(name: str, scale: int, size: tuple[int, int]) -> None:
    model, images = upscaler(name, scale), noise(2, 3, *size)
    assert model.reach is not None
    torch.testing.assert_close(model(images, Tiling(20)), model(images), rtol=0.0, atol=1e-5)


def test_too_small_an_overlap_does_not() -> None:
    model, images = upscaler("espcn", 2), noise(1, 3, 70, 70)
    assert (model(images, Tiling(16, overlap=0)) - model(images)).abs().max() > 1e-4


def test_reach_is_that_of_the_kernels() -> None:
    # 5 x 5, 3 x 3 and 3 x 3: 2 + 1 + 1; a pixel of the enlargement depends on one of the LR.
    assert upscaler("espcn", 2).reach == 4
    dilated = nn.Conv2d(1, 1, 3, padding=5, dilation=5)
    assert measured_reach(dilated, 1, 1, 16) == 5
    assert measured_reach(lambda x: x, 1, 1, 16) == 0


def test_zero_weights_and_dead_activations_hide_nothing() -> None:
    layer = nn.Conv2d(1, 1, 7, padding=3)
    nn.init.zeros_(layer.weight)
    nn.init.constant_(layer.bias, -1.0)  # type: ignore[arg-type]
    assert measured_reach(nn.Sequential(layer, nn.ReLU()), 1, 1, 16) == 3


def test_runtimes_that_swallow_nan_are_measured_by_values() -> None:
    layer = nn.Conv2d(1, 1, 7, padding=3)
    assert measured_reach(lambda x: layer(x.nan_to_num()), 1, 1, 16) == 3


def test_networks_that_look_everywhere_are_named() -> None:
    model = upscaler("rcan", 4)
    assert model.reach is None
    images = noise(1, 3, 40, 40)
    with pytest.raises(InferenceError, match="rcan looks at the whole picture"):
        model(images, Tiling(16))
    assert torch.equal(model(images, Tiling(16, or_whole=True)), model(images))
    assert model(images, Tiling(16, overlap=8)).shape == (1, 3, 160, 160)


class Pooled(nn.Module):
    """Strides by 2, then pools by `pool`, and brings both back: it repeats itself every 2 * pool pixels."""

    def __init__(self, pool: int, *, centred: bool = False) -> None:
        super().__init__()
        self.block, self.centred = 2 * pool, centred
        self.first = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.pool = nn.MaxPool2d(pool)
        self.last = nn.Conv2d(4, 3, 1)

    def forward(self, images: Tensor) -> Tensor:
        height, width = images.shape[2:]
        down, right = (-side % self.block for side in (height, width))
        top, left = (down // 2, right // 2) if self.centred else (0, 0)
        padded = nn.functional.pad(images, (left, right - left, top, down - top), mode="replicate")
        small = self.last(self.pool(self.first(padded)))
        large = nn.functional.interpolate(small, scale_factor=self.block)
        return (images + large[..., top : top + height, left : left + width]) / 2


@pytest.mark.parametrize(("pool", "grid"), [(2, 16), (3, 48), (5, 80), (9, 144)])
def test_a_networks_own_grid_is_measured(pool: int, grid: int) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = Upscaler(Pooled(pool).eval(), 1, 3, "pooled")
    images = noise(1, 3, 310, 170)
    torch.testing.assert_close(model(images, Tiling(64)), model(images), rtol=0.0, atol=1e-5)
    assert isinstance(model.sight, Sight)
    assert model.sight.grid == grid


@pytest.mark.parametrize(
    "network",
    [Pooled(11), Pooled(4, centred=True), lambda x: x * torch.linspace(0.5, 1, x.shape[3])],
    ids=["a period of 22", "counted from the middle", "of the place"],
)
def test_networks_without_a_grid_are_taken_whole_or_refused(network: nn.Module) -> None:
    model, images = Upscaler(network, 1, 3, "odd"), noise(1, 3, 90, 100)
    with pytest.raises(
        InferenceError, match=r"odd (does not give the same again|looks at the whole)"
    ):
        model(images, Tiling(32))
    assert torch.equal(model(images, Tiling(32, or_whole=True)), model(images))


def test_windows_cover_and_keep_to_the_grid() -> None:
    found = windows(length=101, tile=30, margin=5, grid=16, shortest=32)
    assert [(each.start, each.stop) for each in found] == [(0, 32), (32, 64), (64, 96), (96, 101)]
    assert [(each.cut_start, each.cut_stop) for each in found] == [
        (0, 48),
        (16, 80),
        (48, 101),
        (64, 101),
    ]


def _in_eights(images: Tensor) -> Tensor:
    if images.shape[2] % 8 or images.shape[3] % 8 or min(images.shape[2:]) < 16:
        raise RuntimeError("size")
    return images


@pytest.mark.parametrize("size", [(16, 24), (17, 19), (1, 1), (3, 40)])
def test_size_rules_by_reflection(size: tuple[int, int]) -> None:
    model = Upscaler(_in_eights, 1, 3, "eights", sizes=SizeRules(16, 8))
    images = noise(1, 3, *size)
    assert torch.equal(model(images), images)
    assert torch.equal(model(images, Tiling(16)), images)


def test_mirrored_as_torch_reflects() -> None:
    images = noise(1, 2, 6, 9)
    expected = nn.functional.pad(images, (0, 4, 0, 3), mode="reflect")
    assert torch.equal(mirrored_to(images, 9, 13), expected)
    assert mirrored_to(torch.tensor([[[[1.0, 2.0, 3.0]]]]), 1, 8).flatten().tolist() == [
        1,
        2,
        3,
        2,
        1,
        2,
        3,
        2,
    ]


def test_luma_networks_leave_chroma_to_interpolation() -> None:
    bicubic = Upscaler(partial(enlarge, scale=2), 2, 1, "luma")
    images = noise(1, 3, 9, 8)
    torch.testing.assert_close(bicubic(images), enlarge(images, 2))
    brighter = Upscaler(lambda luma: enlarge(luma, 2) + 0.1, 2, 1, "luma")
    torch.testing.assert_close(studio_luma(brighter(images)), studio_luma(enlarge(images, 2)) + 0.1)
    difference = brighter(images) - enlarge(images, 2)
    torch.testing.assert_close(difference[:, 0], difference[:, 2])
    grey = images[:, :1]
    torch.testing.assert_close(brighter(grey), brighter(grey.expand(-1, 3, -1, -1))[:, :1])


def test_a_grey_network_sees_all_levels() -> None:
    images, doubled = noise(1, 3, 9, 8), partial(nn.functional.interpolate, scale_factor=2)
    grey = Upscaler(doubled, 2, 1, "grey", sees="grey")
    assert torch.equal(grey(images[:, :1]), doubled(images[:, :1]))
    seen: list[Tensor] = []
    watched = Upscaler(lambda x: (seen.append(x), doubled(x))[1], 2, 1, "watched", sees="grey")
    result = watched(images)
    torch.testing.assert_close(seen[0], luma(images))
    torch.testing.assert_close(luma(result), doubled(luma(images)), rtol=0.0, atol=1e-6)
    difference = result - enlarge(images, 2)
    torch.testing.assert_close(difference[:, 0], difference[:, 2], rtol=0.0, atol=1e-6)


def test_promises_are_checked() -> None:
    with pytest.raises(InferenceError, match=r"expected \(1, 3, 8, 8\)"):
        Upscaler(lambda x: x, 2, 3, "liar")(noise(1, 3, 4, 4))
    with pytest.raises(InferenceError, match="c = 1"):
        upscaler("espcn", 2)(noise(1, 2, 4, 4))
