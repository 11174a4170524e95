"""What damages a file: bytes turned over, cut and repeated; words put in the place of other words."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence

from hypothesis import strategies as st

MOST_DAMAGES = 6
PIECE = 64
WORD = re.compile(rb"[\w.+-]+|\"[^\"\n]*\"")
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
LAYOUTS = ("<B", "<H", ">H", "<I", ">I", "<Q", ">Q")
WORDS = (
    *(b"0", b"-1", b"1", b"3", b"65537", b"1e999", b"-0.0", b"0.5", b"1e-320", b"nan", b"NaN"),
    *(b".inf", b"Infinity", b"999999999999999999999999", b"9" * 5000, b"0x10", b"1_000", b"1:2:3"),
    *(b"null", b"~", b"true", b"false", b"yes", b'""', b"''", b"[]", b"{}", b"[[]]", b'{"a": 1}'),
    *(b'"../../evil"', b'"/dev/zero"', b'"a/../b"', b'"\\u2028"', b'"\\ud800"', b'"\\u0000"'),
    *(b"2020-01-01", b"!!python/object:os.system a", b"!!binary aaaa", b"&a [*a]", b"*a", b"<<"),
    *(
        b"a" * 300,
        "é".encode(),
        b"\xff\xfe",
        b"\x1b[31m",
        b"\xe2\x80\xa8",
        b"\xc2\x85",
        b"\t",
        b"#",
    ),
)
NESTS = (b"[", b'{"a":', b"- ", b"(", b"{a: ")

Damage = Callable[[bytes], bytes]


def _put(at: float, piece: bytes, over: int) -> Damage:
    def damage(data: bytes) -> bytes:
        place = int(at * len(data))
        return data[:place] + piece + data[place + over :]

    return damage


def _number(at: float, value: int, layout: str) -> Damage:
    size = struct.calcsize(layout)
    return _put(at, struct.pack(layout, value % 2 ** (8 * size)), size)


def _repeat(at: float, size: int, times: int) -> Damage:
    def damage(data: bytes) -> bytes:
        place = int(at * len(data))
        return data[:place] + data[place : place + size] * times + data[place:]

    return damage


def _word(at: float, word: bytes) -> Damage:
    def damage(data: bytes) -> bytes:
        found = [match.span() for match in WORD.finditer(data)]
        if not found:
            return data
        start, end = found[int(at * len(found))]
        return data[:start] + word + data[end:]

    return damage


def _lines(at: float, to: float, keep: bool) -> Damage:
    """One line is moved, or stands twice."""

    def damage(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        if lines:
            line = lines[int(at * len(lines))] if keep else lines.pop(int(at * len(lines)))
            lines.insert(int(to * (len(lines) + 1)), line)
        return b"".join(lines)

    return damage


_AT = st.floats(0, 1, exclude_max=True)
_PIECES = st.binary(max_size=PIECE)
_BYTES = st.one_of(
    st.builds(_put, _AT, st.binary(min_size=1, max_size=1), st.just(1)),
    st.builds(_number, _AT, st.sampled_from(NUMBERS), st.sampled_from(LAYOUTS)),
    st.builds(_put, _AT, _PIECES, st.integers(0, PIECE)),
    st.builds(_put, _AT, st.just(b""), st.integers(1, 2**20)),
    st.builds(_repeat, _AT, st.integers(1, 4 * PIECE), st.integers(1, 40)),
)


def _worded(words: Sequence[bytes]) -> st.SearchStrategy[Damage]:
    return st.one_of(
        st.builds(_word, _AT, st.sampled_from((*WORDS, *words))),
        st.builds(_word, _AT, st.sampled_from((*WORDS, *words))),
        st.builds(_lines, _AT, _AT, st.booleans()),
        st.builds(
            _put,
            _AT,
            st.builds(bytes.__mul__, st.sampled_from(NESTS), st.integers(1, 3000)),
            st.just(0),
        ),
        _BYTES,
    )


def damaged(
    seeds: Sequence[bytes], words: Sequence[bytes] | None = None
) -> st.SearchStrategy[bytes]:
    """Sound files with some damages. words: of the format's own, where it is text; None where it is not."""
    kinds = _BYTES if words is None else _worded(words)
    return st.builds(_all_done, st.sampled_from(seeds), st.lists(kinds, max_size=MOST_DAMAGES))


def _all_done(data: bytes, damages: Sequence[Damage]) -> bytes:
    for damage in damages:
        data = damage(data)
    return data
