"""Making every LR again from its HR file and its trace alone: no pipeline, no seed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

import degrade
from degrade.errors import DegradeError
from degrade.execute.forked import can_fork, forked_pool
from degrade.execute.threads import worker_pool
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
from realsr.pairs.store.protocol import PairStore
from realsr.pairs.store.table import opened
from realsr.pairs.workers import look_ahead


@dataclass(frozen=True)
class Replayed:
    """One pair's replay. difference: what is not as the manifest says, None if all is."""

    key: str
    difference: str | None


def replay(
    root: Path,
    device: str,
    workers: int | None = None,
    out: Path | None = None,
    check: bool = False,
) -> Iterator[Replayed]:
    """Replays every pair of a folder, in key order.

    device: `cpu` or `cuda`. out: where the LR files go, by default `lr-replayed` in the folder; with `check`
    nothing is written. Only an empty directory or one that an earlier replay filled is written to.
    Raises RequestError, ManifestError, StorageError; what is wrong with one pair is its difference.
    """
    store = opened(root)
    _, pairs = read_manifest(store)
    target = None if check else claimed_target(store, out)
    kind, threads = torch.device(device), workers or os.cpu_count() or 1
    with _pool(kind, threads) as pool:
        yield from look_ahead(
            pool, partial(_replay, store, device=kind, target=target), pairs, 4 * threads
        )


def _pool(device: torch.device, workers: int) -> AbstractContextManager[Executor]:
    """Processes for the CPU's work, threads for those that wait for a GPU."""
    if device.type == "cpu" and workers > 1 and can_fork():
        return forked_pool(workers)
    return worker_pool(workers)


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


def _replay(
    store: PairStore, pair: PairLine, device: torch.device, target: Path | None
) -> Replayed:
    try:
        lr = _low(store, pair, device)
        same = pixel_digest(lr) == pair.digests.lr_pixels
        data = b"" if target is None else encode_png(lr)
    except Exception as error:  # a manifest may say anything: one pair's nonsense is that pair's
        return Replayed(pair.key, _difference(pair, error))
    if target is not None:
        write_whole(target / f"{pair.key}.png", data)
    return Replayed(pair.key, None if same else "the LR pixels differ")


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


def _low(store: PairStore, pair: PairLine, device: torch.device) -> Bytes:
    trace = degrade.trace_from_data(pair.trace)
    hr = read_stored(store.hr(pair.key), pair.hr_size)
    if pixel_digest(hr) != pair.digests.hr_pixels:
        raise SourceError("changed", "its pixels are not those of the manifest")
    return remade(trace, hr, device)
