"""The wheel: it holds every package, and every module of it can be imported far from the sources."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = ("degrade", "realsr", "pipelines", "pyproject.toml", "README.md")
OPTIONAL = {"triton"}
"""What a module may need that its machine cannot have."""

IMPORT_ALL = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
failed = {}
for name in sys.argv[2:]:
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        failed[name] = error.name
    else:
        assert module.__file__.startswith(sys.argv[1]), module.__file__
print(json.dumps(failed))
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the sources, without any network, and unpacked."""
    pytest.importorskip("setuptools", reason="the build needs setuptools")
    place = tmp_path_factory.mktemp("wheel")
    skip = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / "source" / name, ignore=skip)
        else:
            shutil.copy(source, place / "source" / name)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    done = subprocess.run(
        [*build, "-q", "-w", str(place), str(place / "source")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = place.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(place / "unpacked")
    return place / "unpacked"


def packages_of_the_tree() -> set[str]:
    inside = (p.parent for top in ("degrade", "realsr") for p in (ROOT / top).rglob("__init__.py"))
    return {".".join(folder.relative_to(ROOT).parts) for folder in inside} | {"degrade.pipelines"}


def test_every_package_is_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert set(project["tool"]["setuptools"]["packages"]) == packages_of_the_tree()


def test_every_file_of_a_package_is_in_the_wheel(unpacked: Path) -> None:
    for name in ("degrade", "realsr", "pipelines"):
        target = unpacked / ("degrade/pipelines" if name == "pipelines" else name)
        for path in (ROOT / name).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert (target / path.relative_to(ROOT / name)).is_file(), path


def test_every_module_is_imported_from_it(unpacked: Path, tmp_path: Path) -> None:
    modules = [
        ".".join(path.relative_to(unpacked).with_suffix("").parts).removesuffix(".__init__")
        for top in ("degrade", "realsr")
        for path in sorted((unpacked / top).rglob("*.py"))
    ]
    assert len(modules) > 300
    done = subprocess.run(
        [sys.executable, "-I", "-c", IMPORT_ALL, str(unpacked), *modules],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    failed: dict[str, str] = json.loads(done.stdout)
    assert {name: lack for name, lack in failed.items() if lack not in OPTIONAL} == {}
