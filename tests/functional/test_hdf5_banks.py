"""MATLAB 7.3 files: read as they were written, and bounded whatever they say of themselves."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from degrade.errors import MissingExtraError
from degrade.functional.hdf5_banks import MOST_CELLS
from degrade.functional.kernel_bank import read_bank

KERNEL = np.arange(15.0).reshape(3, 5)
HEADER = b"MATLAB 7.3 MAT-file".ljust(512)


def written(folder: Path, fill: Callable[[Any], object]) -> str:
    path = folder / "bank.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        fill(file)
    with path.open("r+b") as head:
        head.write(HEADER)
    return str(path)


def test_arrays_chunks_and_cells_are_read_as_matlab_sees_them(tmp_path: Path) -> None:
    def fill(file: Any) -> None:
        file["b"] = KERNEL.T
        options = {"compression": "gzip", "shuffle": True, "fletcher32": True}
        file.create_dataset("a", data=2 * KERNEL.T, chunks=(2, 2), **options)
        cells = file.create_dataset("c", (1, 2), h5py.ref_dtype)
        cells[0, 0], cells[0, 1] = file["a"].ref, file["b"].ref
        file.create_group("#refs#")

    found = read_bank(written(tmp_path, fill))
    assert len(found) == 4
    for kernel, factor in zip(found, (2, 1, 2, 1), strict=True):
        np.testing.assert_array_equal(kernel, factor * KERNEL)


def virtual(file: Any) -> None:
    layout = h5py.VirtualLayout(shape=(3, 5), dtype="f8")
    layout[:] = h5py.VirtualSource("/etc/passwd", "a", shape=(3, 5))
    file.create_virtual_dataset("a", layout)


def nested(file: Any) -> None:
    group = file
    for _ in range(200):
        group = group.create_group("g")
    group["a"] = KERNEL


def looped(file: Any) -> None:
    group = file.create_group("g")
    group["again"] = group


def inner(file: Any) -> None:
    cells = file.create_dataset("#refs#/c", (1, 1), h5py.ref_dtype)
    cells[0, 0] = cells.ref
    outer = file.create_dataset("c", (1, 1), h5py.ref_dtype)
    outer[0, 0] = cells.ref


def shared(file: Any) -> None:
    """A tenth of the bound, a thousand times over."""
    large = file.create_dataset("#refs#/a", (3_000, 1_000), "f8", chunks=(300, 1_000))
    cells = file.create_dataset("c", (1, 1_000), h5py.ref_dtype)
    cells[...] = large.ref


@pytest.mark.parametrize(
    ("fill", "said"),
    [
        (lambda file: file.create_dataset("a", (300_000, 150_000), "f8"), "unpacked"),
        (
            lambda file: file.create_dataset(
                "a", (300_000, 150_000), "f8", chunks=(1_000, 1_000), compression="gzip"
            ),
            "more than 268435456 bytes, unpacked",
        ),
        (
            lambda file: file.create_dataset("a", (1, 1), "f8", chunks=(8_000, 8_000), maxshape=(None, None)),
            "chunks of 512000000 bytes",
        ),
        (
            lambda file: file.create_dataset("a", (1, MOST_CELLS + 1), h5py.ref_dtype),
            f"{MOST_CELLS + 1} cells",
        ),
        (shared, "unpacked"),
        (inner, "of shape"),
        (nested, "is a struct"),
        (looped, "is a struct"),
        (virtual, "lies in another file"),
        (
            lambda file: file.create_dataset("a", (4,), "u1", external=[("/etc/passwd", 0, 4)]),
            "lies in another file",
        ),
        (lambda file: file.__setitem__("a", h5py.ExternalLink("/etc/other.h5", "/a")), "is a link"),
        (lambda file: file.__setitem__("a", h5py.SoftLink("/a")), "is a link"),
        (lambda file: file.create_dataset("a", data=KERNEL, compression="lzf"), "as MATLAB packs none"),
        (lambda file: file.create_dataset("a", data="text"), "no MATLAB 7.3 file"),
        (lambda file: file.create_dataset("a", data=KERNEL * 1j), "real numbers"),
        (lambda file: file.create_dataset("a", data=h5py.Empty("f8")), "no MATLAB 7.3 file"),
    ],
)  # fmt: skip
def test_what_is_refused_by_name(tmp_path: Path, fill: Callable[[Any], object], said: str) -> None:
    path = written(tmp_path, fill)
    with pytest.raises(ValueError, match=said) as refused:
        read_bank(path)
    assert path in str(refused.value)


def bomb(file: Any) -> None:
    """One chunk that says 8 kB, and unfolds to 4 GB."""
    data = file.create_dataset("a", (32, 32), "f8", chunks=(32, 32), compression="gzip")
    packing = zlib.compressobj(1)
    zeros = packing.compress(bytes(2**20)) + packing.flush(zlib.Z_FULL_FLUSH)
    again = packing.compress(bytes(2**20)) + packing.flush(zlib.Z_FULL_FLUSH)
    packed = zeros + 4_000 * again
    data.id.write_direct_chunk((0, 0), packed)


MEASURED = r"""
import re, sys, time
from pathlib import Path
from degrade.functional.kernel_bank import read_bank
import h5py
try:
    read_bank(sys.argv[1])
except ValueError as error:
    print(error)
status = Path("/proc/self/status").read_text()
print(re.search(r"VmHWM:\s+(\d+)", status)[1], time.process_time())
"""


@pytest.mark.parametrize("fill", [bomb, shared], ids=["bomb", "shared"])
def test_memory_and_time_are_bounded(tmp_path: Path, fill: Callable[[Any], object]) -> None:
    path = written(tmp_path, fill)
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, path], capture_output=True, text=True, check=True
    )
    said, measured = run.stdout.splitlines()
    assert "unfolds to more than its 8192 bytes" in said or "unpacked" in said
    # Not getrusage's peak, which counts that of the process that began this one.
    kilobytes, seconds = map(float, measured.split())
    assert kilobytes < 2 * 10**6
    assert seconds < 20


def test_without_the_library_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, lambda file: file.create_dataset("a", data=KERNEL))
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingExtraError, match=r"MATLAB 7\.3 .*realsr-toolkit\[matlab\]"):
        read_bank(path)
