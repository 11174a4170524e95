"""Two HR images behind one LR: the task is what it says, and each loss makes of it what it must."""

from __future__ import annotations

import base64
import io
import json
import math
import re
import time
from pathlib import Path

import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from realsr.cli.main import app
from realsr.ganlab.two_modes.demonstration import demonstrate
from realsr.ganlab.two_modes.measures import answers, measured
from realsr.ganlab.two_modes.task import CONTRAST, SIDE, draw_scenes, stripes, to_lr
from realsr.ganlab.two_modes.training import WAYS, draw_noise, train
from tests.pages.alone import SVG


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_both_hr_images_have_the_one_lr() -> None:
    scenes = draw_scenes(8, generator())
    assert scenes.lr.shape == (8, 3, 6, 6)
    for hr in (scenes.first, scenes.second):
        assert float((to_lr(hr) - scenes.lr).abs().max()) < 1e-6
        assert float(hr.min()) >= 0
        assert float(hr.max()) <= 1
    apart = (scenes.first - scenes.second).abs()
    # They differ by twice the contrast at every second pixel and agree at the others.
    assert float(apart.max()) == pytest.approx(2 * CONTRAST, abs=1e-6)
    assert float((apart > 1e-3).float().mean()) == 0.5


def test_the_lr_tells_the_background() -> None:
    """Distinct backgrounds have distinct LRs, so there are two HR images to an LR and not more."""
    scenes = draw_scenes(9 * 3, generator())
    backgrounds = scenes.mean - CONTRAST * (stripes(1) + stripes(-1)) / 2
    ranks = [
        int(torch.linalg.matrix_rank(images.flatten(1) - 0.5, atol=1e-4))
        for images in (backgrounds, scenes.lr)
    ]
    assert ranks == [27, 27]


def test_balanced_coins_pick_the_hr_and_the_noise() -> None:
    scenes = draw_scenes(100, generator())
    picked = (scenes.either(generator(1)) == scenes.first).flatten(1).all(1)
    assert int(picked.sum()) == 50
    assert 15 < int(picked[:50].sum()) < 35
    noise = draw_noise(100, generator())
    assert set(noise.unique().tolist()) == {-1.0, 1.0}
    assert torch.equal(noise, noise[:, :, :1, :1].expand_as(noise))
    assert float(noise.mean()) == 0


def test_measures_of_known_answers() -> None:
    scenes = draw_scenes(4, generator())
    mean = measured(scenes.mean[None], scenes)
    both = measured(torch.stack([scenes.first, scenes.second]), scenes)
    distance = CONTRAST * 2**0.5
    assert (mean.at_mean, mean.at_first, mean.at_second, mean.between) == (1, 0, 0, 1)
    assert (both.at_mean, both.at_first, both.at_second) == (0, 0.5, 0.5)
    assert mean.to_first == pytest.approx(distance / 2, rel=1e-4)
    assert both.to_first == pytest.approx(distance / 2, rel=1e-4)
    assert both.squared_error == pytest.approx(2 * mean.squared_error, rel=1e-4)
    assert both.absolute_error == pytest.approx(mean.absolute_error, rel=1e-4)
    assert mean.lr_consistency > 100
    beyond = measured(scenes.first[None] + 0.7, scenes)
    assert beyond.between == 0
    assert beyond.lr_consistency == pytest.approx(-20 * math.log10(0.7), abs=1e-3)


def test_content_losses_go_between() -> None:
    scenes = draw_scenes(16, generator(9))
    results = {}
    for name in ("mse", "l1"):
        way = WAYS[name]
        network = train(way, seed=0, steps=250)
        results[name] = measured(answers(network, way, scenes, 1, generator()), scenes)
    least = CONTRAST**2 / 2
    assert results["mse"].at_mean == 1
    assert results["mse"].squared_error == pytest.approx(least, rel=0.05)
    # Its absolute error is the least there is, although it need not be at the mean.
    assert results["l1"].absolute_error == pytest.approx(CONTRAST / 2, rel=0.05)
    assert results["l1"].between > 0.9


def test_a_short_run_writes_a_page_that_stands_alone_and_repeats_itself(tmp_path: Path) -> None:
    given = torch.get_rng_state()
    threads = torch.get_num_threads()
    command = ["demo", "two-modes", "--seed", "3", "--steps", "4", "--out"]
    for name in ("one", "two"):
        done = CliRunner().invoke(app, [*command, str(tmp_path / name)])
        assert done.exit_code == 0, done.output
        assert "GAN with noise" in done.output
    assert torch.equal(torch.get_rng_state(), given)
    assert torch.get_num_threads() == threads
    for file in ("index.html", "two_modes.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    page = (tmp_path / "one" / "index.html").read_text()
    sources = re.findall(r'src="([^"]*)"', page)
    assert len(sources) == 3 * (4 + 3 + 4)
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "http" not in page.replace(SVG, "")
    image = Image.open(io.BytesIO(base64.b64decode(sources[1].split(",")[1])))
    assert image.size == (SIDE, SIDE)
    table = json.loads((tmp_path / "one" / "two_modes.json").read_text())
    assert (table["seed"], table["steps"]) == (3, 4)
    assert set(table["measures"]) == set(WAYS)


@pytest.mark.slow
def test_each_loss_does_what_it_must(tmp_path: Path) -> None:
    begun = time.process_time()
    measures = demonstrate(tmp_path)
    spent = time.process_time() - begun
    assert measures["mse"].at_mean == 1
    one = measures["gan"]
    assert max(one.at_first, one.at_second) > 0.9
    assert one.squared_error > 1.7 * measures["mse"].squared_error
    both = measures["noise_gan"]
    assert both.at_first + both.at_second > 0.9
    assert min(both.at_first, both.at_second) > 0.3
    assert all(each.lr_consistency > 35 for each in measures.values())
    assert spent < 60
