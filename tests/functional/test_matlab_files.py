"""MATLAB files: SciPy's own are read as SciPy reads them, and bytes that lie are refused."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.io import savemat

from degrade.functional.matlab_files import MatlabError, matlab_array, read_matlab

MOST = 2**20
KINDS = ("f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")


def saved(variables: Mapping[str, Any], **options: Any) -> bytes:
    buffer = io.BytesIO()
    savemat(buffer, variables, **options)
    return buffer.getvalue()


def celled(value: Any) -> np.ndarray[Any, Any]:
    cells = np.empty((1, 1), object)
    cells[0, 0] = value
    return cells


@given(
    st.sampled_from(KINDS).flatmap(
        lambda kind: arrays(
            kind, st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(2, 3))
        )
    ),
    st.booleans(),
)
def test_what_scipy_writes_is_read(array: np.ndarray[Any, Any], packed: bool) -> None:
    cells = np.empty((1, 2), object)
    cells[0, 0], cells[0, 1] = array, array[..., 0]
    data = saved({"b": cells, "a": array}, do_compression=packed)
    first, second, third = read_matlab(data, MOST)
    np.testing.assert_array_equal(first, array)
    np.testing.assert_array_equal(second, array)
    np.testing.assert_array_equal(third, array[..., 0])
    assert first.dtype == array.dtype
    np.testing.assert_array_equal(matlab_array(data, "a", MOST), array)


@pytest.mark.parametrize("kind", ["f8", "f4", "i4", "i2", "u2", "u1"])
def test_version_4(kind: str) -> None:
    array = np.arange(6).reshape(2, 3).astype(kind)
    [found] = read_matlab(saved({"a": array}, format="4"), MOST)
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"field": 1}, "no array of real numbers"),
        ("text", "no array of real numbers"),
        (np.ones((2, 2)) * 1j, "no array of real numbers"),
        (celled(celled(np.ones((2, 2)))), "no array of real numbers"),
    ],
)
def test_other_variables_are_refused_but_passed_over_by_name(value: Any, said: str) -> None:
    data = saved({"a": value, "b": np.ones((2, 2))})
    with pytest.raises(MatlabError, match=said):
        read_matlab(data, MOST)
    np.testing.assert_array_equal(matlab_array(data, "b", MOST), np.ones((2, 2)))
    with pytest.raises(MatlabError, match="no array c"):
        matlab_array(data, "c", MOST)


def test_a_packed_variable_has_bounds() -> None:
    data = saved({"a": np.zeros((600, 600))}, do_compression=True)
    assert len(data) < 5000
    with pytest.raises(MatlabError, match="unfold to more bytes than are read"):
        read_matlab(data, MOST)


def test_packed_variables_have_bounds_together() -> None:
    data = saved({f"a{place}": np.zeros((100, 100)) for place in range(20)}, do_compression=True)
    with pytest.raises(MatlabError, match="unfold to more bytes than are read"):
        read_matlab(data, MOST)
    assert len(read_matlab(data, 2 * MOST)) == 20


def matrix(shape: tuple[int, ...], numbers: bytes, kind: int = 9) -> bytes:
    def element(number: int, data: bytes) -> bytes:
        return struct.pack("<II", number, len(data)) + data + b"\0" * (-len(data) % 8)

    sides = struct.pack(f"<{len(shape)}i", *shape)
    parts = (
        *(element(6, struct.pack("<II", 6, 0)), element(5, sides), element(1, b"a")),
        element(kind, numbers),
    )
    return b"MATLAB 5.0".ljust(124) + b"\0\1IM" + element(14, b"".join(parts))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (matrix((1, 2), bytes(24)), "with 3 numbers"),
        (matrix((-1, -3), bytes(24)), "of shape"),
        (matrix((2**30, 2**30), bytes(24)), "with 3 numbers"),
        (matrix((1,) * 40, bytes(8)), "of shape"),
        (matrix((1, 1), bytes(8), kind=200), "without its numbers"),
        (matrix((1, 1), bytes(9)), "ends within a number"),
        (matrix((1, 1), bytes(8))[:-8], "longer than the file"),
        (matrix((1, 1), bytes(8))[:130], ""),
        (b"\0" * 19, "ends within a number"),
        (struct.pack("<5i", 0, 2**30, 2**30, 0, 1) + b"a", "longer than the file"),
        (struct.pack("<5i", 0, -2, 3, 0, 1) + bytes(64), "of shape"),
        (b"MATLAB 5.0".ljust(128), "its header"),
    ],
)
def test_bytes_that_lie_are_refused(data: bytes, said: str) -> None:
    if not said:
        assert read_matlab(data, MOST) == []
        return
    with pytest.raises(MatlabError, match=said):
        read_matlab(data, MOST)


def test_what_is_packed_twice_is_no_variable() -> None:
    inner = saved({"a": np.ones((2, 2))}, do_compression=True)
    twice = zlib.compress(inner[128:])
    data = inner[:128] + struct.pack("<II", 15, len(twice)) + twice
    assert read_matlab(data, MOST) == []


@given(st.integers(0, 700), st.integers(0, 255), st.booleans())
def test_damage_gives_one_kind_of_error(place: int, value: int, packed: bool) -> None:
    variables = {"k": np.ones((5, 5)), "c": celled(np.ones((3, 3)))}
    data = bytearray(saved(variables, do_compression=packed))
    data[place % len(data)] = value
    with suppress(MatlabError):
        read_matlab(bytes(data), MOST)
