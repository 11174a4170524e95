"""The worked examples of CONTRIBUTING.md: what each adds, and a copy of the project with it.

An example is a folder. Its files lie where they would lie in the project; `lines.yaml` says what is inserted
into files that are there already; `found.py` looks, in the copy, for the example everywhere it should be.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
COPIED = ("degrade", "realsr", "tests", "tools", "pipelines")
LINES, FOUND = "lines.yaml", "found.py"


@dataclass(frozen=True)
class Insertion:
    """A text put before or behind a line that stands once in a file."""

    add: str
    after: str = ""
    before: str = ""

    def into(self, text: str) -> str:
        """The text with it. Raises AssertionError where the line stands there never or twice."""
        line, added = f"\n{self.after or self.before}\n", self.add.strip("\n")
        assert text.count(line) == 1, line
        if self.after:
            return text.replace(line, f"{line}{added}\n")
        return text.replace(line, f"\n{added}\n{line}")


@dataclass(frozen=True)
class Example:
    """A folder beside this file."""

    name: str

    @property
    def folder(self) -> Path:
        return Path(__file__).parent / self.name

    @property
    def added(self) -> dict[str, str]:
        """Texts of new files by their places in the project."""
        paths = [path for path in self.folder.rglob("*") if path.is_file()]
        own = {self.folder / LINES, self.folder / FOUND}
        return {
            path.relative_to(self.folder).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(paths)
            if path not in own and "__pycache__" not in path.parts
        }

    @property
    def inserted(self) -> dict[str, list[Insertion]]:
        """Insertions by file."""
        path = self.folder / LINES
        found = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        return {file: [Insertion(**each) for each in entries] for file, entries in found.items()}

    @property
    def places(self) -> list[str]:
        """Files that are new or changed."""
        return [*self.added, *self.inserted]

    def copied_to(self, root: Path) -> None:
        """The project with the example in it, in an empty folder."""
        for name in COPIED:
            ignored = shutil.ignore_patterns("__pycache__", "contributing", ".*_cache")
            shutil.copytree(ROOT / name, root / name, symlinks=True, ignore=ignored)
        for name in ("pyproject.toml", "CHANGELOG.md"):
            shutil.copyfile(ROOT / name, root / name)
        for file, text in self.added.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            assert not (root / file).exists(), file
            (root / file).write_text(text, encoding="utf-8")
        for file, insertions in self.inserted.items():
            text = (root / file).read_text(encoding="utf-8")
            for insertion in insertions:
                text = insertion.into(text)
            (root / file).write_text(text, encoding="utf-8")

    def search(self, root: Path) -> None:
        """Runs `found.py` in the copy. Raises AssertionError with what it said."""
        shutil.copyfile(self.folder / FOUND, root / FOUND)
        found = subprocess.run(
            [sys.executable, FOUND],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert found.returncode == 0, (
            f"{self.name}:\n{found.stdout[-4000:]}\n{found.stderr[-4000:]}"
        )
