"""Programs and pickles under any suffix, behind the beginning of something else: none runs, whatever asks for it."""

from __future__ import annotations

import os
import pickle
import warnings
import zipfile
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from realsr.backbones.errors import MissingWeightsError
from realsr.backbones.weights import load_weights
from realsr.cli import trusted
from realsr.cli.main import app
from tests.photographs import save, synthetic

SUFFIXES = ("pt", "pth", "ckpt", "bin", "onnx", "npz", "mat", "safetensors", "png")
BEGINNINGS = {
    "plain": b"",
    "gif": b"GIF89a" + b"x" * 100,
    "png": b"\x89PNG\r\n\x1a\n" + b"x" * 64,
    "script": b"#!/bin/sh\ntouch mark\nexit\n",
}
RUN = "robustness run --hr good --scale 2 --pipelines bicubic --out out"
COMMANDS = (
    "models show {}",
    "upscale good --out out --model {}",
    "models interpolate {} {} --out out.safetensors",
    "models export {} --onnx out.onnx",
    f"{RUN} --metrics psnr_y --model m={{}}",
    f"{RUN} --metrics dists --weights dists={{}} --weights vgg16={{}}",
    f"{RUN} --metrics niqe --weights niqe={{}}",
)


class Marks:
    """A pickle that leaves a mark where it is loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch mark",)


class Twice(torch.nn.Module):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.repeat_interleave(2, 2).repeat_interleave(2, 3)


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(trusted, "configuration", lambda: tmp_path / "nobody.yaml")
    monkeypatch.setattr(torch.jit, "load", lambda *_, **__: Path("mark").touch())
    save(Path("good", "0.png"), synthetic(0, 60, 64))
    return tmp_path


def refused(path: Path, command: str) -> None:
    done = CliRunner().invoke(app, command.replace("{}", str(path)).split())
    assert done.exit_code == 2, (command, done.output)
    assert str(path) in done.output
    assert "Traceback" not in done.output
    assert not Path("mark").exists(), (path, command)


def through_all_in_turn(paths: list[Path]) -> None:
    for number, path in enumerate(paths):
        for command in (COMMANDS[number % len(COMMANDS)], COMMANDS[0]):
            refused(path, command)


def test_programs_behind_any_beginning_under_any_suffix() -> None:
    torch.jit.script(Twice()).save("program.pt")
    program, paths = Path("program.pt").read_bytes(), []
    for (name, beginning), suffix in product(BEGINNINGS.items(), SUFFIXES):
        paths.append(Path(f"{name}.{suffix}"))
        paths[-1].write_bytes(beginning + program)
    through_all_in_turn(paths)


def test_pickles_under_any_suffix() -> None:
    paths = [Path(f"pickle.{suffix}") for suffix in SUFFIXES]
    for path in paths:
        path.write_bytes(pickle.dumps(Marks()))
    with zipfile.ZipFile("twice.pth", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # a name stands twice, and readers differ in which they take
        archive.writestr("archive/version", "3\n")
        archive.writestr("archive/data.pkl", b"\x80\x02}q\x00.")
        archive.writestr("archive/data.pkl", pickle.dumps(Marks()))
    np.savez("objects.npz", mu_pris_param=np.array([Marks()], dtype=object))
    through_all_in_turn([*paths, Path("twice.pth"), Path("objects.npz")])


def test_a_library_says_nothing_of_its_own(recwarn: pytest.WarningsRecorder) -> None:
    Path("pickle.pth").write_bytes(pickle.dumps(Marks(), protocol=4))
    with pytest.raises(MissingWeightsError):
        load_weights(Path("pickle.pth"))
    assert not recwarn.list
