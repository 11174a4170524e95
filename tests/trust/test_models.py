"""Models that are programs: none runs unless the person at the command line, or the caller, said so."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from degrade.errors import DegradeError
from degrade.trust import UntrustedCodeError
from realsr.cli import trusted
from realsr.cli.main import app
from realsr.inference import load

SUFFIXES = [".pt", ".pth", ".bin", ".ckpt", ".jit", ".torchscript", ".safetensors", ".PT", ""]

MODULE = """
from pathlib import Path
Path(__file__).with_name("was_run").touch()
def enlarged(images):
    return images.repeat_interleave(2, 2).repeat_interleave(2, 3)
enlarged.scale, enlarged.channels = 2, 3
"""


class Twice(torch.nn.Module):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.repeat_interleave(2, 2).repeat_interleave(2, 3)


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own list of what may run."""
    monkeypatch.setattr(trusted, "configuration", lambda: tmp_path / "nobody.yaml")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "model.pt"
    torch.jit.script(Twice()).save(str(path))
    return path


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    Image.fromarray(np.full((8, 9, 3), 90, np.uint8)).save(folder / "a.png")
    return folder


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that leaves a mark where it is imported; the mark's path."""
    (tmp_path / "hostile.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "hostile", raising=False)
    return tmp_path / "was_run"


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Calls of torch's loader of programs."""
    calls: list[object] = []
    monkeypatch.setattr(torch.jit, "load", lambda *args, **_: calls.append(args))
    return calls


def realsr(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    return result.exit_code, " ".join(result.output.split())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_torchscript_is_refused_under_any_suffix(
    archive: Path, suffix: str, forbidden: list[object]
) -> None:
    path = archive.rename(archive.with_suffix(suffix))
    with pytest.raises(DegradeError) as caught:
        load(path)
    assert forbidden == []
    if suffix.lower() != ".safetensors":
        assert isinstance(caught.value, UntrustedCodeError)
        assert hashlib.sha256(path.read_bytes()).hexdigest() in str(caught.value)


def test_a_suffix_that_promises_data_is_never_read_as_code(
    archive: Path, forbidden: list[object]
) -> None:
    path = archive.rename(archive.with_suffix(".safetensors"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(DegradeError, match="safetensors"):
        load(path, trust=[digest])
    assert forbidden == []


def test_what_was_allowed_is_what_runs(archive: Path) -> None:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert load(archive, trust=[digest]).scale == 2
    with archive.open("ab") as file:
        file.write(b"more")
    with pytest.raises(UntrustedCodeError):
        load(archive, trust=[digest])


@pytest.mark.parametrize("command", ["show", "upscale", "run"])
def test_commands_refuse_it_and_say_what_allows_it(
    archive: Path, photographs: Path, tmp_path: Path, command: str
) -> None:
    arguments: dict[str, tuple[object, ...]] = {
        "show": ("models", "show", archive),
        "upscale": ("upscale", photographs, "--model", archive, "--out", tmp_path / "out"),
        "run": (
            "robustness",
            "run",
            "--model",
            archive,
            "--hr",
            photographs,
            "--pipelines",
            "bicubic",
            "--metrics",
            "psnr_y",
            "--out",
            tmp_path / "out",
        ),
    }
    code, said = realsr(*arguments[command])
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert code == 2
    assert f"--trust-code {digest}" in said
    code, said = realsr(*arguments[command], "--trust-code", digest)
    assert code == 0, said


def test_a_module_that_a_study_names_is_not_imported(
    module: Path, photographs: Path, tmp_path: Path
) -> None:
    study = tmp_path / "study.yaml"
    study.write_text("models: [{name: m, path: 'hostile:enlarged'}]\npipelines: [bicubic]\n")
    run = (
        "robustness",
        "run",
        "--study",
        study,
        "--hr",
        photographs,
        "--metrics",
        "psnr_y",
        "--out",
        tmp_path / "out",
    )
    code, said = realsr(*run)
    assert code == 2
    assert "--trust-code hostile" in said
    assert not module.exists()
    code, said = realsr(*run, "--trust-code", "hostile")
    assert code == 0, said
    code, said = realsr(
        "robustness",
        "replay",
        tmp_path / "out",
        "--model",
        "m",
        "--set",
        "bicubic",
        "--key",
        "a_0000",
    )
    assert "--trust-code hostile" in said


def test_a_module_that_is_typed_says_so_by_itself(
    module: Path, photographs: Path, tmp_path: Path
) -> None:
    code, said = realsr(
        "upscale", photographs, "--model", "hostile:enlarged", "--out", tmp_path / "out"
    )
    assert code == 0, said
    assert module.exists()


def test_a_persons_own_list_allows_for_good(module: Path, tmp_path: Path) -> None:
    (tmp_path / "nobody.yaml").write_text("trust: [hostile]\n")
    assert "hostile" in trusted.trusted().names
    assert load("hostile:enlarged", trust=trusted.trusted()).scale == 2
