"""Runs in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import degrade
from degrade.table import Table
from realsr.images.crops import Cut
from realsr.images.failures import Failure
from realsr.images.reading import Reading
from realsr.pairs.job import PairsJob
from realsr.pairs.make import Outcome, make_pairs
from realsr.pairs.store import table
from realsr.pairs.store.table import FORMS, StoreForm
from tests.photographs import photograph, photographs, save, synthetic

__all__ = ["photograph", "photographs", "save", "synthetic"]


NEEDED = {"lmdb": "lmdb", "parquet": "pyarrow"}
"""What a form is written by, where it is an extra."""


class Quiet:
    """Counts what an observer is told."""

    def __init__(self) -> None:
        self.pairs: int | None = None
        self.kept_pairs = self.made_pairs = 0
        self.failures: list[Failure] = []

    def begin(self, sources: int, pairs: int | None) -> None:
        self.pairs = pairs

    def kept(self, pairs: int) -> None:
        self.kept_pairs += pairs

    def opened(self, pairs: int) -> None:
        pass

    def made(self) -> None:
        self.made_pairs += 1

    def failed(self, failure: Failure) -> None:
        self.failures.append(failure)


def job_of(**options: Any) -> PairsJob:
    """A small job; `pipeline`, `scale`, `crop`, `tiles`, `alpha` and `max_pixels` as on the command line."""
    scale = options.pop("scale", 4)
    reading = Reading(options.pop("alpha", "refuse"), options.pop("max_pixels", 2**28))
    return PairsJob(
        pipeline=degrade.load_pipeline(options.pop("pipeline", "second_order"), scale=scale),
        cut=Cut(scale, options.pop("crop", 48), options.pop("tiles", None)),
        reading=reading,
        **options,
    )


def with_zip() -> Table[StoreForm]:
    """The forms of the table, and the one of the worked example."""
    if "zip" in FORMS:  # in the example's own copy of the project, where its file lies elsewhere
        return FORMS
    from tests.contributing.store.realsr.pairs.store.zipped import ZipStore

    return FORMS.with_rows([StoreForm("zip", ZipStore)])


def added(name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The form, once the table has that of the worked example; skips where its extra is absent."""
    monkeypatch.setattr(table, "FORMS", with_zip())
    pytest.importorskip(NEEDED.get(name, "zipfile"), reason=f"{name} needs the extra stores")
    return name


@pytest.fixture(params=list(with_zip()))
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every form of the table, and one that a test adds to it."""
    return added(request.param, monkeypatch)


@pytest.fixture
def make() -> Callable[..., Outcome]:
    """make(roots, out, ...): a run in this process, quietly."""

    def run(roots: Path | list[Path], out: Path, **options: Any) -> Outcome:
        how = {
            name: options.pop(name)
            for name in ("workers", "limit", "engine", "form", "accept_changed")
            if name in options
        }
        listed = roots if isinstance(roots, list) else [roots]
        how.setdefault("workers", 2)
        return make_pairs(listed, out, job_of(**options), observer=Quiet(), **how)

    return run


@pytest.fixture
def tree() -> Callable[[Path], dict[str, bytes]]:
    """tree(folder): the bytes of every file in it, the lock's excepted."""

    def read(root: Path) -> dict[str, bytes]:
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.name != ".realsr.lock"
        }

    return read
