"""Folders that 0.1.0 made are read, gone on with and judged as that version did."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import degrade
from realsr.cli.main import main

MADE = Path(__file__).parent / "0.1.0"
CPU = ("--device", "cpu", "--workers", "1")
TURNED = ("--pipeline", "turned.yaml", "--scale", "2", "--crop", "24", "--variants", "2", *CPU)
RUN = ("--hr", "photographs", "--pipelines", "bicubic,turned.yaml", "--scale", "2", "--crop", "24")
RUN += ("--seed", "7", "--metrics", "psnr_y,ssim_y,gmsd,lr_psnr", *CPU)
PSNR = "psnr_y 1 Y (BT.601), crop 2 px, 8 bit"
"""What the numbers of that column are kept by."""


@pytest.fixture(autouse=True)
def _copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory is a copy, and was made by the libraries that are here: others' would be refused."""
    shutil.copytree(MADE, tmp_path, dirs_exist_ok=True)
    for name in ("manifest.jsonl", "manifest.partial.jsonl"):
        for path in tmp_path.rglob(name):
            head, _, rest = path.read_text(encoding="utf-8").partition("\n")
            path.write_text(f"{_by_these_libraries(head)}\n{rest}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def _by_these_libraries(header: str) -> str:
    said = json.loads(header)
    said["versions"] = dict(sorted(degrade.versions().items()))
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def files(folder: str) -> dict[str, bytes]:
    """Everything in a folder but its lock, by its place."""
    paths = (path for path in Path(folder).rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def cells(folder: str) -> list[dict[str, Any]]:
    lines = Path(folder, "cells.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("folder", ["second_order", "turned"])
def test_pairs_are_verified_replayed_and_drawn(folder: str) -> None:
    assert main(["verify", f"pairs/{folder}"]) == 0
    assert main(["replay", f"pairs/{folder}", "--check", *CPU]) == 0
    assert main(["sheet", f"pairs/{folder}", "--out", "sheet.png"]) == 0
    assert Path("sheet.png").stat().st_size > 1000


def test_a_changed_pair_of_that_version_is_found() -> None:
    first, second = sorted(Path("pairs/turned/lr").iterdir())[:2]
    first.write_bytes(second.read_bytes())
    assert main(["verify", "pairs/turned"]) == 1


def test_pairs_are_trained_on() -> None:
    stored = ("--set", "data.hr=[]", "--set", "data.pairs=[pairs/turned]", "--set", "data.crop=20")
    assert main(["train", "train.yaml", "--out", "trained", *stored, "--set", "steps=1"]) == 0
    assert Path("trained/model.safetensors").exists()


def test_a_killed_job_goes_on_to_the_bytes_of_an_undisturbed_one() -> None:
    earlier = {name: data for name, data in files("pairs/killed").items() if name.endswith("png")}
    for out in ("pairs/killed", "undisturbed"):
        assert main(["make-pairs", "photographs", "--out", out, *TURNED]) == 0
    assert files("pairs/killed") == files("undisturbed")
    assert len(earlier) == 6
    assert len(list(Path("undisturbed/lr").iterdir())) == 6


def test_a_run_is_rendered_gated_and_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["robustness", "render", "robustness/two"]) == 0
    page = Path("robustness/two/index.html").read_text(encoding="utf-8")
    assert "lanczos" in page
    assert "gaussian_blur.sigma_x" in page
    Path("rules.yaml").write_text("rules: [{name: mean, metric: psnr_y, at_least: 15}]\n")
    assert main(["robustness", "gate", "rules.yaml", "--run", "robustness/two"]) == 0
    assert main(["robustness", "compare", "robustness/one", "robustness/one"]) == 0
    capsys.readouterr()


def test_answers_and_test_sets_of_a_run_are_made_again() -> None:
    run = "robustness/one"
    asked = ("--model", "network", "--set", "turned", "--key", "cup", "--out", "again")
    assert main(["robustness", "replay", run, *asked]) == 0
    assert main(["robustness", "remake", run]) == 0


def test_two_runs_are_merged() -> None:
    merged = ["robustness", "merge", "robustness/one", "robustness/two", "--out", "merged"]
    assert main(merged) == 0
    told = {(cell["model"], cell["set"], cell["image"]): cell["scores"] for cell in cells("merged")}
    assert len(told) == 3 * 2 * 3
    for folder in ("robustness/one", "robustness/two"):
        for cell in cells(folder):
            assert told[cell["model"], cell["set"], cell["image"]] == cell["scores"]


def _planted(folder: str) -> None:
    """Numbers in the cache that no model gives, so that one which is read can be told from one made anew."""
    path = Path(folder, "cache", "scores.jsonl")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for place, (_, scores) in enumerate(lines):
        scores[PSNR] = 1000.0 + place
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("folder", "models"),
    [
        ("robustness/one", ("--model", "network=training/whole/model.safetensors", *RUN)),
        ("robustness/two", ("--study", "study.yaml", *CPU)),
    ],
)
def test_a_new_run_takes_every_number_from_the_cache(folder: str, models: tuple[str, ...]) -> None:
    before = cells(folder)
    assert main(["robustness", "run", "--out", folder, *models]) == 0
    assert cells(folder) == before
    _planted(folder)
    assert main(["robustness", "run", "--out", folder, *models]) == 0
    assert all(cell["scores"]["psnr_y"] >= 1000 for cell in cells(folder))


def test_representative_cases_are_test_sets() -> None:
    asked = ("--model", "lanczos=lanczos", "--hr", "photographs", "--cases", "cases")
    more = ("--scale", "2", "--crop", "24", "--metrics", "psnr_y", *CPU)
    assert main(["robustness", "run", "--out", "cased", *asked, *more]) == 0
    assert {cell["set"] for cell in cells("cased")} == {"case_000", "case_001"}


def _same(one: str, other: str) -> bool:
    """Whether two files of tensors hold the same ones, bit for bit. A state's bytes also tell which of its numbers
    were one object, and that is no longer known of one that was read."""
    if one.endswith(".safetensors"):
        return Path(one).read_bytes() == Path(other).read_bytes()
    first, second = (dict(_leaves(torch.load(path, weights_only=True))) for path in (one, other))
    return first.keys() == second.keys() and all(
        torch.equal(value, second[place])
        if isinstance(value, torch.Tensor)
        else value == second[place]
        for place, value in first.items()
    )


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list | tuple):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from _leaves(inner, f"{place}/{key}")
    else:
        yield place, value


def test_a_training_goes_on_from_its_state() -> None:
    """Bits are promised on one kind of machine: where the first steps come out otherwise, so do the last ones."""
    assert main(["train", "train.yaml", "--out", "training/half"]) == 0
    assert main(["train", "train.yaml", "--out", "begun", "--set", "steps=2"]) == 0
    state = "states/step_000000002.pt"
    if _same(f"begun/{state}", f"{MADE}/training/half/{state}"):
        for name in ("model.safetensors", "model_online.safetensors", "states/step_000000004.pt"):
            assert _same(f"training/half/{name}", f"training/whole/{name}"), name
    for name in ("model.safetensors", "model_online.safetensors"):
        found = load_file(Path("training/half", name))
        for key, values in load_file(Path("training/whole", name)).items():
            torch.testing.assert_close(found.pop(key), values, rtol=1e-4, atol=1e-5)
        assert not found


def test_a_training_of_that_version_refuses_another(capsys: pytest.CaptureFixture[str]) -> None:
    other = ("--set", "seed=2")
    assert main(["train", "train.yaml", "--out", "training/half", *other]) == 2
    assert "seed" in capsys.readouterr().err


def test_enlarged_pictures_are_not_made_again() -> None:
    picture = Path("enlarged/cat.png")
    picture.write_bytes(picture.read_bytes() + b"told apart")
    before = picture.stat()
    asked = ("--model", "training/whole/model.safetensors", "--device", "cpu")
    assert main(["upscale", "photographs/cat.png", "--out", "enlarged", *asked]) == 0
    assert (picture.stat().st_mtime_ns, picture.stat().st_size) == (
        before.st_mtime_ns,
        before.st_size,
    )
