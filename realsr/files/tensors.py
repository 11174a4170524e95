"""Tensors from a file that is not ours: no code of it runs, and it takes no more memory than its size explains.

Imports torch, so only what reads weights imports it.
"""

from __future__ import annotations

import mmap
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from degrade.foreign import ForeignFileError, open_foreign
from realsr.files.archives import DamagedArchiveError, parts_of

DATA = ".safetensors"
"""A suffix that promises data: such a file is never read as anything else."""

_GROWING = (b"bytearray", b"encode")
"""Names that torch lets a pickle call, and that make gigabytes of a few bytes of it."""


class TensorsError(Exception):
    """A file holds no tensors that can be read. Its text says why, without the file's name."""


class NoTensorsError(TensorsError):
    """There is no such file."""


def read_tensors(path: Path) -> Any:
    """What a .safetensors file, or a torch file without code in it, holds, on the CPU.

    Raises TensorsError, one for whatever the file is: missing, none of these, damaged, packed, or with tensors
    larger than itself.
    """
    try:
        with open_foreign(path) as file:
            size = file.seek(0, 2)
            if not size:
                raise TensorsError("it is empty (0 bytes)")
            if path.suffix.lower() != DATA:
                _check_unpacked(path, size)
                _check_called(file)
    except ForeignFileError as error:
        kind = NoTensorsError if error.kind == "vanished" else TensorsError
        raise kind(error.reason) from error
    content = _read(path)
    for tensor in _tensors(content):
        if tensor.numel() * tensor.element_size() > size:
            raise TensorsError(
                f"it holds a tensor of shape {tuple(tensor.shape)}, which its {size} bytes cannot fill"
            )
    return content


def _read(path: Path) -> Any:
    """The readers raise whatever damaged bytes lead them to: nine kinds of error were seen."""
    try:
        if path.suffix.lower() == DATA:
            return load_file(path)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # of how the file was pickled: no words for who typed its name
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        if path.suffix.lower() == DATA:
            raise TensorsError("it is damaged, or no safetensors file") from error
        # torch's own words advise running the file's code.
        raise TensorsError("it is damaged, no torch file, or holds more than tensors") from error


def _check_called(file: BufferedReader) -> None:
    """A name that a pickle calls stands in it as it is, between two ends of lines."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for name in _GROWING:
            if data.find(b"\n" + name + b"\n") >= 0:
                raise TensorsError(f"it calls {name.decode()!r}, as no state dict does")


def _check_unpacked(path: Path, size: int) -> None:
    """torch stores the parts of its archives as they are, each for itself; packed ones unfold to any size."""
    try:
        parts = parts_of(path)
    except DamagedArchiveError as error:
        raise TensorsError("it is a damaged archive") from error
    for part in parts:
        if part.compress_type != zipfile.ZIP_STORED or part.file_size != part.compress_size:
            raise TensorsError(f"its part {part.filename[:80]!r} is packed, as torch packs none")
    if sum(part.file_size for part in parts) > size:
        raise TensorsError("its parts lie over one another")


def _tensors(content: Any) -> Iterator[Tensor]:
    """Those of a checkpoint, however it is nested; what holds itself is entered once."""
    rest, met = [content], set[int]()
    while rest:
        each = rest.pop()
        if isinstance(each, Tensor):
            yield each
        elif isinstance(each, Mapping | list | tuple | set) and id(each) not in met:
            met.add(id(each))
            rest += each.values() if isinstance(each, Mapping) else each
