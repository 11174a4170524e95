"""What is wrong with a request is said at once: two bad parts are two sentences."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from degrade.errors import DegradeError, PipelineError
from realsr.cli.main import app
from realsr.files.errors import RequestError, StorageError
from realsr.files.faults import MOST, Faults, SeveralFaultsError, all_of


def odd(number: int) -> int:
    if number % 2 == 0:
        raise PipelineError(f"{number} is even")
    return number


def test_one_fault_is_raised_as_it_is_and_several_as_one() -> None:
    assert all_of(odd, [1, 3]) == [1, 3]
    with pytest.raises(PipelineError, match="2 is even"):
        all_of(odd, [1, 2, 3])
    with pytest.raises(SeveralFaultsError) as caught:
        all_of(lambda part: all_of(odd, part), [[2, 4], [1], [6]])
    assert str(caught.value) == "2 is even\n4 is even\n6 is even"
    assert isinstance(caught.value, RequestError)


def test_many_are_counted() -> None:
    with pytest.raises(SeveralFaultsError) as caught:
        all_of(odd, range(2, 2 * (MOST + 4), 2))
    assert str(caught.value).splitlines()[-1] == "and 3 more"
    assert len(caught.value.faults) == MOST + 3


def test_what_is_no_fault_of_a_part_is_raised_at_once() -> None:
    faults = Faults()
    faults.of(lambda: odd(2))
    with pytest.raises(ZeroDivisionError):
        faults.of(lambda: 1 // 0)
    full = StorageError(Path("a"), OSError(errno.ENOSPC, "full"))

    def write() -> None:
        raise full

    with pytest.raises(StorageError):
        faults.of(write)
    with pytest.raises(DegradeError, match="2 is even"):
        faults.check()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Photographs, and of everything else two bad ones."""
    monkeypatch.chdir(tmp_path)
    Path("photographs").mkdir()
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 256, (40, 48, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(f"photographs/{number}.png")
    for name in ("one", "two"):
        Path(f"{name}.pth").write_bytes(b"no weights")
        Path(f"{name}.yaml").write_text(f"name: {name}\nlr:\n  - {{op: {name}_blur}}\n")
        Path(f"{name}_rows.py").write_text("raise ValueError('no rows')\n")
        Path(name).mkdir()
    return tmp_path


RUN = "robustness run --hr photographs --scale 2 --metrics psnr_y --out run"


@pytest.mark.parametrize(
    ("command", "names"),
    [
        (f"{RUN} --model a=one.pth --model b=two.pth --pipelines bicubic", ["one.pth", "two.pth"]),
        (f"{RUN} --pipelines one.yaml,two.yaml", ["one.yaml", "two.yaml"]),
        (f"{RUN} --real one --pairs two two", ["no images in one", "no picture of two"]),
        (
            f"{RUN} --model a=one.pth --pipelines two.yaml --real one --weights niqe=gone.mat",
            ["one.pth", "two.yaml", "no images in one", "niqe"],
        ),
        ("make-pairs gone away photographs --out pairs", ["gone does not", "away does not"]),
        ("upscale gone away --model bicubic --scale 2 --out big", ["gone does", "away does"]),
        ("pipelines diff one.yaml two.yaml", ["one_blur", "two_blur"]),
        ("pipelines check one.yaml two.yaml", ["one_blur", "two_blur"]),
        (
            "pipelines check one.yaml --rows one_rows.py --rows two_rows.py",
            ["one_rows.py", "two_rows.py"],
        ),
        ("models interpolate one.pth two.pth --alpha 0.5 --out m.safetensors", ["one.p", "two.p"]),
    ],
)
def test_all_bad_ones_of_a_request_are_named(here: Path, command: str, names: list[str]) -> None:
    done = CliRunner().invoke(app, command.split())
    assert done.exit_code in (1, 2), done.output
    assert all(name in done.stderr for name in names), done.stderr
    assert "Traceback" not in done.stderr
    assert not (here / "run").exists()
    assert not (here / "pairs").exists()


def test_all_bad_photographs_pipelines_and_sets_of_a_training(here: Path) -> None:
    for number in (0, 2):
        Image.fromarray(np.zeros((6, 6, 3), np.uint8)).save(f"photographs/{number}.png")
    Path("training.yaml").write_text(
        "model: {name: espcn, scale: 2, features: [6, 4]}\n"
        "data: {hr: photographs, pairs: [one, two], pipeline: one.yaml, crop: 16, batch: 2}\n"
        "steps: 2\ndevice: cpu\nvalidation: {sets: [{name: own, hr: gone}, {name: other, hr: one}]}\n"
    )
    done = CliRunner().invoke(app, ["train", "training.yaml", "--out", "trained"])
    assert done.exit_code == 2
    named = ["0.png", "2.png", "one_blur", "one is no", "two is no", "gone does", "set other"]
    assert [name for name in named if name not in done.stderr] == [], done.stderr


def test_what_several_parts_say_is_said_once() -> None:
    def same(number: int) -> None:
        raise RequestError(f"too few: {number // 2}")

    with pytest.raises(RequestError, match=r"\Atoo few: 0\Z"):
        all_of(same, [0, 1])
    with pytest.raises(SeveralFaultsError, match=r"\Atoo few: 1\ntoo few: 0\Z"):
        all_of(same, [2, 0, 1, 3])
