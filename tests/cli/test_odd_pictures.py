"""Pictures of which little or nothing can be told, from the command line: what is told of them, or a sentence why not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tifffile
from PIL import Image
from skimage import data
from typer.testing import CliRunner

from realsr.cli.main import app
from realsr.estimation.table import PAIR_ROWS, PICTURE_ROWS, quantities

SIDE = 128
PREDICTED = ("noise_sigma_255", "mtf50", "blur_sigma", "resized_by")


def photograph(side: int = SIDE) -> npt.NDArray[np.uint8]:
    """A part, reduced by two so that it is sharp."""
    whole = Image.fromarray(data.astronaut()).resize((256, 256), Image.Resampling.LANCZOS)
    return np.asarray(whole)[:side, 64 : 64 + side]


def _deep(noise: float) -> npt.NDArray[np.uint16]:
    """Of 16 bits, as finely as they go."""
    levels = photograph() * 257.0 + np.random.default_rng(0).normal(0, noise * 257, (SIDE, SIDE, 3))
    return np.clip(np.rint(levels), 0, 65535).astype(np.uint16)


def _saved(folder: Path) -> None:
    def save(name: str, pixels: Any, **options: Any) -> None:
        Image.fromarray(pixels).save(folder / name, **options)

    frames = [Image.fromarray(photograph()), Image.fromarray(255 - photograph())]
    save("small.png", photograph()[:20, :20])
    save("thin.png", photograph()[:16])
    save("flat.png", np.full((SIDE, SIDE, 3), (200, 90, 40), np.uint8))
    save("saturated.png", np.clip(photograph() * 6.0 - 500, 0, 255).astype(np.uint8))
    save("grey.png", photograph()[..., 1])
    save("coded_grey.jpg", photograph()[..., 1], quality=80)
    save("sound.png", photograph())
    tifffile.imwrite(folder / "deep.tif", _deep(6.0), photometric="rgb")
    tifffile.imwrite(folder / "wide.tif", photograph() * np.uint16(257), photometric="rgb")
    large = Image.fromarray(photograph()).resize((3 * SIDE, 3 * SIDE), Image.Resampling.BICUBIC)
    large.save(folder / "enlarged.png")
    frames[0].save(folder / "animated.webp", save_all=True, append_images=frames[1:])
    frames[0].save(folder / "moving.png", save_all=True, append_images=frames[1:])
    (folder / "torn.png").write_bytes((folder / "sound.png").read_bytes()[:2000])


@dataclass(frozen=True)
class Told:
    """records: by file name."""

    records: dict[str, dict[str, Any]]
    code: int
    stderr: str

    def value(self, name: str, quantity: str) -> Any:
        return self.records[name]["estimates"][quantity]["value"]

    def why(self, name: str, quantity: str) -> str:
        return str(self.records[name]["refused"][quantity])


def _told(*arguments: object) -> Told:
    command = ["estimate", *map(str, arguments), "--json", "--workers", "1"]
    done = CliRunner().invoke(app, command)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert records, done.stderr
    assert set(records.pop()) == {"set"}
    by_name = {Path(record["source"]).name: record for record in records}
    return Told(by_name, done.exit_code, done.stderr)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("odd")
    _saved(folder)
    found = _told(folder)
    assert len(found.records) == 13
    return found


def test_every_name_is_told_or_refused_with_a_sentence(told: Told) -> None:
    names = set(quantities(PICTURE_ROWS))
    for name, record in told.records.items():
        assert record["estimates"].keys() ^ record["refused"].keys() == names, name
        assert all(len(why.split()) > 2 for why in record["refused"].values()), name


def test_one_that_is_too_small_says_how_large_it_must_be(told: Told) -> None:
    for name in ("small.png", "thin.png"):
        assert not told.records[name]["estimates"]
        assert "24 are needed" in told.why(name, "jpeg_count")
        assert all("48 x 48 are needed" in told.why(name, each) for each in PREDICTED)


def test_a_flat_one_shows_nothing(told: Told) -> None:
    assert not told.records["flat.png"]["estimates"]
    assert "next to no detail" in told.why("flat.png", "jpeg_count")
    assert all("flat" in told.why("flat.png", each) for each in PREDICTED)


def test_a_saturated_one_has_its_compression_told_and_no_noise(told: Told) -> None:
    assert told.value("saturated.png", "jpeg_count") == 0
    assert all("black or white" in told.why("saturated.png", each) for each in PREDICTED)


def test_one_that_was_enlarged_before_says_by_how_much(told: Told) -> None:
    found = told.records["enlarged.png"]["estimates"]["resized_by"]
    assert found["low"] <= 3 <= found["high"]
    assert found["value"] == pytest.approx(3, rel=0.2)
    assert told.value("enlarged.png", "mtf50") < 0.6 * told.value("sound.png", "mtf50")
    assert "no enlargement" in told.why("sound.png", "resized_by")


def test_animations_are_no_picture(told: Told) -> None:
    assert told.code == 3
    for name in ("animated.webp", "moving.png", "torn.png"):
        assert not told.records[name]["estimates"]
        assert name in told.stderr
    for name in ("animated.webp", "moving.png"):
        assert "2 pictures" in told.why(name, "mtf50")


def test_a_grey_one_is_measured_and_has_no_chroma(told: Told) -> None:
    assert told.value("grey.png", "jpeg_count") == 0
    assert told.value("coded_grey.jpg", "jpeg_quality") == 80
    assert "grey" in told.why("coded_grey.jpg", "jpeg_subsampling")
    for each in ("noise_sigma_255", "mtf50"):
        assert told.value("grey.png", each) == pytest.approx(
            told.value("sound.png", each), rel=0.5, abs=1
        )


def test_sixteen_bits_that_hold_eight_are_the_same_picture(told: Told) -> None:
    wide, sound = told.records["wide.tif"], told.records["sound.png"]
    assert wide["estimates"] == sound["estimates"]
    assert wide["refused"] == sound["refused"]


def test_finer_values_than_a_codec_gives_have_noise_and_no_history(told: Told) -> None:
    assert "finer than 8 bits" in told.why("deep.tif", "jpeg_count")
    assert told.value("deep.tif", "noise_sigma_255") == pytest.approx(6, rel=0.35)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    lr, hr = tmp_path / "lr", tmp_path / "hr"
    for each in (lr, hr):
        each.mkdir()
    return lr, hr


def test_pairs_of_two_scenes_or_strange_sizes_say_so(folders: tuple[Path, Path]) -> None:
    lr, hr = folders
    other = Image.fromarray(data.coffee()[:256, :256])
    for name, high in (("scene", other), ("size", other.crop((0, 0, 200, 256)))):
        Image.fromarray(photograph()).save(lr / f"{name}.png")
        high.save(hr / f"{name}.png")
    Image.fromarray(photograph()).save(lr / "alone.png")
    found = _told("--lr", lr, "--hr", hr)
    assert found.code == 3
    names = set(quantities(PAIR_ROWS))
    for record in found.records.values():
        assert not record["estimates"]
        assert record["refused"].keys() == names
    assert "not of one scene" in found.why("scene.png", "kernel")
    assert "HR 256 x 200" in found.why("size.png", "kernel")
    assert "no HR" in found.why("alone.png", "kernel")
