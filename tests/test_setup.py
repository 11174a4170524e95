"""What an empty machine is set up from: pins, make targets, the demonstration's photographs."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from PIL import Image

from degrade.errors import MissingExtraError
from realsr.demos import photographs as demo

ROOT = Path(__file__).parent.parent
PINS = (ROOT / "constraints.txt").read_text().splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pinned() -> dict[str, Version]:
    pairs = (line.split("==") for line in PINS)
    return {canonicalize_name(name): Version(version) for name, version in pairs}


def extra_requirements() -> list[Requirement]:
    """What the extras that nobody is made to install ask for."""
    return [
        Requirement(text)
        for extra in ("metrics", "parquet")
        for text in PROJECT["optional-dependencies"][extra]
    ]


def set_up_requirements() -> list[Requirement]:
    """What the set-up asks for by name: the core and the extras that the Makefile installs."""
    found = re.findall(r"^(?:TEST_)?EXTRAS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert len(found) == 2
    wanted = list(PROJECT["dependencies"])
    for extra in ",".join(found).split(","):
        wanted += PROJECT["optional-dependencies"][extra]
    return [Requirement(text) for text in wanted]


def test_constraints_hold_names_and_exact_versions_only() -> None:
    form = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9]+(\.[0-9a-z]+)*")
    assert [line for line in PINS if not form.fullmatch(line)] == []


def test_constraints_name_no_address_no_local_build_and_no_package_twice() -> None:
    text = "\n".join(PINS)
    assert "://" not in text
    assert "+" not in text
    assert "-e " not in text
    assert len(pinned()) == len(PINS)


def test_one_opencv_wheel_is_pinned() -> None:
    assert [name for name in pinned() if name.startswith("opencv")] == ["opencv-python-headless"]


@pytest.mark.parametrize("requirement", set_up_requirements() + extra_requirements(), ids=str)
def test_every_requirement_is_pinned_within_its_bounds(requirement: Requirement) -> None:
    assert pinned()[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("name", ["Makefile", "pyproject.toml", ".ci/run"])
def test_set_up_files_name_no_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()


def test_ci_is_runnable_and_stops_at_the_first_failure() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    text = script.read_text()
    assert "set -euo pipefail" in text
    assert text.index("make check") < text.index("make test")


def test_ci_tries_pages_in_a_browser_and_leaves_none_out() -> None:
    text = (ROOT / ".ci" / "run").read_text()
    assert text.index("install_chromium") < text.index("REALSR_BROWSER=required")
    assert text.index("REALSR_BROWSER=required") < text.index("make test")
    assert "browser" in {
        part for found in re.findall(r"EXTRAS := (.*)", _makefile()) for part in found.split(",")
    }


def _makefile() -> str:
    return (ROOT / "Makefile").read_text()


def make(*arguments: str, path: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run make with `path` to find programs on, and nothing of a make that runs this test."""
    environment = {"PATH": path, "HOME": os.environ.get("HOME", "/")}
    command = ["make", "--no-print-directory", "-C", str(root), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def dry_run(target: str, path: str = os.environ["PATH"]) -> str:
    """What make would run for a target on an empty machine."""
    done = make("-n", "-B", target, path=path)
    assert done.returncode == 0, done.stderr
    return done.stdout


def interpreter(folder: Path, name: str, status: int) -> None:
    """A program that stands for an interpreter: it says yes (0) or fails, as a shim does."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\nexit {status}\n")
    program.chmod(0o755)


def test_the_first_interpreter_that_runs_makes_the_environment(tmp_path: Path) -> None:
    interpreter(tmp_path, "python3.12", 127)
    interpreter(tmp_path, "python3.11", 0)
    recipe = dry_run("environment", f"{tmp_path}:/usr/bin:/bin")
    assert "python3.11 -m venv" in recipe
    assert "python3.12 -m venv" not in recipe


def test_no_interpreter_is_said_in_words(tmp_path: Path) -> None:
    for name in ("python3.12", "python3.11", "python3"):
        interpreter(tmp_path, name, 1)
    root = tmp_path / "project"
    root.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        (root / name).write_bytes((ROOT / name).read_bytes())
    done = make("environment", path=f"{tmp_path}:/usr/bin:/bin", root=root)
    assert done.returncode != 0
    assert "No Python 3.11 or later" in done.stderr
    assert not (root / ".venv").exists()


def test_basicsr_never_brings_its_own_requirements() -> None:
    recipe = dry_run("environment")
    (line,) = [line for line in recipe.splitlines() if line.endswith(" basicsr")]
    assert "--no-deps --no-build-isolation" in line


def test_slow_proofs_are_left_out_of_the_suite_and_have_a_target() -> None:
    assert "-m 'not slow and not docs'" in dry_run("test")
    assert dry_run("test-slow").rstrip().endswith("-m slow")


def test_the_demonstration_installs_no_more_than_it_needs() -> None:
    demo_recipe, test_recipe = dry_run("demo"), dry_run("test")
    assert ".[demo,train]'" in demo_recipe
    for name in ("basicsr", "onnx", "interop"):
        assert name not in demo_recipe
        assert name in test_recipe
    assert "1 of 2" in demo_recipe
    assert "2 of 2" in test_recipe


def test_the_documentations_proof_has_a_target() -> None:
    assert "-m docs tests/docs" in dry_run("test-docs")


def test_workers_of_the_suite_compute_on_one_thread() -> None:
    assert "OMP_NUM_THREADS=1" in dry_run("test")


def test_bundled_photographs_are_exported_whole_and_large_enough(tmp_path: Path) -> None:
    pytest.importorskip("skimage")
    paths = demo.export_photographs(tmp_path / "new" / "folder")
    assert [path.name for path in paths] == list(demo.PHOTOGRAPHS)
    for path in paths:
        with Image.open(path) as image:
            image.load()
            assert min(image.size) >= 256
            assert image.mode in ("RGB", "L")


def test_the_export_names_the_extra_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(package: str) -> Path:
        raise ModuleNotFoundError(package)

    monkeypatch.setattr(demo.resources, "files", absent)
    with pytest.raises(MissingExtraError, match=r"realsr-toolkit\[demo\]"):
        demo.export_photographs(tmp_path)
