"""Networks between two: the mixture itself, its measures, and the curve on paper."""

from __future__ import annotations

import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import degrade
from realsr.ganlab.degraded import cases
from realsr.ganlab.interpolation.curve import ALPHAS, Point, as_rows, curve
from realsr.ganlab.interpolation.measures import high_band_energy, luma_psnr
from realsr.ganlab.interpolation.report import report
from realsr.inference.errors import InferenceError
from realsr.inference.mixing import mixed
from realsr.models.table import build
from tests.pages.alone import SVG


class Repeats(torch.nn.Module):
    """SR = gain x nearest x2: linear in its only weight, so weights and images mix alike."""

    def __init__(self, gain: float = 1.0) -> None:
        super().__init__()
        self.gain = torch.nn.Parameter(torch.tensor([gain]))
        self.register_buffer("seen", torch.tensor(3))

    def forward(self, lr: torch.Tensor) -> torch.Tensor:
        return self.gain * torch.nn.functional.interpolate(lr, scale_factor=2.0)


def picture(seed: int = 0, side: int = 32) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 0.2 + 0.5 * torch.rand(3, side, side, generator=generator)


def test_a_mixture_by_hand() -> None:
    first = {"w": torch.tensor([1.0, 2.0]), "n": torch.tensor(7)}
    second = {"w": torch.tensor([5.0, 0.0]), "n": torch.tensor(9)}
    quarter = mixed(first, second, 0.25)
    assert torch.equal(quarter["w"], torch.tensor([2.0, 1.5]))
    assert int(quarter["n"]) == 7
    assert int(mixed(first, second, 0.75)["n"]) == 9


def test_the_ends_are_the_networks_themselves_and_stay_apart() -> None:
    states = [build("srvgg", scale=2, features=4, convolutions=1).state_dict() for _ in range(2)]
    for alpha, end in zip((0.0, 1.0), states, strict=True):
        found = mixed(*states, alpha)
        assert all(torch.equal(found[name], value) for name, value in end.items())
        next(iter(found.values())).zero_()
    assert all(float(next(iter(state.values())).abs().sum()) > 0 for state in states)


def test_what_cannot_be_mixed_is_refused() -> None:
    state = {"w": torch.zeros(2)}
    with pytest.raises(InferenceError, match="nothing lies between"):
        mixed(state, {"w": torch.zeros(3)}, 0.5)
    with pytest.raises(InferenceError, match="nothing lies between"):
        mixed(state, {"w": torch.zeros(2), "b": torch.zeros(1)}, 0.5)


def test_beyond_the_ends_it_extrapolates_and_counters_are_the_nearer_end_s() -> None:
    first = {"w": torch.tensor([1.0, 2.0]), "n": torch.tensor(7)}
    second = {"w": torch.tensor([5.0, 0.0]), "n": torch.tensor(9)}
    for alpha, weights, count in ((1.5, [7.0, -1.0], 9), (-0.5, [-1.0, 3.0], 7)):
        found = mixed(first, second, alpha)
        assert torch.equal(found["w"], torch.tensor(weights))
        assert int(found["n"]) == count
        assert found["n"] is not second["n"]


def test_psnr_of_a_known_difference() -> None:
    hr = torch.full((3, 8, 8), 100 / 255)
    # One level of grey is 219 / 255 of a level of luma; the border's error does not count.
    sr = torch.full((3, 8, 8), 101.2 / 255)
    sr[:, 0] = 0.0
    expected = -10 * math.log10((219 / 255 / 255) ** 2)
    assert luma_psnr(sr, hr, border=1) == pytest.approx(expected, abs=1e-6)


def test_energy_of_the_high_band() -> None:
    side = 64
    x = torch.arange(side, dtype=torch.float64) / side
    fine, coarse = (torch.cos(2 * math.pi * waves * x).expand(3, side, side) for waves in (24, 4))
    hr = 0.5 + 0.1 * fine + 0.2 * coarse
    assert high_band_energy(hr, hr) == pytest.approx(1.0)
    assert high_band_energy(0.5 + 0.05 * fine + 0.3 * coarse, hr) == pytest.approx(0.25, rel=1e-3)
    assert high_band_energy(0.5 + 0.2 * coarse, hr) < 1e-4


def test_of_a_linear_network_both_mixtures_are_one() -> None:
    tests = cases({"a": picture(0), "b": picture(1)}, degrade.load_pipeline("bicubic", 2))
    network = Repeats()
    points = curve(network, Repeats(0.6).state_dict(), Repeats(1.0).state_dict(), tests)
    half = len(ALPHAS)
    assert [point.alpha for point in points] == [*ALPHAS, *ALPHAS]
    for by_weights, by_images in zip(points[:half], points[half:], strict=True):
        assert by_weights.psnr == pytest.approx(by_images.psnr, abs=1e-3)
        assert by_weights.high_band_energy == pytest.approx(by_images.high_band_energy, rel=1e-5)
    assert points[half - 1].lr_consistency > points[0].lr_consistency + 5
    # Energy is quadratic in the gain.
    ratio = points[0].high_band_energy / points[half - 1].high_band_energy
    assert ratio == pytest.approx(0.36, rel=1e-4)
    assert network.gain.item() == 1.0


def test_the_truth_is_consistent_with_an_lr_that_has_noise() -> None:
    case = cases({"a": picture(side=63)}, degrade.load_pipeline("dn_x3", 3))[0]
    assert case.consistency(case.pair.hr) == math.inf
    assert case.consistency(case.pair.hr * 0.9) < 40
    (row,) = as_rows([Point("weights", 0.0, 30.0, case.consistency(case.pair.hr), 1.0)])
    assert row["lr_consistency"] is None


def test_two_checkpoints_to_a_table_and_a_page(tmp_path: Path) -> None:
    (tmp_path / "photographs").mkdir()
    for name in "ab":
        pixels = np.random.default_rng(ord(name)).integers(0, 255, (34, 41, 3), np.uint8)
        cv2.imwrite(str(tmp_path / "photographs" / f"{name}.png"), pixels)
    network = build("srvgg", scale=2, features=4, convolutions=1)
    states = [build("srvgg", scale=2, features=4, convolutions=1).state_dict() for _ in range(2)]
    save_file(states[0], tmp_path / "content.safetensors")
    torch.save({"params": states[1]}, tmp_path / "gan.pth")
    given = torch.get_rng_state()
    files = tmp_path / "content.safetensors", tmp_path / "gan.pth", [tmp_path / "photographs"]
    outs = [tmp_path / "one", tmp_path / "two"]
    points, _ = (report(network, *files, "second_order", out, scale=2) for out in outs)
    assert torch.equal(torch.get_rng_state(), given)
    table, text = (outs[0] / f"interpolation.{kind}" for kind in ("json", "html"))
    assert table.read_bytes() == (outs[1] / "interpolation.json").read_bytes()
    data = json.loads(table.read_text())
    assert data["images"] == ["a", "b"]
    assert [row["psnr"] for row in data["points"]] == [point.psnr for point in points]
    page = text.read_text()
    assert page.count("<polyline") == 6
    assert "http" not in page.replace(SVG, "")
    assert "src=" not in page
    assert f"{points[2].high_band_energy:.3f}" in page
