"""The small study: from an empty folder to its page by two commands, and what its networks must come to."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import yaml

from realsr.cli.main import main
from realsr.demos.mismatch import PIPELINES, TESTING, TRAINING, VARIANTS
from realsr.demos.photographs import PHOTOGRAPHS
from realsr.images.pixels import file_digest
from realsr.training import model_card

pytest.importorskip("skimage", reason="the study's photographs are scikit-image's")

TRAIN = ["demo", "mismatch", "--out", "study"]
TEST = ["robustness", "run", "--study", "study/study.yaml", "--out", "report"]

MARGINS = {"bicubic": 0.5, "gaussian8": 1.0, "second_order": 0.1}
"""dB (Y) by which the network of a column must lead all others there, bicubic enlargement among them."""


@dataclass(frozen=True)
class Done:
    """What two commands left in a folder that was empty, and what each said."""

    root: Path
    said: tuple[str, str]

    def cells(self) -> list[dict[str, Any]]:
        lines = (self.root / "report" / "cells.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]


def done(root: Path, train: list[str], test: list[str]) -> Done:
    said = []
    for command in (train, test):
        with contextlib.chdir(root), contextlib.redirect_stdout(io.StringIO()) as stdout:
            assert main(command) == 0
        said.append(stdout.getvalue())
    return Done(root, (said[0], said[1]))


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Hardly trained, and tested on two small pictures."""
    options = ["--limit", "2", "--crop", "64", "--metrics", "psnr_y", "--device", "cpu"]
    root = tmp_path_factory.mktemp("study")
    return done(root, [*TRAIN, "--steps", "2"], [*TEST, *options])


def test_two_commands_make_networks_and_a_page(short: Done) -> None:
    assert "realsr robustness run --study study/study.yaml --out report" in short.said[0]
    assert "% in the models" in short.said[1]
    assert "the page: report/index.html" in short.said[1]
    cells = short.cells()
    assert len(cells) == (1 + len(PIPELINES)) * len(PIPELINES) * 2 * VARIANTS
    assert all(cell["scores"]["psnr_y"] > 5 for cell in cells)
    diagonal = {(f"srvgg-{name}", name) for name in PIPELINES}
    assert diagonal <= {(cell["model"], cell["set"]) for cell in cells}
    page = (short.root / "report" / "index.html").read_text(encoding="utf-8")
    assert "trained on 9 photographs of scikit-image (brick, coins" in page
    assert "tested on 6 others (astronaut, camera" in page


def test_no_network_is_tested_on_what_it_was_trained_on(short: Done) -> None:
    root = short.root / "study"
    study = yaml.safe_load((root / "study.yaml").read_text())
    seen, held = (
        {file_digest(path.read_bytes()) for path in (root / folder).iterdir()}
        for folder in ("photographs/training", study["hr"])
    )
    assert (len(seen), len(held)) == (len(TRAINING), len(TESTING))
    assert not seen & held
    assert set(TESTING) <= set(PHOTOGRAPHS)
    for name in PIPELINES:
        config = yaml.safe_load((root / name / "config.yaml").read_text())
        assert config["data"]["hr"] == ["study/photographs/training"]
        assert config["validation"]["sets"] == []


def test_networks_are_trained_on_the_very_pipelines_of_the_test(short: Done) -> None:
    for name in PIPELINES:
        card = model_card(short.root / "study" / name / "model.safetensors")
        manifest = short.root / "report" / "sets" / name / "manifest.jsonl"
        tested = json.loads(manifest.read_text(encoding="utf-8").splitlines()[0])["pipeline"]
        assert (card.trained_on, card.ema) == (tested["name"], True)
        assert card.pipeline_digests == {"4": tested["digest"]}


def test_called_again_it_trains_what_is_missing_alone(
    short: Done, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(short.root / "study", tmp_path / "study")
    networks = [tmp_path / "study" / name / "model.safetensors" for name in PIPELINES]
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in networks]
    shutil.rmtree(networks[1].parent)
    monkeypatch.chdir(tmp_path)
    assert main([*TRAIN, "--steps", "2"]) == 0
    after = [(path.read_bytes(), path.stat().st_mtime_ns) for path in networks]
    assert [data for data, _ in after] == [data for data, _ in before]
    assert [time == then for (_, time), (_, then) in zip(after, before, strict=True)] == [
        True,
        False,
        True,
    ]


@pytest.mark.slow
def test_each_network_is_the_best_under_its_own_degradation(tmp_path: Path) -> None:
    cells = done(tmp_path, TRAIN, [*TEST, "--metrics", "psnr_y", "--device", "cpu"]).cells()
    for column in PIPELINES:
        scores = {
            model: mean(
                cell["scores"]["psnr_y"]
                for cell in cells
                if (cell["set"], cell["model"]) == (column, model)
            )
            for model in dict.fromkeys(cell["model"] for cell in cells)
        }
        own = scores.pop(f"srvgg-{column}")
        assert own > max(scores.values()) + MARGINS[column], (column, own, scores)
