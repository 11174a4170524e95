"""Where the values of an LMDB database lie in its file, by its pages and nothing else.

The format is that of LMDB 0.9 on machines of 64 bits and little ends (MDB_page, MDB_node and MDB_meta of
`mdb.c`). Every number is checked before it is followed: a damaged file gives the entries up to where it makes
no sense.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

_MAGIC = 0xBEEFC0DE
_VERSION = 1
_PAGE = struct.Struct("<QHHHH")
"""Number, padding, flags, and the ends of its lower and upper part."""
_HEADER = _PAGE.size
_META = struct.Struct("<II 16x I 84x Q Q Q")
"""After the header: magic, version, the size of pages, and the main root, the last page and the transaction."""
_NODE = struct.Struct("<HHHH")
_BRANCH, _LEAF, _OVERFLOW = 1, 2, 4
_ON_OVERFLOW = 1
_OTHER_DATA = 6
"""Flags of values that are databases or have several data; BasicSR's files have none."""
_NO_PAGE = 2**64 - 1
_DEEPEST = 32
_PAGE_SIZES = range(512, 65537)


class PageEntry(NamedTuple):
    """start, length: bytes of the file."""

    key: bytes
    start: int
    length: int


class _Node(NamedTuple):
    low: int
    high: int
    flags: int
    key: bytes
    value: int
    """Where in its page the value begins."""


@dataclass(frozen=True)
class _Pages:
    file: BinaryIO
    size: int
    count: int

    def read(self, number: int) -> bytes:
        """Empty where there is no such page."""
        if number >= self.count:
            return b""
        self.file.seek(number * self.size)
        page = self.file.read(self.size)
        return page if len(page) == self.size else b""


def entries(file: BinaryIO) -> Iterator[PageEntry]:
    """Keys and values of the main database, in its order, each page once."""
    size = file.seek(0, 2)
    found = max((meta for meta in _metas(file)), key=lambda meta: meta[2], default=None)
    if found is None:
        return
    page_size, root, _ = found
    if root != _NO_PAGE:
        pages = _Pages(file, page_size, size // page_size)
        yield from _below(pages, root, _DEEPEST, set())


def _metas(file: BinaryIO) -> Iterator[tuple[int, int, int]]:
    """Page size, root and transaction of the two first pages, whichever are sound."""
    size = 4096
    for number in (0, 1):
        file.seek(number * size + _HEADER)
        data = file.read(_META.size)
        if len(data) < _META.size:
            return
        magic, version, stated, root, _, transaction = _META.unpack(data)
        if magic == _MAGIC and version == _VERSION and stated in _PAGE_SIZES:
            size = stated
            yield stated, root, transaction


def _below(pages: _Pages, number: int, deepest: int, seen: set[int]) -> Iterator[PageEntry]:
    page = pages.read(number)
    if not page or not deepest or number in seen:
        return
    seen.add(number)
    flags = _PAGE.unpack_from(page)[2]
    for node in _nodes(page):
        if flags & _BRANCH:
            child = node.low | node.high << 16 | node.flags << 32
            yield from _below(pages, child, deepest - 1, seen)
        elif flags & _LEAF and not node.flags & _OTHER_DATA:
            entry = _entry(pages, number, page, node)
            if entry is not None:
                yield entry


def _nodes(page: bytes) -> Iterator[_Node]:
    """Those whose places and keys lie in the page."""
    lower = min(_PAGE.unpack_from(page)[3], len(page))
    for place in range(_HEADER, lower - 1, 2):
        (start,) = struct.unpack_from("<H", page, place)
        if start + _NODE.size > len(page):
            return
        low, high, flags, length = _NODE.unpack_from(page, start)
        value = start + _NODE.size + length
        if value > len(page):
            return
        yield _Node(low, high, flags, page[value - length : value], value)


def _entry(pages: _Pages, number: int, page: bytes, node: _Node) -> PageEntry | None:
    length = node.low | node.high << 16
    start = number * pages.size + node.value
    if node.flags & _ON_OVERFLOW:
        if node.value + 8 > len(page):
            return None
        (overflow,) = struct.unpack_from("<Q", page, node.value)
        start = overflow * pages.size + _HEADER
    if start + length > pages.count * pages.size:
        return None
    return PageEntry(node.key, start, length)
