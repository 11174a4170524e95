"""Samples of a network that takes noise: what is scored is what it makes, and the page stands alone."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner, Result

import degrade
from realsr.cli.main import app
from realsr.ganlab.degraded import DegradedImage, cases, hr_image, middle, psnr
from realsr.ganlab.samples.page import page_values, strip
from realsr.ganlab.samples.scoring import SampleAnswers, answered, mean_ranks, means, scored
from realsr.images.png import encode_png
from realsr.images.sources import discover
from realsr.inference.loading import load
from realsr.metrics.samples import expected_gain
from realsr.models.cards import ModelCard, model_bytes
from tests.pages.alone import SVG


def realsr(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "in"
    root.mkdir()
    generator = np.random.default_rng(0)
    for name, sides in (("a", (41, 50)), ("b", (24, 24))):
        pixels = generator.integers(0, 255, (*sides, 3), np.uint8)
        (root / f"{name}.png").write_bytes(encode_png(pixels))
    return root


@pytest.fixture
def noisy(tmp_path: Path) -> Path:
    card = ModelCard(
        architecture="noise_srvgg",
        arguments={"scale": 2, "features": 4, "convolutions": 1, "noise_channels": 2},
        scale=2,
        colour="rgb",
    )
    torch.manual_seed(0)
    network = card.built()
    with torch.no_grad():  # initial weights hardly listen
        for parameter in network.parameters():
            parameter.mul_(3)
    path = tmp_path / "noisy.safetensors"
    path.write_bytes(model_bytes(network, card))
    return path


def case(side: int = 16) -> DegradedImage:
    hr = torch.rand(3, side, side, generator=torch.Generator().manual_seed(1))
    return cases({"a": hr}, degrade.load_pipeline("bicubic", 2))[0]


def test_scores_of_known_answers() -> None:
    one = case()
    hr = one.pair.hr
    step = 10 / 255
    scores = scored("a", one, SampleAnswers(torch.cat([hr + step, hr - step]), hr))
    assert scores.count == 2
    assert scores.psnr == pytest.approx(-20 * math.log10(step), abs=1e-3)
    assert scores.plain_psnr == math.inf
    assert scores.spread == pytest.approx(10 * math.sqrt(2), rel=1e-4)
    assert scores.crps == pytest.approx(10 - 20 / 2, abs=1e-3)
    assert scores.gain > 60
    assert scores.ranks == pytest.approx((0.0, 1.0, 0.0), abs=1e-6)
    assert scores.unevenness == pytest.approx(2 / 3, abs=1e-6)
    assert scores.plain_consistency == math.inf
    assert scores.worst_consistency <= scores.lr_consistency < 40
    data = scores.as_data()
    assert data["plain_psnr"] is None
    assert json.loads(json.dumps(data, allow_nan=False))["count"] == 2


def test_a_network_s_answers_are_those_of_upscale(
    folder: Path, noisy: Path, tmp_path: Path
) -> None:
    lr = tmp_path / "lr"
    lr.mkdir()
    pixels = np.random.default_rng(1).integers(0, 255, (9, 12, 3), np.uint8)
    (lr / "p.png").write_bytes(encode_png(pixels))
    done = realsr("upscale", lr, "--model", noisy, "--out", tmp_path / "sr", "--samples", 3)
    assert done.exit_code == 0, done.output
    image = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 255
    answers = answered(load(str(noisy)), 2, "p", image, 3)
    assert answers.drawn.shape == (3, 3, 18, 24)
    assert float((answers.drawn[0] - answers.drawn[1]).abs().max()) > 0.01
    for number in (1, 2, 3):
        written = np.asarray(Image.open(tmp_path / "sr" / f"p-{number}.png"))
        levels = (answers.drawn[number - 1] * 255).round().permute(1, 2, 0).numpy()
        assert np.array_equal(written, levels.astype(np.uint8))


def test_means_are_of_the_pictures() -> None:
    one = case()
    two = [
        scored("a", one, SampleAnswers(one.pair.hr.repeat(2, 1, 1, 1) + at, one.pair.hr))
        for at in (0.1, 0.2)
    ]
    assert means(two)["crps"] == pytest.approx((two[0].crps + two[1].crps) / 2)
    assert mean_ranks(two) == pytest.approx([1.0, 0.0, 0.0])
    values = page_values(
        two, [strip("a", one, SampleAnswers(one.pair.hr.repeat(2, 1, 1, 1), one.pair.hr))]
    )
    assert [row[0] for row in values["sample_rows"]] == ["a", "a", "mean"]
    titles = [picture.title for picture in values["strips"][0].pictures]
    assert titles == ["LR", "HR", "z = 0", "sample 1", "sample 2", "mean of 2", "spread, x8"]
    flat = values["bars"]["flat"]
    tops = [bar[1] for bar in values["bars"]["each"]]
    assert tops[0] < flat < tops[1] == values["bars"]["floor"]


def test_the_command_writes_a_page_that_stands_alone_and_repeats_itself(
    folder: Path, noisy: Path, tmp_path: Path
) -> None:
    outs = [tmp_path / "one", tmp_path / "two"]
    for out in outs:
        done = realsr(
            "samples", folder, "--model", noisy, "--samples", 3, "--crop", 32, "--out", out
        )
        assert done.exit_code == 0, done.output
        assert "3 samples of 2 pictures: diversity" in done.output
    for name in ("index.html", "samples.json"):
        assert (outs[0] / name).read_bytes() == (outs[1] / name).read_bytes()
    page = (outs[0] / "index.html").read_text()
    assert all(
        source.startswith("data:image/png;base64,") for source in re.findall(r'src="([^"]*)"', page)
    )
    assert "http" not in page.replace(SVG, "")
    table = json.loads((outs[0] / "samples.json").read_text())
    assert (table["samples"], table["side"], table["images"]) == (3, 32, ["a", "b"])
    assert 0 < table["means"]["diversity"] < 100
    assert sum(table["ranks"]) == pytest.approx(1)
    assert f"{expected_gain(3):.2f} dB" in page


def test_a_model_without_noise_and_a_folder_without_pictures_are_refused(
    folder: Path, noisy: Path, tmp_path: Path
) -> None:
    done = realsr("samples", folder, "--model", "bicubic", "--scale", 2, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "takes no noise" in done.output
    (tmp_path / "none").mkdir()
    done = realsr("samples", tmp_path / "none", "--model", noisy, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "no images" in done.output
    assert not (tmp_path / "out").exists()


def test_the_middle_of_a_photograph(folder: Path) -> None:
    image = torch.arange(30).reshape(5, 6)
    assert middle(image, 2).tolist() == [[8, 9], [14, 15]]
    assert middle(image, 9).shape == (5, 6)
    [first, _] = discover([folder]).sources
    assert hr_image(first, 4).shape == (3, 40, 48)
    whole, part = hr_image(first, 4), hr_image(first, 4, 18)
    assert torch.equal(part, whole[:, 12:28, 16:32])
    assert psnr(part[None], part[None]) == math.inf
