"""Strips are the whole picture's rows; alpha tints nothing; what is no number is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from realsr.images.raster import Pixels
from realsr.inference import memory
from realsr.inference import strips as module
from realsr.inference.errors import InferenceError
from realsr.inference.interpolation import interpolation
from realsr.inference.loading import load
from realsr.inference.pictures import read_picture
from realsr.inference.strips import Enlarging, enlarged, strips
from realsr.inference.upscaler import Tiling, Upscaler
from tests.models.reduced import small

NETWORKS = {
    "espcn": (small("espcn", 2), 2, 3),
    "luma": (small("espcn", 2, channels=1), 2, 1),
}


def upscaler(name: str) -> Upscaler:
    if name not in NETWORKS:
        return interpolation(name, 3)
    network, scale, channels = NETWORKS[name]
    return Upscaler(network.eval(), scale, channels, name)


def picture(channels: int, kind: type, size: tuple[int, int] = (70, 83)) -> Pixels:
    most = np.iinfo(kind).max
    pixels = np.random.default_rng(0).integers(0, most + 1, (*size, channels)).astype(kind)
    if channels in (2, 4):
        pixels[10:40, 20:50, -1] = 0
        pixels[45:, :, -1] = most
    return pixels


@pytest.mark.parametrize("name", ["espcn", "luma", "bicubic", "lanczos"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_strips_are_the_whole(
    monkeypatch: pytest.MonkeyPatch, name: str, channels: int, kind: type
) -> None:
    pixels, model = picture(channels, kind), upscaler(name)
    whole = enlarged(pixels, Enlarging(model))
    monkeypatch.setattr(module, "STRIP", whole[:1].nbytes * 20 * model.scale)
    shares: list[float] = []
    rows = list(strips(pixels, Enlarging(model, Tiling(32)), shares.append))
    assert len(rows) == 5
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    tiled = np.concatenate(rows)
    assert tiled.dtype == kind
    assert np.abs(tiled.astype(int) - whole.astype(int)).max() <= (1 if kind == np.uint8 else 8)


def on_white(pixels: Pixels) -> np.ndarray:
    alpha = pixels[..., -1:] / 255
    return pixels[..., :-1] * alpha + 255 * (1 - alpha)


@pytest.mark.data
@pytest.mark.parametrize("alpha", ["bicubic", "model"])
@pytest.mark.parametrize("name", ["bicubic", "lanczos", "nearest", "espcn", "srvgg"])
def test_a_white_disc_over_transparent_black_stays_white(
    shared_data: Path, name: str, alpha: str
) -> None:
    disc = read_picture(shared_data / "cases" / "pictures" / "disc.png", 10**6).pixels
    weights = shared_data / "models" / "torch_spandrel"
    if name == "espcn":
        model = Upscaler(Enhancing().eval(), 2, 3, name)
    elif name == "srvgg":
        model = load(weights / "realesr-animevideov3-x4_from_ncnn_fp16.pth")
    else:
        model = interpolation(name, 4)
    result = enlarged(disc, Enlarging(model, alpha=alpha))  # type: ignore[arg-type]
    assert result[..., -1].max() == 255
    assert result[..., -1].min() == 0
    assert on_white(result).min() >= 254


class Enhancing(nn.Module):
    """Sharpens, as networks do."""

    def forward(self, images: Tensor) -> Tensor:
        large = nn.functional.interpolate(images, scale_factor=2, mode="bilinear")
        return 3 * large - 2 * nn.functional.avg_pool2d(large, 5, 1, 2, count_include_pad=False)


def test_interpolation_is_that_of_colours_multiplied_by_alpha() -> None:
    pixels, model = picture(4, np.uint8), interpolation("bicubic", 2)
    values = torch.from_numpy(pixels / 255).float().permute(2, 0, 1)[None]
    alpha = model(values[:, 3:])
    colours = model(values[:, :3] * values[:, 3:]) / alpha
    result = enlarged(pixels, Enlarging(model))
    clear = (alpha > 0.05)[0, 0].numpy()
    expected = 255 * colours[0].permute(1, 2, 0).numpy().clip(0, 1)
    assert np.abs(result[..., :3] - expected)[clear].max() <= 0.51


def test_opaque_alpha_costs_nothing_and_changes_nothing() -> None:
    pixels, calls = picture(3, np.uint8), []
    double = interpolation("bicubic", 2)
    model = Upscaler(lambda x: (calls.append(1), double(x))[1], 2, 3, "counted")
    opaque = np.concatenate([pixels, np.full((*pixels.shape[:2], 1), 255, np.uint8)], axis=2)
    result = enlarged(opaque, Enlarging(model))
    assert len(calls) == 1
    assert (result[..., 3] == 255).all()
    assert np.array_equal(result[..., :3], enlarged(pixels, Enlarging(double)))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_answers_that_are_no_numbers_are_told(value: float) -> None:
    def broken(images: Tensor) -> Tensor:
        large = nn.functional.interpolate(images, scale_factor=2)
        large[..., 3, 5] = value
        return large

    with pytest.raises(InferenceError, match="broken gives values that are no numbers"):
        enlarged(picture(3, np.uint8), Enlarging(Upscaler(broken, 2, 3, "broken")))


def test_what_does_not_fit_is_refused_before_it_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 10**5)
    with pytest.raises(InferenceError, match=r"at once, which takes about 0.0 GB .* use tiles"):
        enlarged(picture(3, np.uint8), Enlarging(interpolation("bicubic", 2)))
    assert enlarged(picture(3, np.uint8, (9, 9)), Enlarging(interpolation("bicubic", 2))).size


def test_memory_is_known_where_the_system_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:    4000 kB\n")
    monkeypatch.setattr(memory, "_MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_GROUP", tmp_path)
    assert memory.available() == 4_096_000
    (tmp_path / "memory.max").write_text("3000000\n")
    (tmp_path / "memory.current").write_text("2500000\n")
    (tmp_path / "memory.stat").write_text("anon 5\ninactive_file 1000000\n")
    assert memory.available() == 1_500_000
    monkeypatch.setattr(memory, "_MEMORY", tmp_path / "absent")
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.available() is None
