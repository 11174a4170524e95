"""Making every LR again from its HR file and its trace alone: no pipeline, no seed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

import degrade
from degrade.errors import DegradeError
from degrade.execute.forked import can_fork, forked_pool
from degrade.execute.threads import worker_pool
from degrade.operators.row import Operator
from degrade.trust import UntrustedCodeError
from realsr.files.whole import write_whole
from realsr.images.errors import SourceError
from realsr.images.pixels import pixel_digest
from realsr.images.png import encode_png
from realsr.images.reading import Bytes
from realsr.images.remaking import remade
from realsr.images.stored import read_stored
from realsr.pairs.job import resolve_device, versions
from realsr.pairs.manifest import ManifestHeader, PairLine, read_manifest
from realsr.pairs.replayed import claimed_target
from realsr.pairs.run import Stop
from realsr.pairs.store.claim import refuse_links
from realsr.pairs.store.protocol import PairStore
from realsr.pairs.store.table import opened
from realsr.pairs.workers import look_ahead, stopping
from realsr.rows import NO_ROWS, Rows, check_files


@dataclass(frozen=True)
class Replayed:
    """One pair's replay. difference: what is not as the manifest says, None if all is."""

    key: str
    difference: str | None


@dataclass(frozen=True)
class _Task:
    """What is done to each pair. target: where its LR goes, None where nothing is written."""

    store: PairStore
    device: torch.device
    target: Path | None
    operators: tuple[Operator[Any], ...]
    stopped: Stop = field(default_factory=Stop)

    def replayed(self, pair: PairLine) -> Replayed:
        if self.stopped.is_set():
            return Replayed(pair.key, "not replayed: stopped before")
        try:
            lr = self._low(pair)
            same = pixel_digest(lr) == pair.digests.lr_pixels
            data = b"" if self.target is None else encode_png(lr)
        except UntrustedCodeError:
            raise
        except (
            Exception
        ) as error:  # a manifest may say anything: one pair's nonsense is that pair's
            return Replayed(pair.key, _difference(pair, error))
        if self.target is not None:
            write_whole(self.target / f"{pair.key}.png", data)
        return Replayed(pair.key, None if same else "the LR pixels differ")

    def _low(self, pair: PairLine) -> Bytes:
        trace = degrade.trace_from_data(pair.trace)
        hr = read_stored(self.store.hr(pair.key), pair.hr_size)
        if pixel_digest(hr) != pair.digests.hr_pixels:
            raise SourceError("changed", "its pixels are not those of the manifest")
        return remade(trace, hr, self.device, self.operators)


def replay(
    root: Path,
    device: str,
    workers: int | None = None,
    out: Path | None = None,
    check: bool = False,
    rows: Rows = NO_ROWS,
) -> Iterator[Replayed]:
    """Replays every pair of a folder, in key order.

    device: `cpu` or `cuda`. out: where the LR files go, by default `lr-replayed` in the folder; with `check`
    nothing is written. Only an empty directory or one that an earlier replay filled is written to. rows: a
    person's own, those that the pairs were made with.
    Raises RequestError, RowsError, ManifestError, StorageError, UntrustedCodeError; what is wrong with one pair
    is its difference.
    """
    store = opened(root)
    if not check:
        refuse_links(store)
    header, pairs = read_manifest(store)
    check_files(header.rows, rows, f"the pairs in {root}")
    target = None if check else claimed_target(store, out)
    task = _Task(store, torch.device(device), target, rows.operators)
    threads = workers or os.cpu_count() or 1
    with _pool(task, threads) as (pool, run), stopping(task.stopped):
        yield from look_ahead(pool, run, pairs, 4 * threads)


@contextmanager
def _pool(task: _Task, workers: int) -> Iterator[tuple[Executor, Callable[[PairLine], Replayed]]]:
    """Processes for the CPU's work, which inherit the task; threads for those that wait for a GPU."""
    if task.device.type == "cpu" and workers > 1 and can_fork():
        with forked_pool(workers, _adopt, task) as forked:
            yield forked, _inherited
    else:
        with worker_pool(workers) as pool:
            yield pool, task.replayed


def replay_device(root: Path, wanted: str) -> str:
    """The device kind to replay on; `auto` is the one the pairs were made on, where this machine has it."""
    header, _ = read_manifest(opened(root))
    if wanted != "auto":
        return resolve_device(wanted)
    return resolve_device("auto") if header.device == "cuda" else "cpu"


def conditions(root: Path, device: str) -> list[str]:
    """In what the folder's making differed from here: reasons why equal pixels are not to be expected."""
    header, _ = read_manifest(opened(root))
    return list(_conditions(header, device))


def _conditions(header: ManifestHeader, device: str) -> Iterator[str]:
    if header.device != device:
        yield f"made on {header.device}, replayed on {device}"
    here = versions()
    for name in sorted(header.versions.keys() | here.keys()):
        was, now = header.versions.get(name, "absent"), here.get(name, "absent")
        if was != now:
            yield f"made with {name} {was}, replayed with {now}"


def _difference(pair: PairLine, error: Exception) -> str:
    match error:
        case SourceError():
            text = f"hr/{pair.key}.png: {error.reason}"
        case DegradeError():
            text = str(error)
        case MemoryError():
            text = "there is not enough memory to replay it"
        case _:
            text = f"replaying it failed with {type(error).__name__}: {error}"
    return " ".join(text.split())


_task: _Task | None = None


def _adopt(task: _Task) -> None:
    global _task
    _task = task


def _inherited(pair: PairLine) -> Replayed:
    """In a worker process."""
    assert _task is not None
    return _task.replayed(pair)
