"""Banks for `noise_bank` and `kernel_bank_blur`: files of a new folder, and the stage that uses them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.functional.banks import bank_digest
from degrade.functional.kernel_bank import read_bank
from degrade.functional.noise_bank import read_patches
from realsr.estimation.estimator import Inquiry
from realsr.estimation.noise_patches import noise_patches
from realsr.files.errors import RequestError
from realsr.files.json_lines import json_line
from realsr.files.whole import make_directory, write_whole
from realsr.images.errors import SourceError
from realsr.measuring.items import Item
from realsr.measuring.reading import read_seen
from realsr.measuring.records import looked

LINES = "collected.jsonl"
"""A line an entry of the bank: where it comes from."""
Entry = tuple[npt.NDArray[Any], dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Collected:
    """What one item gave: arrays, each with the words of its line. fault: why it could not be looked at."""

    item: Item
    entries: Sequence[Entry] = ()
    fault: str | None = None


def noise_of(item: Item, side: int, most: int) -> Collected:
    """At most so many patches of a picture; see `noise_patches`."""
    try:
        seen = read_seen(item.path)
    except SourceError as error:
        return Collected(item, fault=error.reason)
    entries = []
    for one in noise_patches(seen, side, most):
        words = {name: value for name, value in asdict(one).items() if name != "values"}
        entries.append((one.values, words))
    return Collected(item, entries)


def kernel_of(item: Item, asked: Inquiry) -> Collected:
    """The kernel of a pair, as the picture of a point of light, with what is known beside it."""
    found = looked(item, asked)
    if found.fault is not None:
        return Collected(item, fault=found.fault)
    told, refused = found.record["estimates"], found.record["refused"]
    if "kernel" not in told:
        return Collected(item, fault=refused.get("kernel", "no kernel is told"))
    rows = np.array(told["kernel"]["value"], np.float64)[::-1, ::-1]
    beside = ("shift_y", "shift_x", "blur_sigma", "residual_255")
    words = {name: told[name]["value"] for name in beside if name in told}
    return Collected(item, [(rows, words)])


class NewBank:
    """A folder that is filled file by file. Raises RequestError where it has a bank's files already."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        there = sorted(folder.glob("*")) if folder.is_dir() else []
        if there:
            raise RequestError(f"--out {folder} has {there[0].name} already; name a new folder")
        self._lines: list[bytes] = []

    @property
    def count(self) -> int:
        return len(self._lines)

    def add(self, found: Collected) -> None:
        """Every entry in a .npy file of its own."""
        if found.entries:
            make_directory(self.folder)
        for array, words in found.entries:
            name = f"{self.count:06d}.npy"
            stream = BytesIO()
            np.lib.format.write_array(stream, array, allow_pickle=False)
            write_whole(self.folder / name, stream.getvalue())
            self._lines.append(json_line({"file": name, "source": str(found.item.path), **words}))

    def close(self) -> None:
        """Says of each entry where it comes from."""
        if self._lines:
            write_whole(self.folder / LINES, b"".join(self._lines))


def noise_stage(folder: Path, count: int) -> Iterator[str]:
    """YAML of a stage that adds a patch of the bank."""
    digest = bank_digest(read_patches(str(folder)))
    yield from _stage("noise_bank", folder, digest, count)


def kernel_stages(folder: Path, count: int) -> Iterator[str]:
    """YAML of the stages that blur with a kernel of the bank and take the LR's pixels from that."""
    digest = bank_digest(read_bank(str(folder)))
    yield from _stage("kernel_bank_blur", folder, digest, count)
    yield "- {op: resize, factor: 1, of: target, filter: bicubic, antialias: false}"
    yield "- op: clamp"


def _stage(op: str, folder: Path, digest: str, count: int) -> Iterator[str]:
    yield f"- op: {op}"
    yield f"  folder: {json_line(str(folder)).decode().strip()}"
    yield f"  digest: {digest}"
    yield f"  index: {{integer: [0, {count - 1}]}}" if count > 1 else "  index: 0"
