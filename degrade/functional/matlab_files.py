"""Arrays of numbers from MATLAB files of versions 4 to 7.2, every length in them checked against the bytes.

SciPy's reader trusts what a file says of itself, and bytes that say something else take the process along.
Source: MAT-File Format, The MathWorks (R2024a), chapter 1, "MAT-File Level 5 and 4 Format".
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

HEADER = 128
MOST_AXES = 32
_PLAIN = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
"""Kinds of stored numbers."""
_MATRIX, _PACKED = 14, 15
_CELL, _NUMERIC, _COMPLEX = 1, range(6, 16), 0x0800
_OLD = {0: "f8", 1: "f4", 2: "i4", 3: "i2", 4: "u2", 5: "u1"}


class MatlabError(ValueError):
    """Bytes are no MATLAB file of arrays that is read here. Its text says why, without the file's name."""


@dataclass(frozen=True)
class _Bytes:
    """Some bytes of a file, and their order, `<` or `>`."""

    data: bytes
    order: str

    def numbers(self, form: str, start: int = 0) -> tuple[int, ...]:
        """Whole numbers from a place on."""
        if start + struct.calcsize(form) > len(self.data):
            raise MatlabError("it ends within a number")
        return struct.unpack_from(f"{self.order}{form}", self.data, start)

    def elements(self, start: int = 0) -> Iterator[tuple[int, _Bytes]]:
        """The elements one after another: their kind, and what they hold."""
        while start + 8 <= len(self.data):
            kind, size = self.numbers("II", start)
            first = start + 8
            if kind >> 16:  # up to four bytes, in the tag itself
                kind, size, first = kind & 0xFFFF, kind >> 16, start + 4
                if size > 4:
                    raise MatlabError("a small element of more than 4 bytes")
            if first + size > len(self.data):
                raise MatlabError("an element is longer than the file")
            yield kind, _Bytes(self.data[first : first + size], self.order)
            start = start + 8 if first == start + 4 else _next(first + size, kind)

    def array(self, form: str) -> Array:
        """All of it as numbers of a kind."""
        kind = np.dtype(f"{self.order}{form}")
        if len(self.data) % kind.itemsize:
            raise MatlabError("an element ends within a number")
        return np.frombuffer(self.data, kind).astype(kind.newbyteorder("="))


def _next(end: int, kind: int) -> int:
    """Where the element behind one begins: only packed ones are not filled up to eight bytes."""
    return end if kind == _PACKED else -(-end // 8) * 8


def read_matlab(data: bytes, most: int) -> list[Array]:
    """Every array of real numbers by name, cells in MATLAB's order.

    most: bytes that all packed variables together may unfold to. Raises MatlabError for anything else: structs,
    text, sparse and complex arrays, objects, cells in cells, damage.
    """
    named = sorted(_variables(data, most, None), key=lambda each: each[0])
    return [array for name, arrays in named if name for array in arrays]


def matlab_array(data: bytes, name: str, most: int) -> Array:
    """The array of a name, whatever else the file holds. Raises MatlabError, also where there is none."""
    for found, arrays in _variables(data, most, name):
        if found == name and len(arrays) == 1:
            return arrays[0]
    raise MatlabError(f"it holds no array {name}")


def _variables(data: bytes, most: int, only: str | None) -> Iterator[tuple[str, Sequence[Array]]]:
    if len(data) < HEADER or 0 in data[:4]:
        yield from _old_variables(data)
        return
    orders = {b"IM": "<", b"MI": ">"}
    if data[126:128] not in orders:
        raise MatlabError("its header is no MATLAB file's")
    for held in _matrices(_Bytes(data, orders[data[126:128]]), most):
        yield _variable(held, only)


def _matrices(content: _Bytes, most: int) -> Iterator[_Bytes]:
    """Those that are packed, which hold no packed ones, and those that are not."""
    for kind, held in content.elements(HEADER):
        if kind == _MATRIX:
            yield held
        elif kind == _PACKED:
            unpacked = _Bytes(_unfolded(held.data, most), held.order)
            most -= len(unpacked.data)
            yield from (inner for kind, inner in unpacked.elements() if kind == _MATRIX)


def _unfolded(data: bytes, most: int) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        found = unpacking.decompress(data, max(1, most))  # 0 would mean without bound
    except zlib.error as error:
        raise MatlabError("a packed variable is damaged") from error
    if unpacking.unconsumed_tail or len(found) >= most:
        raise MatlabError("its variables unfold to more bytes than are read")
    return found


def _variable(
    matrix: _Bytes, only: str | None = None, inner: bool = False
) -> tuple[str, Sequence[Array]]:
    """A name, and one array or a cell's; none where it is not the only one that is wanted. inner: of a cell,
    which has no cells in it.
    """
    parts = list(matrix.elements())
    if len(parts) < 3:
        raise MatlabError("a variable without shape or name")
    (_, about), (_, sides), (_, name), *rest = parts
    label = name.data.decode("latin-1")
    if only not in (None, label):
        return label, []
    flags, shape = about.numbers("I")[0], _shape(sides)
    if flags & 0xFF == _CELL and not inner:
        return label, [_cell(kind, held) for kind, held in rest]
    return label, [_numeric(flags, shape, rest)]


def _cell(kind: int, held: _Bytes) -> Array:
    if kind != _MATRIX or not held.data:
        raise MatlabError("a cell without an array in it")
    return _variable(held, inner=True)[1][0]


def _shape(sides: _Bytes) -> tuple[int, ...]:
    shape = sides.numbers(f"{min(len(sides.data) // 4, MOST_AXES + 1)}i")
    if not 2 <= len(shape) <= MOST_AXES or min(shape) < 0:
        raise MatlabError(f"an array of shape {shape}")
    return shape


def _numeric(flags: int, shape: tuple[int, ...], parts: Sequence[tuple[int, _Bytes]]) -> Array:
    if flags & 0xFF not in _NUMERIC or flags & _COMPLEX:
        raise MatlabError("a variable that is no array of real numbers")
    if len(parts) != 1 or parts[0][0] not in _PLAIN:
        raise MatlabError("an array without its numbers")
    return _shaped(parts[0][1].array(_PLAIN[parts[0][0]]), shape)


def _shaped(numbers: Array, shape: tuple[int, ...]) -> Array:
    if math.prod(shape) != len(numbers):
        raise MatlabError(f"an array of shape {shape} with {len(numbers)} numbers")
    return numbers.reshape(shape, order="F")


def _old_variables(data: bytes) -> Iterator[tuple[str, Sequence[Array]]]:
    """Version 4: a head of five numbers before each array, whose first says how it is stored."""
    order = "<" if data[:4] < b"\x10" or data[2:4] == b"\0\0" else ">"
    start, content = 0, _Bytes(data, order)
    while start < len(data):
        kind, rows, columns, imaginary, length = content.numbers("5i", start)
        form = _OLD.get(kind // 10 % 10)
        if kind not in range(5000) or kind % 10 or form is None or imaginary:
            raise MatlabError(
                "its header is no MATLAB file's, or it holds no array of real numbers"
            )
        if min(rows, columns, length) < 0:
            raise MatlabError(f"an array of shape {(rows, columns)}")
        first = start + 20 + length
        start = first + rows * columns * np.dtype(form).itemsize
        if start > len(data):
            raise MatlabError("an array is longer than the file")
        name = data[first - length : first].rstrip(b"\0").decode("latin-1")
        yield name, [_shaped(_Bytes(data[first:start], order).array(form), (rows, columns))]
