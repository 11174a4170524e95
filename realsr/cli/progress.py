"""The progress bar of a run, and its summary."""

from __future__ import annotations

import sys
from typing import NoReturn

from tqdm import tqdm

from realsr.images.failures import Failure


class Progress:
    """A bar of pairs or another unit, with rate and time left, on stderr; nothing where that is no terminal."""

    def __init__(self, unit: str = "pair") -> None:
        self._bar: tqdm[NoReturn] = tqdm(unit=unit, disable=not sys.stderr.isatty(), smoothing=0.05)
        self._sources = self._opened = self._pairs = 0
        self._known = False

    def begin(self, sources: int, pairs: int | None) -> None:
        self._sources, self._known = sources, pairs is not None
        self._total(pairs)

    def kept(self, pairs: int) -> None:
        if not self._bar.disable:
            self._bar.initial += pairs  # left out of the rate, which is that of pairs made now
            self._bar.update(pairs)

    def opened(self, pairs: int) -> None:
        if self._known:
            return
        self._opened += 1
        self._pairs += pairs
        # The mean of the sources seen so far stands for those to come.
        self._total(round(self._pairs * max(1.0, self._sources / self._opened)))

    def made(self) -> None:
        self._bar.update()

    def failed(self, failure: Failure) -> None:
        self._bar.set_postfix_str("some failed")

    def close(self) -> None:
        self._bar.close()

    def _total(self, pairs: int | None) -> None:
        self._bar.total = pairs
        self._bar.refresh()
