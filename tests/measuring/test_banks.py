"""Banks that are collected: noise from flat places alone, kernels that blur as the pairs were blurred."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from scipy.signal import convolve2d
from skimage import data
from typer.testing import CliRunner, Result

import degrade
from degrade.functional.noise_bank import read_patches
from realsr.cli.main import app
from realsr.estimation.noise_patches import noise_patches
from realsr.estimation.seen import Seen
from realsr.images.pixels import to_floats
from realsr.pairs.workers import CPU

SIGMA = 6.0


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def noisy(seed: int = 0) -> np.ndarray:
    """A sky that darkens upwards on the left, a texture on the right, both with noise of SIGMA."""
    random = np.random.default_rng(seed)
    sky = np.linspace(90, 140, 192)[:, None] * np.ones((1, 96))
    texture = 128 + 60 * np.sin(np.arange(96) / 5.0)[None] * np.ones((192, 1))
    scene = np.concatenate([sky, texture], axis=1)[..., None]
    return np.clip(np.rint(scene + SIGMA * random.standard_normal((192, 192, 3))), 0, 255).astype(
        np.uint8
    )


def test_patches_are_the_noise_of_flat_places_alone() -> None:
    found = noise_patches(Seen(noisy()), 48, 99)
    assert {(one.row, one.column) for one in found} == {
        (r, c) for r in (0, 48, 96, 144) for c in (0, 48)
    }
    for one in found:
        assert one.values.std() * 255 == pytest.approx(SIGMA, rel=0.06)
        assert np.abs(one.values.mean(axis=(0, 1))).max() < 1e-6
        halves = one.values[:24].mean() - one.values[24:].mean()
        assert abs(halves) * 255 < 0.5  # the sky's own slope has gone


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((96, 96, 3), np.uint8), np.full((96, 96, 1), 77, np.uint8)],
    ids=["black", "grey"],
)
def test_no_noise_is_no_patch(pixels: np.ndarray) -> None:
    assert noise_patches(Seen(pixels), 48, 9) == []


def test_a_clipped_place_is_none() -> None:
    pixels = np.clip(noisy().astype(int) + 170, 0, 255).astype(np.uint8)
    assert noise_patches(Seen(pixels), 48, 9) == []


def test_pairs_are_made_with_a_bank_of_noise(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(2):
        Image.fromarray(noisy(number)).save(tmp_path / "in" / f"{number}.png")
    bank = tmp_path / "bank"
    done = run(
        "collect-noise", tmp_path / "in", "--out", bank, "--most", 3, "--json", "--workers", 1
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["entries"] == 6
    lines = [json.loads(line) for line in (bank / "collected.jsonl").read_text().splitlines()]
    assert [line["file"] for line in lines] == sorted(path.name for path in bank.glob("*.npy"))
    assert {Path(line["source"]).name for line in lines} == {"0.png", "1.png"}
    stages = [*yaml.safe_load(told["stages"]), {"op": "clamp"}, {"op": "quantise"}]
    grey = np.full((64, 64, 3), 128, np.uint8)
    pipeline = degrade.parse_pipeline(yaml.safe_dump({"name": "a", "scale": 1, "lr": stages}))
    traces = degrade.draw(pipeline, degrade.keys(0, list("abcdef")))
    out = degrade.apply(traces, [*to_floats([grey] * 6, CPU)])
    assert np.mean([float(one.std()) * 255 for one in out]) == pytest.approx(SIGMA, rel=0.1)
    again = run("collect-noise", tmp_path / "in", "--out", bank)
    assert again.exit_code == 2
    assert "000000.npy already" in again.stderr


def test_a_folder_without_flat_noise_is_told(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(tmp_path / "a.png")
    done = run("collect-noise", tmp_path / "a.png", "--out", tmp_path / "bank")
    assert done.exit_code == 2
    assert "shows nothing but noise" in done.stderr
    assert not (tmp_path / "bank").exists()


def test_a_bank_of_kernels_blurs_as_the_pair_was_blurred(tmp_path: Path) -> None:
    """A kernel that no mirroring leaves as it is: what is stored is the picture of a point of light."""
    point = np.zeros((9, 9))
    point[4, 3], point[4, 4], point[4, 6], point[6, 4], point[3, 4] = 4, 4, 2, 1, 2
    point /= point.sum()
    assert _centre(point) == pytest.approx([0, 0])
    hr = data.astronaut()[:384, :384]
    blurred = np.stack(
        [convolve2d(hr[..., c].astype(float), point, "same", "symm") for c in range(3)], axis=-1
    )
    lr = np.rint(blurred).astype(np.uint8)[1::3, 1::3]
    for name, pixels in (("hr", hr), ("lr", lr)):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    sides = ("--lr", tmp_path / "lr.png", "--hr", tmp_path / "hr.png")
    done = run("collect-kernels", *sides, "--out", tmp_path / "bank", "--json", "--workers", 1)
    assert done.exit_code == 0, done.output
    stages = [*yaml.safe_load(json.loads(done.stdout)["stages"]), {"op": "quantise"}]
    pipeline = degrade.parse_pipeline(yaml.safe_dump({"name": "a", "scale": 3, "lr": stages}))
    (made,) = degrade.apply(degrade.draw(pipeline, degrade.keys(0, ["a"])), [*to_floats([hr], CPU)])
    found = made.permute(1, 2, 0).numpy() * 255
    mirrored = np.stack(
        [convolve2d(hr[..., c].astype(float), point[::-1, ::-1], "same", "symm") for c in range(3)],
        axis=-1,
    )[1::3, 1::3]
    inner = np.s_[8:-8, 8:-8]
    right = np.abs(found - lr)[inner].mean()
    assert right < 0.5
    assert np.abs(found - mirrored)[inner].mean() > 3 * right


def _centre(kernel: np.ndarray) -> list[float]:
    around = np.arange(len(kernel)) - len(kernel) // 2
    return [float((kernel.sum(axis=1 - axis) * around).sum()) for axis in (0, 1)]


def test_one_patch_is_read_back_as_it_was_found(tmp_path: Path) -> None:
    Image.fromarray(noisy()).save(tmp_path / "a.png")
    assert (
        run("collect-noise", tmp_path / "a.png", "--out", tmp_path / "bank", "--most", 1).exit_code
        == 0
    )
    (patch,) = read_patches(str(tmp_path / "bank"))
    (best,) = noise_patches(Seen(noisy()), 48, 1)
    assert np.abs(patch - best.values).max() < 1e-7
