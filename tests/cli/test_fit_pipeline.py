"""`realsr fit-pipeline` from outside, on few and small pictures with few candidates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image
from skimage import data
from typer.testing import CliRunner, Result

import degrade
from realsr.cli.main import app
from realsr.fitting import fitting, rounds
from realsr.fitting.simulating import LrRecipe, made
from realsr.images.pixels import all_to_bytes, to_floats
from realsr.measuring.items import Item
from realsr.pairs.workers import CPU

SCALE, SIDE, COUNT = 2, 64, 12
QUALITY = 71


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["fit-pipeline", *map(str, arguments), "--workers", "1"])


def crops(folder: Path, picture: np.ndarray, side: int) -> Path:
    """COUNT places of a photograph, one after another."""
    folder.mkdir()
    for number in range(COUNT):
        row, column = divmod(number, 4)
        top, left = row * side, column * side
        Image.fromarray(picture[top : top + side, left : left + side]).save(
            folder / f"{folder.name}{number:02}.png"
        )
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """HR, and LR of other HR: grey noise of 12 levels, then JPEG, as .jpg files that tell their tables."""
    root = tmp_path_factory.mktemp("fit")
    crops(root / "hr", data.astronaut(), SCALE * SIDE)
    other = crops(root / "other", data.coffee()[:400, :600], SCALE * SIDE)
    (root / "lr").mkdir()
    random = np.random.default_rng(0)
    for path in sorted(other.glob("*.png")):
        small = Image.open(path).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        noise = 12 * random.standard_normal((SIDE, SIDE, 1))
        pixels = np.clip(np.rint(np.asarray(small) + noise), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(
            root / "lr" / f"{path.stem}.jpg", quality=QUALITY, subsampling="4:4:4"
        )
    return root


@pytest.fixture(scope="module", autouse=True)
def _few_candidates() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "POOLS", (144, 144))
        patch.setattr(fitting, "TRIED", (24, 24))
        yield


def fit(folders: Path, out: Path, *more: object) -> Result:
    return run(folders / "lr", "--hr", folders / "hr", "--out", out, "--scale", SCALE, *more)


@pytest.fixture(scope="module")
def mine(folders: Path) -> tuple[Path, dict[str, Any], Result]:
    done = fit(folders, folders / "mine.yaml", "--json", "--other-hr", folders / "other")
    assert done.exit_code == 0, done.output
    return folders / "mine.yaml", json.loads(done.stdout), done


def test_json_has_the_match_and_its_floor(mine: tuple[Path, dict[str, Any], Result]) -> None:
    path, told, done = mine
    assert told["pipeline"] == str(path)
    for name in ("auc", "floor"):
        assert 0 <= told[name]["low"] <= told[name]["value"] <= told[name]["high"] <= 1
    assert told["above_floor"] == pytest.approx(told["auc"]["value"] - told["floor"]["value"])
    assert told["features"]
    assert (told["side"], told["pictures"], told["hr"], told["scale"]) == (
        SIDE,
        COUNT,
        COUNT,
        SCALE,
    )
    assert told["set"]["estimates"]["jpeg_quality"]["value"] == QUALITY
    assert "other HR" in told["floor"]["method"]
    assert "left" in done.stderr  # the time


def test_the_pipeline_has_the_compression_of_the_pictures(
    mine: tuple[Path, dict[str, Any], Result],
) -> None:
    pipeline = degrade.load_pipeline(mine[0])
    assert pipeline.scale == SCALE
    traces = degrade.draw(pipeline, degrade.keys(5, map(str, range(60))))
    last = [[step for step in trace.lr if step.op == "jpeg"][-1].values for trace in traces]
    assert {one["quality"] for one in last} == {QUALITY}
    assert {one["subsampling"] for one in last} == {"4:4:4"}


def test_its_lr_are_as_grainy_as_the_pictures(
    folders: Path, mine: tuple[Path, dict[str, Any], Result]
) -> None:
    """By a measure of its own, on the very HR that the pictures were made of."""
    given = [np.asarray(Image.open(path)) for path in sorted((folders / "lr").glob("*.jpg"))]
    hr = [np.asarray(Image.open(path)) for path in sorted((folders / "other").glob("*.png"))]
    traces = degrade.draw(
        degrade.load_pipeline(mine[0]), degrade.keys(5, map(str, range(3 * COUNT)))
    )
    made_lr = all_to_bytes(degrade.apply(traces, [*to_floats(3 * hr, CPU)]))
    true, found = (float(np.median([_grain(one) for one in each])) for each in (given, made_lr))
    plain = float(np.median([_grain(one[::SCALE, ::SCALE]) for one in hr]))
    assert abs(np.log(found / true)) < 0.35
    assert abs(np.log(plain / true)) > 0.7


def _grain(pixels: np.ndarray) -> float:
    """Median magnitude of a Laplacian of the green channel."""
    green = pixels[..., 1].astype(float)
    inner = (
        4 * green[1:-1, 1:-1]
        - green[:-2, 1:-1]
        - green[2:, 1:-1]
        - green[1:-1, :-2]
        - green[1:-1, 2:]
    )
    return float(np.median(np.abs(inner)))


def test_the_same_seed_writes_the_same_bytes(
    folders: Path, mine: tuple[Path, dict[str, Any], Result]
) -> None:
    done = fit(folders, folders / "again" / "mine.yaml", "--other-hr", folders / "other", "--json")
    assert done.exit_code == 0, done.output
    assert (folders / "again" / "mine.yaml").read_bytes() == mine[0].read_bytes()


def test_the_header_is_a_comment_and_the_rest_is_a_pipeline(
    mine: tuple[Path, dict[str, Any], Result],
) -> None:
    text = mine[0].read_text()
    assert "# match:" in text
    assert f"jpeg_quality: {QUALITY}" in text
    assert set(yaml.safe_load(text)) == {
        "name",
        "version",
        "kind",
        "summary",
        "source",
        "scale",
        "lr",
    }


def test_a_file_that_is_there_stays(
    folders: Path, mine: tuple[Path, dict[str, Any], Result]
) -> None:
    done = fit(folders, mine[0])
    assert done.exit_code == 2
    assert "is there already" in done.stderr
    assert "does not end in .yaml" in fit(folders, folders / "mine.txt").stderr


def test_too_few_or_too_small_are_refused_in_a_sentence(folders: Path, tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for path in sorted((folders / "lr").glob("*.jpg"))[:3]:
        (few / path.name).write_bytes(path.read_bytes())
    done = run(few, "--hr", folders / "hr", "--out", tmp_path / "a.yaml", "--scale", SCALE)
    assert done.exit_code == 2
    assert "3 different photographs" in done.stderr
    done = run(
        folders / "lr", "--hr", folders / "lr", "--out", tmp_path / "a.yaml", "--scale", SCALE
    )
    assert done.exit_code == 2
    assert "0 of 12 HR are 96 px and more" in done.stderr
    assert not (tmp_path / "a.yaml").exists()


def test_a_candidates_lr_are_those_that_the_pipeline_makes(folders: Path) -> None:
    """The same keys, crops and steps as `make-pairs`; another seed makes others."""
    text = "name: a\nscale: 2\nlr: [{op: resize, factor: 1, of: target}, {op: clamp}, {op: quantise}]\n"
    item = Item("hr00", folders / "hr" / "hr00.png")
    one, same, other = (made(item, LrRecipe(text, SCALE, 48, seed), 2).values for seed in (0, 0, 1))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert len(one) == 2
