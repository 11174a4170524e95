"""Where a run's time goes, seen from the thread that drives the models."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Clock:
    """Seconds. inference: inside the models. metrics: waiting for numbers that threads compute beside them.
    other: the rest, such as making test sets and writing pictures.
    """

    inference: float = 0.0
    metrics: float = 0.0
    started: float = field(default_factory=time.perf_counter)

    @contextmanager
    def in_models(self) -> Iterator[None]:
        before = time.perf_counter()
        try:
            yield
        finally:
            self.inference += time.perf_counter() - before

    @contextmanager
    def awaiting_metrics(self) -> Iterator[None]:
        before = time.perf_counter()
        try:
            yield
        finally:
            self.metrics += time.perf_counter() - before

    def timing(self) -> dict[str, float]:
        """The shares in seconds, as the record holds them."""
        other = time.perf_counter() - self.started - self.inference - self.metrics
        return {
            "inference_s": round(self.inference, 3),
            "metrics_s": round(self.metrics, 3),
            "other_s": round(max(0.0, other), 3),
        }


def timing_words(timing: dict[str, float]) -> str:
    """The shares as a sentence."""
    total = sum(timing.values()) or 1.0
    shares = {name: 100.0 * seconds / total for name, seconds in timing.items()}
    return (
        f"{total:.1f} s: {shares['inference_s']:.0f} % in the models, {shares['metrics_s']:.0f} % waiting for "
        f"metrics, {shares['other_s']:.0f} % the rest"
    )
