"""A copy of the tree to plant bugs in. The working tree is read, and never written."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import cache_from_source
from pathlib import Path

from tools.mutants.mutant import Mutant


def copied(root: Path, to: Path) -> Path:
    """The files of a checkout as they are now, those that git does not know yet among them."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=root, check=True, capture_output=True).stdout.decode()
    for name in filter(None, names.split("\0")):
        if (root / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, to / name)
    _link_pipelines(to)
    return to


def _link_pipelines(tree: Path) -> None:
    """An installed package finds the pipelines under `degrade`; without this name those of the original."""
    if (tree / "degrade").is_dir() and (tree / "pipelines").is_dir():
        (tree / "degrade" / "pipelines").symlink_to(Path("..", "pipelines"))


@contextmanager
def planted(mutant: Mutant, tree: Path) -> Iterator[None]:
    """The bug stands in the tree inside the block. Raises ValueError where it does not apply."""
    if fault := mutant.fault(tree):
        raise ValueError(f"{mutant.title}: {fault}")
    path = tree / mutant.file
    sound = path.read_text(encoding="utf-8")
    _write(path, sound.replace(mutant.old, mutant.new))
    try:
        yield
    finally:
        _write(path, sound)


def _write(path: Path, text: str) -> None:
    """With nothing compiled of what stood there: Python knows a file by its size and second."""
    path.write_text(text, encoding="utf-8")
    Path(cache_from_source(str(path))).unlink(missing_ok=True)
