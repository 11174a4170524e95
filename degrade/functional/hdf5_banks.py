"""Kernels of MATLAB 7.3 files, which are HDF5: a format that can name other files, and claim any size.

Only what MATLAB itself writes is read: datasets that lie in the file, whole or in chunks that are packed by
deflate, and cells of references to them.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.functional.banks import MOST_BYTES

MOST_CELLS = 100_000
MOST_CHUNKS = 100_000
_DEFLATE, _SHUFFLE, _CHECKSUM = 1, 2, 3
"""HDF5's numbers of its own filters."""


def read_hdf5(file: Path, h5py: Any) -> list[npt.NDArray[Any]]:
    """Every array by name, cells in MATLAB's order. h5py: the library, which is optional.

    MATLAB stores columns first, so an array read from HDF5 is its transpose. Raises ValueError.
    """
    try:
        with h5py.File(file, "r") as content:
            return [np.asarray(each).T for each in _bounded(_datasets(content, h5py), h5py)]
    except _UnfitError as error:
        raise ValueError(f"{file}: {error}") from error
    except Exception as error:  # the library raises whatever damaged bytes lead it to
        raise ValueError(f"{file}: no MATLAB 7.3 file that can be read") from error


class _UnfitError(Exception):
    """A sentence about a dataset."""


def _datasets(content: Any, h5py: Any) -> Iterator[Any]:
    for name in sorted(name for name in content if not name.startswith("#")):
        if not isinstance(content.get(name, getlink=True), h5py.HardLink):
            raise _UnfitError(f"{name!r} is a link; expected an array in the file itself")
        value = _dataset(content[name], name, h5py)
        if value.dtype == object:
            yield from _cells(value, content, h5py)
        else:
            yield value


def _dataset(value: Any, name: str, h5py: Any) -> Any:
    if not isinstance(value, h5py.Dataset):
        raise _UnfitError(f"{name!r} is a struct; expected an array or cells of arrays")
    if value.external or value.is_virtual:
        raise _UnfitError(f"{name!r} lies in another file; expected an array in the file itself")
    return value


def _cells(value: Any, content: Any, h5py: Any) -> Iterator[Any]:
    if value.size > MOST_CELLS:
        raise _UnfitError(f"{value.size} cells; expected at most {MOST_CELLS}")
    _check_chunks(value)
    for cell in value[()].ravel():
        yield _dataset(content[cell], "a cell", h5py)


def _bounded(datasets: Iterator[Any], h5py: Any) -> Iterator[Any]:
    """Datasets as long as all of them together are no more than may be read."""
    total = 0
    for each in datasets:
        total += math.prod(each.shape or (0,)) * each.dtype.itemsize
        if total > MOST_BYTES:
            raise _UnfitError(
                f"an array of shape {each.shape} makes it more than {MOST_BYTES} bytes, unpacked"
            )
        _check_chunks(each)
        yield each


def _check_chunks(value: Any) -> None:
    """The library unpacks a chunk to whatever its bytes unfold to, and looks at its size afterwards."""
    filters = value.id.get_create_plist()
    kinds = {filters.get_filter(place)[0] for place in range(filters.get_nfilters())}
    if not kinds <= {_DEFLATE, _SHUFFLE, _CHECKSUM}:
        raise _UnfitError("it is packed as MATLAB packs none")
    if value.chunks is None:
        return
    size = math.prod(value.chunks) * value.dtype.itemsize
    if size > MOST_BYTES or value.id.get_num_chunks() > MOST_CHUNKS:
        raise _UnfitError(f"chunks of {size} bytes, or more than {MOST_CHUNKS} of them")
    if _DEFLATE in kinds:
        _check_unpacked(value, size)


def _check_unpacked(value: Any, size: int) -> None:
    for place in range(value.id.get_num_chunks()):
        at = value.id.get_chunk_info(place).chunk_offset
        _, packed = value.id.read_direct_chunk(at)
        unpacking = zlib.decompressobj()
        unpacking.decompress(packed, size + 4)
        if unpacking.unconsumed_tail:
            raise _UnfitError(f"a chunk unfolds to more than its {size} bytes")
