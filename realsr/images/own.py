"""Which folders and pictures this toolkit made itself, so that no command takes them for photographs."""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

from degrade.foreign import ForeignFileError, open_foreign
from realsr.files.errors import RequestError
from realsr.files.json_lines import whole_value
from realsr.files.locks import LOCK

MADE_BY = ("Software", "realsr contact sheet")
"""The text in the PNG of a contact sheet by which it is known for one."""

BESIDE = ".realsr-upscale"
"""What the name of a folder begins with that records the pictures enlarged beside their sources."""
REQUEST, RESULTS = "upscale.json", "results.jsonl"
"""In a folder of enlarged pictures: what they were made by, and which there are."""

_FIELDS = {"source", "sha256", "file", "bytes"}
_ALONE = frozenset({LOCK, REQUEST, "manifest.partial.jsonl", "cells.jsonl"})
_PAIRS = frozenset({"manifest.jsonl", "pipeline.yaml"})
_TOGETHER = (_PAIRS, frozenset({"config.yaml", "states"}))


def is_own(names: Set[str]) -> bool:
    """Whether a folder with these entries was written by a command of ours."""
    return bool(names & _ALONE) or any(marks <= names for marks in _TOGETHER)


def results_beside(directory: Path, names: Set[str]) -> frozenset[str]:
    """The names of pictures in a directory that were enlarged beside their sources."""
    found: set[str] = set()
    for name in sorted(names):
        if name.startswith(BESIDE):
            found |= set(recorded(directory / name / RESULTS).values())
    return frozenset(found)


def recorded(path: Path) -> dict[str, str]:
    """Source -> result's name of a record of results; what a kill cut short is left out."""
    return {str(line["source"]): str(line["file"]) for line in result_lines(path)}


def result_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a record of results; none if it is absent."""
    try:
        with open_foreign(path) as file:
            lines = file.readlines()  # in bytes, a line ends at "\n" alone
    except (ForeignFileError, OSError):
        return
    for line in map(whole_value, lines):
        if isinstance(line, dict) and _is_result(line):
            yield line


def _is_result(line: dict[str, Any]) -> bool:
    return line.keys() >= _FIELDS and all(
        type(line[name]) is (int if name == "bytes" else str) for name in _FIELDS
    )


def refuse_pairs(directory: Path, names: Set[str]) -> None:
    """Raises RequestError for a folder of pairs, whose HR and LR images are no photographs side by side."""
    if names >= _PAIRS:
        raise RequestError(
            f"{directory} is a folder of pairs that make-pairs wrote; give {directory / 'hr'} for its HR images"
        )


def refuse_at_sources(out: Path, roots: Set[Path]) -> None:
    """Raises RequestError where results would lie among the photographs themselves."""
    for root in sorted(roots):
        if root.is_dir() and out.exists() and root.samefile(out):
            raise RequestError(
                f"--out {out} is the directory of the sources; give another one, which may lie inside it"
            )
