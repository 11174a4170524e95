"""SEAL's parameter strings, read word by word: every word has its place, and no word is passed over.

Source: XPixelGroup/SEAL 64b81a6, scripts/data_generation (degradation_center_100.txt and what reads it).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from degrade.errors import PipelineError

_TOLD = 40
"""Characters of a word that an error repeats."""
_LINE = re.compile(r"^([0-9]{1,9}) ([0-9]{1,9}) ([0-9]{1,9})/(.+)$")


@dataclass(frozen=True)
class SealString:
    """A line of the list. number: its own, from 1. pool: its number in the pool it was chosen from."""

    number: int
    pool: int
    text: str
    where: str

    def words(self) -> Words:
        """The string's words; both forms' separators part them, blanks around them do not count."""
        return Words([word.strip() for word in re.split(r"[_|]", self.text)], self.where)


class Words:
    """A string's words, taken from left to right, each with what is expected there."""

    def __init__(self, words: Sequence[str], where: str) -> None:
        self._words, self._where, self._place = words, where, 0

    def refuse(self, expected: str) -> PipelineError:
        """An error about the word that was taken last."""
        place = self._place
        there = place <= len(self._words)
        found = repr(self._words[place - 1][:_TOLD]) if there else "the string's end"
        before = "_".join(self._words[max(0, place - 4) : place - 1])[-_TOLD:]
        return PipelineError(
            f"{self._where}: word {place}, after {before!r}: expected {expected}; found {found}"
        )

    def peek(self) -> str:
        return self._words[self._place] if self._place < len(self._words) else ""

    def _take(self) -> str:
        self._place += 1
        return self._words[self._place - 1] if self._place <= len(self._words) else ""

    def expect(self, *names: str) -> None:
        """Takes words that must be these."""
        for name in names:
            if self._take() != name:
                raise self.refuse(repr(name))

    def end(self) -> None:
        """Makes sure that nothing is left."""
        if self._place < len(self._words):
            self._take()
            raise self.refuse("nothing more")

    def one_of(self, names: Sequence[str]) -> str:
        word = self._take()
        if word not in names:
            raise self.refuse(f"one of {', '.join(names)}")
        return word

    def flag(self) -> bool:
        """0 or 1."""
        return self.one_of(("0", "1")) == "1"

    def number(self, low: float = -math.inf, high: float = math.inf) -> float:
        """A finite number of [low, high]."""
        word = self._take()
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and low <= value <= high):
            raise self.refuse(f"a number{_between(low, high)}")
        return value

    def whole(self, low: int, high: int) -> int:
        """A whole number of low..high."""
        word = self._take()
        if not re.fullmatch(r"\d{1,9}", word) or not low <= int(word) <= high:
            raise self.refuse(f"a whole number{_between(low, high)}")
        return int(word)

    def odd(self, low: int, high: int) -> int:
        """An odd number of low..high: a kernel's size."""
        size = self.whole(low, high)
        if size % 2 == 0:
            raise self.refuse(f"an odd number{_between(low, high)}")
        return size

    def numbers(self, count: int, low: float, high: float) -> list[float]:
        return [self.number(low, high) for _ in range(count)]

    def order(self, count: int) -> list[int]:
        """`[2, 0, 1]`: each of 0..count - 1 once."""
        word = self._take()
        found = [int(digits) for digits in re.findall(r"\d{1,3}", word)]
        if sorted(found) != list(range(count)) or word != str(found):
            raise self.refuse(f"an order of 0 to {count - 1}, such as {list(range(count))}")
        return found


def _between(low: float, high: float) -> str:
    return "" if math.isinf(low) and math.isinf(high) else f", {low:g} to {high:g}"


def read_list(text: str, name: str = "<text>") -> list[SealString]:
    """The lines of a list: `NUMBER POOL POOL/STRING`, numbered 1, 2, ...

    name: the file's, for errors. Raises PipelineError for a line of another form, and for an empty list.
    """
    lines = text.splitlines()
    if not lines:
        raise PipelineError(
            f"{name}:1: expected lines of the form NUMBER POOL POOL/STRING; it is empty"
        )
    return [_line(line, number, f"{name}:{number}") for number, line in enumerate(lines, 1)]


def _line(line: str, number: int, where: str) -> SealString:
    match = _LINE.match(line.strip())
    if not match or match[2] != match[3] or int(match[1]) != number:
        raise PipelineError(
            f"{where}: expected `{number} POOL POOL/STRING`, POOL a whole number twice; found {line[:40]!r}"
        )
    return SealString(number, int(match[2]), match[4], where)
