"""Commands that meet a pipeline, a training or a folder that names a program: none of it runs unasked."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from degrade.functional.learned import load_module, measured_geometry
from realsr.cli import trusted
from realsr.cli.main import app


class Half(torch.nn.Module):
    """Half the size."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.avg_pool2d(images, 2)


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own list of what may run."""
    monkeypatch.setattr(trusted, "configuration", lambda: tmp_path / "nobody.yaml")


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was loaded as a program."""
    found: list[str] = []
    real = torch.jit.load
    monkeypatch.setattr(torch.jit, "load", lambda *a, **k: found.append("run") or real(*a, **k))
    return found


@pytest.fixture
def digest(tmp_path: Path) -> str:
    """Of a TorchScript file `half.pt`."""
    path = tmp_path / "half.pt"
    torch.jit.script(Half()).save(str(path))
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def pipeline(tmp_path: Path, digest: str) -> Path:
    path = tmp_path / "learned.yaml"
    path.write_text(
        "name: learned\nscale: 2\nlr:\n"
        f"  - {{op: learned_downsampler, file: {tmp_path / 'half.pt'}, digest: {digest}, scale: 2, margin: 2}}\n"
        "  - {op: clamp}\n"
    )
    return path


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for seed in range(2):
        pixels = np.random.default_rng(seed).integers(0, 256, (48, 56, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{seed}.png")
    return folder


def said(*words: object, code: int = 0) -> str:
    found = CliRunner().invoke(app, [str(word) for word in words])
    assert found.exit_code == code, found.output
    return found.output


def refused(digest: str, ran: list[str], *words: object) -> None:
    """What it is, why, and the option that allows it; nothing of it ran."""
    output = said(*words, code=2)
    assert "half.pt is a TorchScript archive, which is a program" in output
    assert "runs whatever code is in it" in output
    assert f"--trust-code {digest}" in output
    assert "Traceback" not in output
    assert ran == []


@pytest.mark.parametrize("command", ["check", "show", "diff"])
def test_pipelines(digest: str, ran: list[str], pipeline: Path, command: str) -> None:
    words = ("pipelines", command, pipeline, *([pipeline] if command == "diff" else []))
    refused(digest, ran, *words)
    said(*words, "--trust-code", digest)


def test_a_training(
    tmp_path: Path, digest: str, ran: list[str], pipeline: Path, photographs: Path
) -> None:
    config, out = tmp_path / "training.yaml", tmp_path / "run"
    config.write_text(
        "model: {name: espcn, scale: 2, features: [6, 4]}\n"
        f"data: {{hr: ['{photographs}'], pipeline: '{pipeline}', crop: 16, batch: 2}}\n"
        "steps: 2\ndevice: cpu\n"
        f"validation: {{sets: [{{name: own, hr: ['{photographs}'], pipeline: '{pipeline}'}}]}}\n"
    )
    refused(digest, ran, "train", config, "--out", out)
    said("train", config, "--out", out, "--trust-code", digest)
    assert (out / "model.safetensors").is_file()
    refused(digest, [], "train", out / "config.yaml", "--out", out, "--set", "steps=3")


def test_pairs_made_previewed_and_replayed(
    tmp_path: Path, digest: str, ran: list[str], pipeline: Path, photographs: Path
) -> None:
    out = tmp_path / "pairs"
    make = ("make-pairs", photographs, "--out", out, "--pipeline", pipeline, "--crop", "full")
    preview = (
        "preview",
        photographs / "0.png",
        "--out",
        tmp_path / "s.png",
        "--pipeline",
        pipeline,
    )
    for command in (make, preview):
        refused(digest, ran, *command)
        said(*command, "--trust-code", digest)
        ran.clear()
    forget()
    for more in (("--check",), ("--out", tmp_path / "again")):
        refused(digest, ran, "replay", out, *more)
    said("replay", out, "--check", "--trust-code", digest)
    said("replay", out, "--check", "--trust-code", digest, "--workers", 2)
    said("verify", out)
    said("sheet", out, "--out", tmp_path / "sheet.png")


def test_a_manifest_that_names_another_program(
    tmp_path: Path, digest: str, ran: list[str], pipeline: Path, photographs: Path
) -> None:
    """What was allowed is one digest: a folder whose trace names other code is refused again."""
    out = tmp_path / "pairs"
    make = ("make-pairs", photographs, "--out", out, "--pipeline", pipeline, "--crop", "full")
    said(*make, "--trust-code", digest)
    ran.clear()
    evil = tmp_path / "half.pt"
    evil.write_bytes(evil.read_bytes() + b"evil")
    other = hashlib.sha256(evil.read_bytes()).hexdigest()
    manifest = out / "manifest.jsonl"
    manifest.write_text(manifest.read_text().replace(digest, other))
    refused(other, ran, "replay", out, "--check", "--trust-code", digest)


def test_robustness(
    tmp_path: Path, digest: str, ran: list[str], pipeline: Path, photographs: Path
) -> None:
    out = tmp_path / "run"
    asked = ("--hr", photographs, "--scale", 2, "--metrics", "psnr_y")
    run = ("robustness", "run", *asked, "--pipelines", pipeline, "--out", out)
    refused(digest, ran, *run)
    said(*run, "--trust-code", digest)
    forget()
    ran.clear()
    replay = ("robustness", "replay", out, "--model", "bicubic", "--set", "learned", "--key", "0")
    for command in (replay, ("robustness", "remake", out)):
        refused(digest, ran, *command)
        said(*command, "--trust-code", digest)
        forget()
        ran.clear()
    said("robustness", "render", out)


def test_representative_cases(
    tmp_path: Path, digest: str, ran: list[str], pipeline: Path, photographs: Path
) -> None:
    out = tmp_path / "cases"
    chosen = ("robustness", "representative", photographs, "--pipeline", pipeline, "--out", out)
    few = ("--cases", 1, "--pool", 2)
    refused(digest, ran, *chosen, *few)
    said(*chosen, *few, "--trust-code", digest)


def forget() -> None:
    """What was loaded before is loaded anew."""
    load_module.cache_clear()
    measured_geometry.cache_clear()
