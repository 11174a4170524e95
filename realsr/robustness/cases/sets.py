"""Test sets as files: pictures with pixel digests, frozen before any model sees them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import degrade
from degrade import Pipeline, Trace
from degrade.operators.row import Operator
from realsr.images.crops import Cut
from realsr.images.failures import Failure
from realsr.images.pixels import pixel_digest
from realsr.images.reading import Alpha, Bytes, Reading
from realsr.images.sources import discover
from realsr.images.stored import Stored, read_stored
from realsr.pairs.job import PairsJob
from realsr.pairs.make import make_pairs
from realsr.pairs.manifest import PairLine, read_manifest
from realsr.pairs.run import Observer
from realsr.pairs.store.protocol import PairStore
from realsr.pairs.store.table import opened
from realsr.robustness.errors import StudyError
from realsr.robustness.results.record import Kind, StandsFor
from realsr.rows import NO_ROWS, Rows, check_files

Size = tuple[int, int]


@dataclass(frozen=True)
class Frozen:
    """One stored picture with its size and the digest of its pixels."""

    picture: Stored
    size: Size
    digest: str

    @property
    def path(self) -> Path:
        """Where people find it."""
        return self.picture.path

    def read(self) -> Bytes:
        """`h w c` uint8. Raises SourceError, and StudyError where the pixels are not those that were frozen."""
        image = read_stored(self.picture, self.size)
        if pixel_digest(image) != self.digest:
            raise StudyError(f"{self.path}: its pixels are not those that were frozen")
        return image


@dataclass(frozen=True)
class TestPicture:
    """One picture of a set. image: what it was made from, the same in every set. key: names its files."""

    __test__ = False  # no tests, whatever its name says

    image: str
    variant: int
    key: str
    lr: Frozen
    hr: Frozen | None
    trace: Trace | None
    words: tuple[str, ...]


@dataclass(frozen=True)
class TestSet:
    """Cases in the order of their keys. notes: what was done to the pictures. failures: which are not in it.
    operators: a person's own, which its traces may name. taken: pictures that changed since the set was first
    tested, and are in it as they are now.
    """

    __test__ = False  # no tests, whatever its name says

    name: str
    kind: Kind
    pipeline: str | None
    scale: int
    root: Path
    pictures: tuple[TestPicture, ...]
    notes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    stands_for: StandsFor | None = None
    operators: tuple[Operator[Any], ...] = ()
    taken: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over keys and pixel digests: equal sets test the same pixels."""
        state = hashlib.sha256()
        for picture in self.pictures:
            hr = "none" if picture.hr is None else picture.hr.digest
            state.update(f"{picture.key}\0{picture.lr.digest}\0{hr}\n".encode())
        return state.hexdigest()


@dataclass(frozen=True)
class Making:
    """How pipelines make sets. limit: only the first so many photographs. alpha: what transparent pixels
    become. rows: a person's own, which pipelines may name. accept_changed: as of `make_pairs`."""

    hr: Path
    crop: int | None = None
    seed: int = 0
    variants: int = 1
    limit: int | None = None
    workers: int | None = None
    alpha: Alpha = "refuse"
    rows: Rows = NO_ROWS
    accept_changed: bool = False


def made_set(
    name: str, pipeline: Pipeline, making: Making, root: Path, observer: Observer
) -> TestSet:
    """The set of a pipeline, made or gone on with in `root`, on the CPU. Raises RequestError, StorageError."""
    cut = Cut(pipeline.scale, making.crop)
    reading = Reading(making.alpha)
    job = PairsJob(pipeline, cut, making.seed, making.variants, reading, rows=making.rows)
    outcome = make_pairs(
        [making.hr],
        root,
        job,
        observer=observer,
        workers=making.workers,
        limit=making.limit,
        accept_changed=making.accept_changed,
    )
    sources = discover([making.hr], leave_out=root).sources[: making.limit]
    kept = {source.id for source in sources}
    failures = [failure for failure in outcome.failures if failure.source in kept]
    faults = [_told(failure) for failure in failures]
    return replace(_as_set(name, root, kept, faults, making.rows), taken=outcome.changed)


def given_set(
    name: str, root: Path, scale: int, limit: int | None, rows: Rows = NO_ROWS
) -> TestSet:
    """A folder of pairs as it is. Raises RequestError, ManifestError, RowsError, and StudyError for another
    scale."""
    header, pairs = read_manifest(opened(root))
    if header.scale != scale:
        raise StudyError(f"{root} was made for x{header.scale}, the models enlarge by {scale}")
    sources = sorted({pair.source for pair in pairs})[:limit]
    check_files(header.rows, rows, f"the pairs in {root}", more=True)
    return _as_set(name, root, set(sources), [], rows)


def _as_set(
    name: str, root: Path, sources: set[str], failures: Sequence[str], rows: Rows
) -> TestSet:
    store = opened(root)
    header, pairs = read_manifest(store)
    pictures = tuple(_test_pictures(store, pairs, sources, rows.operators))
    pipeline = header.pipeline.name
    return TestSet(
        name,
        "pipeline",
        pipeline,
        header.scale,
        root,
        pictures,
        failures=tuple(failures),
        operators=rows.operators,
    )


def _test_pictures(
    store: PairStore,
    pairs: Iterator[PairLine],
    sources: set[str],
    operators: Sequence[Operator[Any]],
) -> Iterator[TestPicture]:
    for pair in pairs:
        if pair.source in sources:
            trace = degrade.trace_from_data(pair.trace)
            yield TestPicture(
                image=pair.source.replace("/", "__"),
                variant=pair.variant,
                key=pair.key,
                lr=Frozen(store.lr(pair.key), pair.lr_size, pair.digests.lr_pixels),
                hr=Frozen(store.hr(pair.key), pair.hr_size, pair.digests.hr_pixels),
                trace=trace,
                words=tuple(degrade.words(trace, operators)),
            )


def _told(failure: Failure) -> str:
    return f"{failure.source}: {failure.reason}"
