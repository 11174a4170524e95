"""`realsr upscale` by models that are told more than the picture: noise, and maps of classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner, Result

from realsr.cli.main import app
from realsr.images.png import encode_png
from realsr.models.cards import ModelCard, model_bytes


def realsr(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    root.mkdir()
    generator = np.random.default_rng(0)
    (root / "a.png").write_bytes(encode_png(generator.integers(0, 255, (40, 37, 3), np.uint8)))
    (root / "b.png").write_bytes(encode_png(generator.integers(0, 255, (9, 8, 4), np.uint8)))
    return root


def model(root: Path, name: str, **arguments: Any) -> Path:
    scale = arguments["scale"]
    card = ModelCard(architecture=name, arguments=arguments, scale=scale, colour="rgb")
    torch.manual_seed(0)
    path, network = root / f"{name}.safetensors", card.built()
    with torch.no_grad():  # initial weights hardly listen
        for parameter in getattr(network, "condition", network).parameters():
            parameter.mul_(3)
    path.write_bytes(model_bytes(network, card))
    return path


@pytest.fixture
def noisy(tmp_path: Path) -> Path:
    return model(tmp_path, "noise_srvgg", scale=2, features=4, convolutions=1, noise_channels=2)


@pytest.fixture
def told(tmp_path: Path) -> Path:
    small = {"blocks": 1, "features": 4, "conditions": 4}
    return model(tmp_path, "sftgan", scale=4, prior="segmentation", classes=3, **small)


def pixels(path: Path) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(path)).astype(int)


def test_samples_differ_are_repeatable_and_do_not_know_their_tiles(
    folder: Path, noisy: Path, tmp_path: Path
) -> None:
    whole, tiled = tmp_path / "whole", tmp_path / "tiled"
    done = realsr("upscale", folder, "--out", whole, "--model", noisy, "--samples", 2, "--tile", 0)
    assert (done.exit_code, done.stdout) == (0, f"4 pictures enlarged; in {whole}\n"), done.stderr
    realsr("upscale", folder, "--out", tiled, "--model", noisy, "--samples", 2, "--tile", 16)
    for name in ("a-1", "a-2", "b-1", "b-2"):
        assert np.array_equal(pixels(whole / f"{name}.png"), pixels(tiled / f"{name}.png"))
    first, second = (pixels(whole / f"a-{number}.png") for number in (1, 2))
    assert first.shape == (80, 74, 3)
    assert np.abs(first - second).mean() > 0.01
    assert not (whole / "a.png").exists()


def test_more_samples_are_added_to_those_there(folder: Path, noisy: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    order = ("upscale", folder / "a.png", "--out", out, "--model", noisy)
    realsr(*order, "--samples", 1)
    before = (out / "a-1.png").stat().st_mtime_ns
    done = realsr(*order, "--samples", 3)
    assert done.stdout == f"2 pictures enlarged, 1 kept from before; in {out}\n"
    assert (out / "a-1.png").stat().st_mtime_ns == before
    refused = realsr(*order)
    assert refused.exit_code == 2
    assert "samples was drawn, now None" in refused.stderr


def test_samples_beside_their_sources(folder: Path, noisy: Path) -> None:
    realsr("upscale", folder, "--suffix", "_x2", "--model", noisy, "--samples", 2)
    assert {path.name for path in folder.glob("*_x2*.png")} == {
        f"{name}_x2-{number}.png" for name in "ab" for number in (1, 2)
    }
    again = realsr("upscale", folder, "--suffix", "_x2", "--model", noisy, "--samples", 2)
    assert again.stdout.startswith("0 pictures enlarged, 4 kept from before")


def test_what_a_model_does_not_take_is_refused_before_any_work(
    folder: Path, noisy: Path, told: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    order = ("upscale", folder, "--out", out, "--model")
    for arguments, sentence in (
        (("bicubic", "--samples", 2), "--samples: bicubic takes no noise"),
        ((noisy, "--maps", folder), "--maps: noise_srvgg takes no maps of classes"),
        (
            (told,),
            "sftgan is told by maps of 3 classes what stands where: give their folder (--maps",
        ),
    ):
        refused = realsr(*order, *arguments)
        assert (refused.exit_code, sentence in refused.stderr) == (2, True), refused.stderr
    assert not out.exists()


def labelled(root: Path, name: str, labels: np.ndarray[Any, Any]) -> None:
    root.mkdir(exist_ok=True)
    Image.fromarray(labels.astype(np.uint8)).save(root / f"{name}.png")


def halves(height: int, width: int) -> np.ndarray[Any, Any]:
    labels = np.zeros((height, width), np.uint8)
    labels[:, width // 2 :] = 2
    return labels


def test_maps_of_either_size_act_where_they_stand(folder: Path, told: Path, tmp_path: Path) -> None:
    order = ("upscale", folder / "a.png", "--model", told, "--maps")
    labelled(tmp_path / "lr", "a", halves(40, 36 + 1))
    labelled(tmp_path / "hr", "a", halves(40, 37).repeat(4, 0).repeat(4, 1))
    labelled(tmp_path / "flat", "a", np.zeros((40, 37)))
    for name, tile in (("lr", 0), ("hr", 16), ("flat", 0)):
        done = realsr(*order, tmp_path / name, "--out", tmp_path / f"by-{name}", "--tile", tile)
        assert done.exit_code == 0, done.stderr
    by_lr, by_hr, flat = (pixels(tmp_path / f"by-{n}" / "a.png") for n in ("lr", "hr", "flat"))
    assert np.array_equal(by_lr, by_hr)
    assert np.array_equal(by_lr[:, :40], flat[:, :40])
    assert np.abs(by_lr[:, 90:] - flat[:, 90:]).mean() > 0.01


def test_another_map_makes_the_picture_again(folder: Path, told: Path, tmp_path: Path) -> None:
    maps, out = tmp_path / "maps", tmp_path / "out"
    order = ("upscale", folder / "a.png", "--model", told, "--maps", maps, "--out", out)
    labelled(maps, "a", halves(40, 37))
    assert realsr(*order).stdout.startswith("1 picture enlarged;")
    assert realsr(*order).stdout.startswith("0 pictures enlarged, 1 kept")
    labelled(maps, "a", 2 - halves(40, 37))
    assert realsr(*order).stdout.startswith("1 picture enlarged;")


def test_maps_that_are_none_are_named(folder: Path, told: Path, tmp_path: Path) -> None:
    maps, out = tmp_path / "maps", tmp_path / "out"
    order = ("upscale", folder / "a.png", "--model", told, "--maps", maps, "--out", out)
    cases: list[tuple[Any, str]] = [
        (np.zeros((40, 36)), "it is 40 x 36 (height x width); expected 160 x 148"),
        (np.full((40, 37), 3), "it holds the value 3; classes are numbered from 0 to 2"),
        (np.zeros((40, 37, 3)), "it is RGB of 8 bits; labels are grey of 8 bits"),
    ]
    assert "there are no labels of a here" in failure(realsr(*order), out)
    for labels, sentence in cases:
        labelled(maps, "a", labels)
        assert sentence in failure(realsr(*order), out)


def failure(done: Result, out: Path) -> str:
    assert done.exit_code == 3, done.stderr
    (line,) = (out / "failures.jsonl").read_text().splitlines()
    return str(json.loads(line)["reason"])
