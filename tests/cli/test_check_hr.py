"""`realsr check-hr` from outside, and the looks that make-pairs and train take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data
from typer.testing import CliRunner, Result

from realsr.cli.actions.train import _looking
from realsr.cli.glance import MOST, SHARE, Glance
from realsr.cli.main import app
from realsr.measuring.glimpse import glimpse

SIZE = (256, 256)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def photograph() -> Image.Image:
    """A sharp one: reduced, so that neither the lens's blur nor a codec is left."""
    return Image.fromarray(data.astronaut()).resize(SIZE, Image.Resampling.LANCZOS)


def noisy(picture: Image.Image) -> Image.Image:
    values = np.asarray(picture) + np.random.default_rng(0).normal(0, 9, (*SIZE, 3))
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


MADE = {
    "enlarged": lambda one: one.resize((600, 600), Image.Resampling.BICUBIC),
    "sharpened": lambda one: one.filter(ImageFilter.UnsharpMask(2, 200, 0)),
    "noisy": noisy,
    "blurred": lambda one: one.filter(ImageFilter.GaussianBlur(1.8)),
    "flat": lambda one: Image.new("RGB", one.size, (90, 120, 200)),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The command over a folder with one picture of each kind: records by file name, `set`, exit code, stderr."""
    root = tmp_path_factory.mktemp("hr")
    for name, change in MADE.items():
        change(photograph()).save(root / f"{name}.png")
    photograph().save(root / "compressed.jpg", quality=50)
    photograph().save(root / "a_sound.png")
    photograph().resize((200, 200), Image.Resampling.BICUBIC).save(root / "duplicate.png")
    (root / "text.png").write_bytes(b"nothing")
    done = run("check-hr", root, "--json", "--workers", 1)
    *records, last = map(json.loads, done.stdout.splitlines())
    by_name = {Path(record["source"]).stem: record for record in records}
    return {**by_name, **last, "code": done.exit_code, "stderr": done.stderr}


@pytest.mark.parametrize("name", [*MADE, "compressed", "duplicate"])
def test_each_fault_is_found(told: dict[str, Any], name: str) -> None:
    found = told[name]["checks"][name]
    assert found["found"], found
    beyond = found["high"] if found["fault"] == "below it" else found["low"]
    end = found["value"] if beyond is None else beyond
    assert (end < found["threshold"]) == (found["fault"] == "below it")
    assert found["sentence"].startswith("it ")


def test_a_sound_picture_has_no_fault(told: dict[str, Any]) -> None:
    checks = told["a_sound"]["checks"]
    assert {name for name, one in checks.items() if one["found"]} == set()
    assert {one["sentence"] for one in checks.values()} == {None}
    assert set(checks) == {*MADE, "compressed", "duplicate"}


def test_a_duplicate_is_told_with_the_first(told: dict[str, Any]) -> None:
    assert Path(told["duplicate"]["checks"]["duplicate"]["nearest"]).name == "a_sound.png"


def test_every_fault_is_checked_or_refused_with_a_reason(told: dict[str, Any]) -> None:
    for name in (*MADE, "compressed", "a_sound", "duplicate", "text"):
        record = told[name]
        assert set(record["checks"]) | set(record["refused"]) == {*MADE, "compressed", "duplicate"}
        assert not set(record["checks"]) & set(record["refused"])
    assert "could" not in told["flat"]["checks"]
    assert "flat" in told["flat"]["refused"]["blurred"]


def test_the_set_counts(told: dict[str, Any]) -> None:
    whole = told["set"]
    assert (whole["pictures"], whole["unread"]) == (9, 1)
    assert whole["found"]["flat"] == 1
    assert whole["found"]["noisy"] == 1
    assert told["code"] == 3
    assert "text.png" in told["stderr"]


def test_exit_codes(tmp_path: Path) -> None:
    photograph().save(tmp_path / "a.png")
    sound = run("check-hr", tmp_path, "--workers", 1)
    assert (sound.exit_code, sound.stdout) == (0, "1 of 1 sound; nothing found\n")
    photograph().save(tmp_path / "b.png")
    twice = run("check-hr", tmp_path, "--workers", 1)
    assert twice.exit_code == 1
    assert "duplicate" in twice.stdout
    (tmp_path / "empty").mkdir()
    assert run("check-hr", tmp_path / "empty").exit_code == 2


def test_a_glimpse_sees_what_the_check_sees(tmp_path: Path) -> None:
    for name in ("blurred", "sharpened"):
        MADE[name](photograph()).save(tmp_path / f"{name}.png")
        assert list(glimpse(tmp_path / f"{name}.png")) == [name]
    photograph().save(tmp_path / "sound.png")
    (tmp_path / "text.png").write_bytes(b"nothing")
    assert glimpse(tmp_path / "sound.png") == glimpse(tmp_path / "text.png") == {}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def glanced(seconds: float, cost: float, pictures: int = 1000) -> tuple[int, float]:
    """How many pictures a run of so many seconds looks at, and which share of it that takes."""
    clock, looked = Clock(), []

    def look(path: Path) -> dict[str, str]:
        looked.append(path)
        clock.now += cost
        return {}

    glance = Glance(lambda: [Path(str(number)) for number in range(pictures)], look, clock)
    while clock.now < seconds:
        clock.now += 0.01
        glance.tick()
    assert len(set(looked)) == len(looked)
    return len(looked), len(looked) * cost / clock.now


@pytest.mark.parametrize("cost", [0.05, 0.4, 1.0])
@pytest.mark.parametrize("seconds", [30.0, 100.0, 600.0])
def test_looks_take_less_than_a_twentieth(cost: float, seconds: float) -> None:
    looked, share = glanced(seconds, cost)
    assert share < 0.05
    assert looked == MOST or share > SHARE / 2


def test_a_short_run_is_left_alone_and_a_long_one_not_looked_at_for_ever() -> None:
    assert glanced(10.0, 0.1)[0] == 0
    assert glanced(3000.0, 0.1)[0] == MOST
    assert glanced(3000.0, 0.1, pictures=3)[0] == 3


def test_each_kind_of_fault_is_said_once_and_counted_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    paths = [Path(name) for name in "abc"]
    glance = Glance(lambda: paths, lambda path: {"noisy": "it is noisy"}, clock)
    for _ in range(5):
        clock.now += 1000
        glance.tick()
    glance.close()
    first, last = capsys.readouterr().err.splitlines()
    assert "it is noisy" in first
    assert "of 3 pictures that were looked at, 3 noisy" in last
    assert "--no-check-hr" in first
    assert "--no-check-hr" in last


@pytest.mark.parametrize("look", ["--check-hr", "--no-check-hr"])
def test_looking_changes_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: str
) -> None:
    monkeypatch.setattr("realsr.cli.glance.FIRST", 0.0)
    seen: list[Path] = []
    monkeypatch.setattr(
        "realsr.measuring.glimpse.glimpse", lambda path: seen.append(path) or {"flat": "it is flat"}
    )
    (tmp_path / "hr").mkdir()
    for name in "ab":
        photograph().save(tmp_path / "hr" / f"{name}.png")
    common = ("--pipeline", "second_order", "--scale", 2, "--crop", 64, "--workers", 1)
    plain, looked = tmp_path / "plain", tmp_path / "looked"
    assert (
        run("make-pairs", tmp_path / "hr", "--out", plain, *common, "--no-check-hr").exit_code == 0
    )
    assert seen == []
    done = run("make-pairs", tmp_path / "hr", "--out", looked, *common, look)
    assert done.exit_code == 0
    assert ("it is flat" in done.stderr) == bool(seen) == (look == "--check-hr")
    names = sorted(path.relative_to(plain) for path in plain.rglob("*.png"))
    assert len(names) == 4
    for name in names:
        assert (plain / name).read_bytes() == (looked / name).read_bytes()


@pytest.mark.parametrize("asked", [True, False])
def test_a_training_looks_when_it_tells(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    asked: bool,
) -> None:
    monkeypatch.setattr("realsr.cli.glance.FIRST", 0.0)
    monkeypatch.setattr("realsr.measuring.glimpse.glimpse", lambda path: {"flat": "it is flat"})
    photograph().save(tmp_path / "a.png")
    with _looking([tmp_path], asked) as told:
        told("step 1")
    said = capsys.readouterr().err
    assert said.startswith("step 1\n")
    assert ("a.png: it is flat" in said) == asked
