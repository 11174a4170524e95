"""Frozen pixels against pixels made again: how many differ, and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import torch

import degrade
from degrade.errors import DegradeError
from degrade.trust import UntrustedCodeError
from realsr.images.reading import Bytes
from realsr.images.remaking import Difference, difference, remade
from realsr.images.stored import read_stored
from realsr.pairs.manifest import PairLine, read_manifest
from realsr.pairs.pictures import read_pair
from realsr.pairs.store.protocol import PairStore
from realsr.pairs.store.table import opened, picture_at
from realsr.robustness.results.record import RecordedFile
from realsr.robustness.results.store import Results
from realsr.rows import NO_ROWS, Rows, check_files


def made_again(root: Path, device: str = "cpu", rows: Rows = NO_ROWS) -> Difference:
    """Every LR of a folder of pairs from its HR and its trace, on this machine, against the frozen one.

    rows: a person's own, those of the folder. Raises RowsError, UntrustedCodeError.
    """
    store = opened(root)
    header, pairs = read_manifest(store)
    check_files(header.rows, rows, f"the pairs in {root}", more=True)
    kind = torch.device(device)
    return difference(_both(store, pair, kind, rows) for pair in pairs)


def told_difference(one: Results, other: Results, name: str) -> str:
    """In what a set of two runs differs, in words."""
    first, second = (_images(results, name) for results in (one, other))
    alone = len(first.keys() ^ second.keys())
    both = difference(_stored(one, other, first, second))
    return f"{alone} pictures are in one of them only; of the others {both}"


def _both(
    store: PairStore, pair: PairLine, device: torch.device, rows: Rows
) -> tuple[Bytes, Bytes] | str:
    try:
        trace = degrade.trace_from_data(pair.trace)
        frozen = read_pair(store, pair)
        return remade(trace, frozen.hr, device, rows.operators), frozen.lr
    except UntrustedCodeError:
        raise
    except DegradeError as error:
        return f"{pair.key}: {error}"


def _images(results: Results, name: str) -> dict[str, RecordedFile]:
    """The LR of a set by key."""
    return {image.key: image.lr for image in results.set(name).images}


def _stored(
    one: Results,
    other: Results,
    first: Mapping[str, RecordedFile],
    second: Mapping[str, RecordedFile],
) -> Iterator[tuple[Bytes, Bytes] | str]:
    """The LR of both runs, as their files hold them."""
    for key in sorted(first.keys() & second.keys()):
        ours, theirs = first[key], second[key]
        if ours.size != theirs.size:
            yield f"{key}: the sizes differ"
            continue
        try:
            yield (
                read_stored(picture_at(one.root / ours.file), ours.size),
                read_stored(picture_at(other.root / theirs.file), theirs.size),
            )
        except DegradeError as error:
            yield f"{key}: {error}"
