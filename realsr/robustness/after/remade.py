"""Frozen pixels against pixels made again: how many differ, and by how much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

import degrade
from degrade.errors import DegradeError
from realsr.images.pixels import to_bytes, to_float
from realsr.images.reading import Bytes
from realsr.images.stored import read_stored
from realsr.pairs.folder import Folder
from realsr.pairs.manifest import Pair, read_manifest
from realsr.robustness.results.store import Results, Row


@dataclass(frozen=True)
class Difference:
    """Over one set. values: numbers 0..255 compared. most: the largest difference in levels. faults: why
    pictures could not be compared.
    """

    pictures: int = 0
    changed: int = 0
    values: int = 0
    differing: int = 0
    most: int = 0
    faults: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = (
            f"{self.differing} of {self.values} values differ, in {self.changed} of {self.pictures} pictures, "
            f"by at most {self.most} levels"
        )
        more = (
            f"; {len(self.faults)} not compared, the first: {self.faults[0]}" if self.faults else ""
        )
        return told + more

    @property
    def equal(self) -> bool:
        return not (self.differing or self.faults)


def made_again(root: Path, device: str = "cpu") -> Difference:
    """Every LR of a folder of pairs from its HR and its trace, on this machine, against the frozen one."""
    _, pairs = read_manifest(Folder(root))
    kind = torch.device(device)
    return counted(_both(Folder(root), pair, kind) for pair in pairs)


def counted(couples: Iterable[tuple[Bytes, Bytes] | str]) -> Difference:
    """Sums over pictures; a sentence stands for one that could not be had."""
    pictures = changed = values = differing = most = 0
    faults: list[str] = []
    for couple in couples:
        if isinstance(couple, str):
            faults.append(couple)
            continue
        gap = np.abs(couple[0].astype(np.int16) - couple[1].astype(np.int16))
        wrong = int(np.count_nonzero(gap))
        pictures, values = pictures + 1, values + gap.size
        changed, differing = changed + bool(wrong), differing + wrong
        most = max(most, int(gap.max()))
    return Difference(pictures, changed, values, differing, most, tuple(faults))


def told_difference(one: Results, other: Results, name: str) -> str:
    """In what a set of two runs differs, in words."""
    first, second = (_images(results, name) for results in (one, other))
    alone = len(first.keys() ^ second.keys())
    difference = counted(_stored(one, other, first, second))
    return f"{alone} pictures are in one of them only; of the others {difference}"


def _both(folder: Folder, pair: Pair, device: torch.device) -> tuple[Bytes, Bytes] | str:
    try:
        trace = degrade.trace_from_data(pair.trace)
        hr = read_stored(folder.hr(pair.key), pair.hr_size)
        frozen = read_stored(folder.lr(pair.key), pair.lr_size)
        [lr] = degrade.apply_lr([trace], [to_float(hr, device)], threads=1)
        return to_bytes(lr), frozen
    except DegradeError as error:
        return f"{pair.key}: {error}"


def _images(results: Results, name: str) -> dict[str, Row]:
    [test] = [each for each in results.record["sets"] if each["name"] == name]
    return {image["key"]: image for image in test["images"]}


def _stored(
    one: Results, other: Results, first: Mapping[str, Row], second: Mapping[str, Row]
) -> Iterator[tuple[Bytes, Bytes] | str]:
    """The LR of both runs, as their files hold them."""
    for key in sorted(first.keys() & second.keys()):
        places = ((one, first[key]["lr"]), (other, second[key]["lr"]))
        if places[0][1]["size"] != places[1][1]["size"]:
            yield f"{key}: the sizes differ"
            continue
        try:
            a, b = (
                read_stored(results.root / lr["file"], (lr["size"][0], lr["size"][1]))
                for results, lr in places
            )
            yield a, b
        except DegradeError as error:
            yield f"{key}: {error}"
