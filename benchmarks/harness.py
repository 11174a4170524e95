"""Timing contenders beside one another, and describing the machine they ran on.

A machine shared with others moves absolute rates by two or more, so contenders take turns on the
same work and the ratio within a round is what counts. What they are given to do is fixed
beforehand: costs that depend on drawn values are compared over the same draws in every round.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("torch", "numpy", "opencv-python-headless", "basicsr", "torchvision", "realsr-toolkit")


@dataclass(frozen=True)
class Contender:
    """One side of a comparison: a name, and a callable that does the item with that number."""

    name: str
    run: Callable[[int], object]


@dataclass(frozen=True)
class Spread:
    """A figure over the rounds."""

    median: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.lowest:.3g}-{self.highest:.3g})"


def spread(values: Sequence[float]) -> Spread:
    """The median and the extremes of one value a round."""
    return Spread(statistics.median(values), min(values), max(values))


Seconds = Mapping[str, list[list[float]]]
"""Wall seconds by contender, round and item."""


def interleave(
    contenders: Sequence[Contender],
    items: Sequence[int],
    rounds: int,
    say: Callable[[str], None] = lambda line: None,
) -> Seconds:
    """Time every contender on every item, in turns: item by item, the first to go rotating.

    items: numbers of the pieces of work; each contender sees the same ones in every round. One
    untimed item a contender goes before, so that no one pays for imports or tables within a round.
    """
    for contender in contenders:
        contender.run(items[0])
    seconds: dict[str, list[list[float]]] = {contender.name: [] for contender in contenders}
    for turn in range(rounds):
        for contender in contenders:
            seconds[contender.name].append([])
        for item in items:
            first = (turn + item) % len(contenders)
            for contender in (*contenders[first:], *contenders[:first]):
                start = time.perf_counter()
                contender.run(item)
                seconds[contender.name][turn].append(time.perf_counter() - start)
        say(f"  round {turn + 1} of {rounds}: {_round_line(seconds)}")
    return seconds


def _round_line(seconds: Seconds) -> str:
    return ", ".join(f"{name} {sum(rounds[-1]):.2f} s" for name, rounds in seconds.items())


def rates(seconds: Seconds, work: float) -> dict[str, Spread]:
    """Work a second of every contender; work: how many pairs an item holds."""
    return {
        name: spread([work * len(items) / sum(items) for items in rounds])
        for name, rounds in seconds.items()
    }


def speedup(seconds: Seconds, over: str, of: str) -> Spread:
    """How many times faster `of` is than `over`: the ratio of a round's totals, over the rounds."""
    pairs = zip(seconds[over], seconds[of], strict=True)
    return spread([sum(slow) / sum(fast) for slow, fast in pairs])


def describe_machine() -> dict[str, Any]:
    """Processor, cores, memory, system, versions and load, as far as the system tells."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": _memory_gib(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": dict(_versions(PACKAGES)),
        "load_average": list(os.getloadavg()),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gib() -> float:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)


def _versions(packages: Iterable[str]) -> Iterable[tuple[str, str]]:
    for package in packages:
        try:
            yield package, metadata.version(package)
        except metadata.PackageNotFoundError:
            yield package, "not installed"


def write(name: str, body: Mapping[str, Any], machine: Mapping[str, Any], out: Path | None) -> Path:
    """Write a result as JSON, with the machine as it was before the run and the load after it."""
    path = out or RESULTS / f"{name}.json"
    report = {
        "benchmark": name,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {**machine, "load_average_after": list(os.getloadavg())},
        **body,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2, default=_plain) + "\n")
    return path


def _plain(value: object) -> object:
    if isinstance(value, Spread):
        return {key: round(number, 3) for key, number in asdict(value).items()}
    raise TypeError(f"cannot write a {type(value).__name__} as JSON")
