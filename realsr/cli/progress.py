"""How far a run is: a bar on a terminal, lines now and then where nobody watches, and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NoReturn

from tqdm import tqdm

from realsr.cli.terminal import hint, watched
from realsr.images.failures import Failure


class Spoken:
    """Lines on stderr: what is being done as soon as it begins, and every so often how far it is.

    every: seconds from one line to the next. clock: seconds, from whenever. begun: what needs no line when it
    begins.
    """

    def __init__(
        self, every: float = 5.0, clock: Callable[[], float] = time.monotonic, begun: str = ""
    ) -> None:
        self._every, self._clock = every, clock
        self._began = self._last = clock()
        self._what = begun

    def __call__(self, what: str, share: float) -> None:
        """share: of the whole work that is done, 0 to 1."""
        now = self._clock()
        if what == self._what and now - self._last < self._every:
            return
        self._what, self._last = what, now
        hint(f"{what}{self._left(share, now - self._began)}")

    @staticmethod
    def _left(share: float, passed: float) -> str:
        if not share or share >= 1:
            return ""
        return f": {share:.0%} of all done, about {_duration(passed * (1 - share) / share)} left"


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


class Progress:
    """A bar of pairs or another unit, with rate and time left, on stderr; where that is no terminal, a line
    every half minute."""

    def __init__(self, unit: str = "pair") -> None:
        self._bar: tqdm[NoReturn] = tqdm(unit=unit, disable=not watched(), smoothing=0.05)
        self._spoken, self._unit, self._made = Spoken(30.0, begun=f"{unit}s"), unit, 0
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

    def made(self, count: int = 1) -> None:
        self._bar.update(count)
        self._made += count
        if self._bar.disable and self._bar.total:
            self._spoken(f"{self._unit}s", min(1.0, self._made / self._bar.total))

    def failed(self, failure: Failure) -> None:
        self._bar.set_postfix_str("some failed")

    def close(self) -> None:
        self._bar.close()

    def _total(self, pairs: int | None) -> None:
        self._bar.total = pairs
        self._bar.refresh()
