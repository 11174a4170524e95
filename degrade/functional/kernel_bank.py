"""Banks of measured blur kernels: reading them from files, bringing them to sum 1 and to their centre.

A stored kernel is a point spread function as it is seen: the picture of a point of light, row 0 on top.
Blurring is convolution with it, so its mirror image is the correlation kernel.
"""

from __future__ import annotations

import importlib
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from degrade.errors import MissingExtraError
from degrade.functional.banks import MOST_BYTES, bank_files, read_array, read_bytes, read_picture
from degrade.functional.hdf5_banks import read_hdf5
from degrade.functional.matlab_files import MatlabError, read_matlab
from degrade.functional.psf import LARGEST_CANVAS

Floats = npt.NDArray[np.float64]

SUFFIXES = (".npy", ".mat", ".png")


def read_bank(path: str) -> list[Floats]:
    """The kernels (h, w) of a file, or of a folder's files by name; float64 as stored.

    .npy: (h, w) or (n, h, w). .mat: every variable by name, cells in MATLAB's order. .png: grey, 8 or 16 bits.
    Raises ValueError for anything else, naming the file, and MissingExtraError for MATLAB 7.3 without `matlab`.
    """
    files = bank_files(path, SUFFIXES, "kernel")
    return [kernel for file in files for kernel in _read(file)]


def centred_kernel(stored: Floats, subpixel: bool) -> tuple[Floats, tuple[float, float]]:
    """A stored kernel as a correlation kernel (k, k) of sum 1, and its first moments (y, x) in pixels.

    Shifted by whole pixels, so that the moments lie in [-0.5, 0.5]; with `subpixel` by linear interpolation, so
    that they vanish.
    """
    kernel = _unit(stored)[::-1, ::-1]
    centre = [_moment(kernel, axis) for axis in (0, 1)]
    whole = [math.floor(c) if subpixel else math.floor(c + 0.5) for c in centre]
    rest = [c - w for c, w in zip(centre, whole, strict=True)]
    reach = max(max(w + 1, n - w) for w, n in zip(whole, kernel.shape, strict=True))
    out = np.zeros((2 * reach + 1, 2 * reach + 1))
    top, left = reach - whole[0], reach - whole[1]
    for row in (0, 1) if subpixel else (0,):
        for column in (0, 1) if subpixel else (0,):
            share = _share(rest[0], row, subpixel) * _share(rest[1], column, subpixel)
            rows = slice(top - row, top - row + kernel.shape[0])
            out[rows, left - column : left - column + kernel.shape[1]] += share * kernel
    out = _cropped(out)
    if out.shape[0] > LARGEST_CANVAS:
        raise ValueError(
            f"a kernel of {stored.shape[0]}x{stored.shape[1]} needs {out.shape[0]} pixels once centred; "
            f"expected at most {LARGEST_CANVAS}: crop it"
        )
    return out, (0.0, 0.0) if subpixel else (rest[0], rest[1])


def _unit(stored: Floats) -> Floats:
    total = float(stored.sum())
    if not math.isfinite(total) or total <= 0.0:
        raise ValueError(f"a kernel of sum {total}: expected finite values of a sum above 0")
    return stored / total


def _moment(kernel: Floats, axis: int) -> float:
    return float((kernel.sum(1 - axis) * np.arange(kernel.shape[axis])).sum())


def _share(rest: float, step: int, subpixel: bool) -> float:
    if not subpixel:
        return 1.0
    return rest if step else 1.0 - rest


def _cropped(kernel: Floats) -> Floats:
    """The centred part beyond which all entries are zero."""
    radius = kernel.shape[0] // 2
    rows, columns = np.nonzero(kernel)
    reach = int(max(np.abs(rows - radius).max(), np.abs(columns - radius).max()))
    centred = slice(radius - reach, radius + reach + 1)
    return np.ascontiguousarray(kernel[centred, centred])


def _read(file: Path) -> list[Floats]:
    suffix = file.suffix.lower()
    if suffix == ".npy":
        found = [read_array(file)]
    elif suffix == ".mat":
        found = _read_mat(file)
    else:
        found = [_read_png(file)]
    return [_checked(kernel, file) for array in found for kernel in _planes(array)]


def _planes(array: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    return list(array) if array.ndim == 3 else [array]


def _checked(kernel: npt.NDArray[Any], file: Path) -> Floats:
    if kernel.ndim != 2 or kernel.dtype.kind not in "fiu" or kernel.size == 0:
        raise ValueError(
            f"kernel file {str(file)!r}: an array of shape {kernel.shape} and type {kernel.dtype}; expected "
            "real numbers, (h, w) or (n, h, w)"
        )
    return np.asarray(kernel, np.float64)


def _read_png(file: Path) -> npt.NDArray[Any]:
    image = read_picture(file)
    if image is None or image.ndim != 2:
        raise ValueError(f"kernel file {str(file)!r}: expected a grey PNG of 8 or 16 bits")
    return image


def _read_mat(file: Path) -> list[npt.NDArray[Any]]:
    data = read_bytes(file)
    if b"MATLAB 7.3" in data[:32]:
        return read_hdf5(file, _h5py())
    try:
        return read_matlab(data, MOST_BYTES)
    except MatlabError as error:
        raise ValueError(f"{file}: no MATLAB file that can be read: {error}") from error


def _h5py() -> Any:
    try:
        return importlib.import_module("h5py")
    except ImportError as error:
        raise MissingExtraError("reading MATLAB 7.3 files", "matlab") from error
