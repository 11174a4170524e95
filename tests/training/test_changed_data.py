"""Data that change under a training: named and refused, or taken on purpose and noted."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import degrade
from realsr.cli.main import app
from realsr.files import prints
from realsr.files.prints import Print, printed
from realsr.images.crops import Cut
from realsr.images.errors import SourceError
from realsr.pairs import PairsJob, make_pairs
from realsr.robustness.cases.unobserved import Unobserved
from realsr.training import TrainingError, read_log, train
from realsr.training.check import material
from tests.training.conftest import Make


@pytest.fixture
def own(photographs: Path, tmp_path: Path) -> Path:
    return shutil.copytree(photographs, tmp_path / "own")


@pytest.fixture
def pairs(photographs: Path, tmp_path: Path) -> Path:
    job = PairsJob(degrade.load_pipeline("bicubic", scale=2), Cut(2, 40))
    make_pairs([photographs], tmp_path / "pairs", job, observer=Unobserved(), workers=1)
    return tmp_path / "pairs"


def data(**changes: Any) -> dict[str, Any]:
    return {"crop": 32, "batch": 4, "pipeline": "second_order"} | changes


def noise(path: Path, seed: int = 9) -> None:
    """Another picture of the same size in a file's place."""
    size = Image.open(path).size
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def refused(said: str, *arguments: Any) -> None:
    with pytest.raises((TrainingError, SourceError), match=said) as caught:
        train(*arguments)
    assert "--accept-changed" in str(caught.value)


def test_photographs(make: Make, own: Path, photographs: Path, tmp_path: Path) -> None:
    out, held = tmp_path / "out", data(hr=[str(own)])
    train(make(steps=1, data=held), out)
    one, two = sorted(own.iterdir())[:2]
    one.write_bytes(one.read_bytes() + b"\0")
    two.rename(own / "z.png")
    said = f"changed {one.stem}, missing {two.stem}, new z; put them back"
    refused(said, make(steps=2, data=held), out)
    shutil.copy(photographs / one.name, one)
    (own / "z.png").rename(two)
    assert train(make(steps=2, data=held), out).step == 2
    (out / "data.json").write_text("[]")
    with pytest.raises(TrainingError, match=r"data\.json is damaged"):
        train(make(steps=3, data=held), out)
    (out / "data.json").unlink()
    assert train(make(steps=3, data=held), out).step == 3


def test_a_byte_in_the_middle_of_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(2**20))
    before, times = printed(path), (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    with path.open("r+b") as file:
        file.seek(2**19)
        file.write(b"x")
    os.utime(path, ns=times)
    assert printed(path, before).sha256 != before.sha256


def test_a_file_is_read_again_only_where_it_may_have_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    assert printed(path).status is None  # too new to go by
    monkeypatch.setattr(prints, "SETTLED", -1)
    known = printed(path)
    forged = Print(sha256="of before", status=known.status)
    assert printed(path, forged) is forged
    path.write_bytes(b"two")
    assert printed(path, forged).sha256 == printed(path).sha256 != known.sha256


def test_validation_photographs_and_their_pipeline(make: Make, own: Path, tmp_path: Path) -> None:
    text = "name: mine\nscale: 2\nlr: [{op: resize, factor: 1, of: target, filter: FILTER}]\n"
    pipeline, out = tmp_path / "mine.yaml", tmp_path / "out"
    pipeline.write_text(text.replace("FILTER", "bicubic"))
    one = {"name": "one", "hr": [str(own)], "pipeline": str(pipeline), "limit": 2}

    def validated(steps: int, **changes: Any) -> Any:
        return make(steps=steps, validation={"every": 5, "sets": [one | changes]})

    train(validated(1), out)
    train(validated(2, limit=1), out)  # what is chosen may change, as ever
    train(validated(3), out)
    noise(sorted(own.iterdir())[0])
    refused("validation set one: changed photo0;", validated(4), out)
    pipeline.write_text(text.replace("FILTER", "area"))
    refused("validation set one: changed photo0, its pipeline;", validated(4), out)
    assert train(make(steps=4), out).step == 4  # without the set


def test_the_pipeline_that_is_trained_on(make: Make, own: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "mine.yaml", tmp_path / "out"
    text = "name: mine\nscale: 2\nlr: [{op: resize, factor: 1, of: target, filter: bicubic}]\n"
    path.write_text(text)
    held = data(hr=[str(own)], pipeline=str(path))
    train(make(steps=1, data=held), out)
    path.write_text(text.replace("bicubic", "area"))
    refused("pipelines: changed x2;", make(steps=2, data=held), out)


@pytest.mark.parametrize("side", ["hr", "lr"])
def test_a_stored_pair_whose_picture_changed(
    make: Make, pairs: Path, tmp_path: Path, side: str
) -> None:
    held = data(hr=[], pairs=[str(pairs)], batch=7)
    train(make(steps=1, data=held), tmp_path / "out")
    picture = sorted((pairs / side).iterdir())[3]
    noise(picture)
    said = re.escape(
        f"{picture}: its pixels are not those of the manifest; `realsr verify {pairs}`"
    )
    refused(said, make(steps=2, data=held), tmp_path / "out")
    outcome = train(make(steps=2, data=held), tmp_path / "out", accept_changed=True)
    assert outcome.step == 2
    (taken,) = json.loads((tmp_path / "out" / "data.json").read_text())["taken"]
    assert taken == {
        "step": 1,
        "changes": ["pairs: their pictures are not compared with the manifests"],
    }


def test_a_truncated_stored_picture(make: Make, pairs: Path, tmp_path: Path) -> None:
    picture = sorted((pairs / "lr").iterdir())[3]
    picture.write_bytes(picture.read_bytes()[:-40])
    with pytest.raises(SourceError, match=f"{picture.name}: .*truncated"):
        train(make(steps=1, data=data(hr=[], pairs=[str(pairs)], batch=7)), tmp_path / "out")


def test_a_folder_of_pairs_that_was_made_anew(
    make: Make, pairs: Path, photographs: Path, tmp_path: Path
) -> None:
    held = data(hr=[], pairs=[str(pairs)])
    train(make(steps=1, data=held), tmp_path / "out")
    shutil.rmtree(pairs)
    job = PairsJob(degrade.load_pipeline("bicubic", scale=2), Cut(2, 40), seed=1)
    make_pairs([photographs], pairs, job, observer=Unobserved(), workers=1)
    refused(f"pairs: changed {re.escape(str(pairs))};", make(steps=2, data=held), tmp_path / "out")


def test_a_photograph_that_is_written_to_while_it_runs(make: Make, own: Path) -> None:
    given = material(make(data=data(hr=[str(own)])))
    assert given.photographs is not None
    given.photographs.sample(0, 0)
    noise(sorted(own.iterdir())[0])
    given.photographs.sample(1, 0)
    with pytest.raises(TrainingError, match=r"photo0\.png was changed while this training ran"):
        given.photographs.sample(0, 1)


def test_changes_are_taken_on_purpose_and_noted(
    make: Make, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    out, file = tmp_path / "out", tmp_path / "training.yaml"
    file.write_text(
        "model: {name: espcn, scale: 2, features: [6, 4]}\n"
        "data: {hr: own, crop: 32, batch: 4}\nsteps: 2\ndevice: cpu\n"
    )
    run: Callable[..., Any] = lambda *more: CliRunner().invoke(  # noqa: E731
        app, ["train", "training.yaml", "--out", "out", *more]
    )
    assert run("--set", "steps=1").exit_code == 0
    noise(own / "photo3.png")
    done = run()
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert "photographs: changed photo3;" in done.stderr
    assert "--accept-changed" in done.stderr
    done = run("--accept-changed")
    assert done.exit_code == 0, done.output
    assert (
        "changed since this training began, and taken: photographs: changed photo3" in done.stderr
    )
    (event,) = [each for each in read_log(out) if each["kind"] == "changed_data"]
    assert event == {"step": 1, "kind": "changed_data", "changes": ["photographs: changed photo3"]}
    (taken,) = json.loads((out / "data.json").read_text())["taken"]
    assert taken == {"step": 1, "changes": ["photographs: changed photo3"]}
    assert run("--set", "steps=3").exit_code == 0
