"""All of it: train, measure, show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from realsr.files.whole import make_directory, write_whole
from realsr.ganlab.two_modes.exact import Exact, exact
from realsr.ganlab.two_modes.measures import Measures, answers, measured
from realsr.ganlab.two_modes.page import Shown, page, shown
from realsr.ganlab.two_modes.task import Scenes, draw_scenes
from realsr.ganlab.two_modes.training import STEPS, WAYS, WayName, train

SCENES, DRAWS, SHOWN = 64, 4, 3


Told = Callable[[str, float], None]
"""Called with what is being done and the share of all that is done."""


@dataclass(frozen=True)
class Demonstration:
    """What came of it. rows: pictures of the first scenes. facts: seed, steps, scenes and draws."""

    rows: Sequence[Sequence[Shown]]
    measures: Mapping[WayName, Measures]
    smallest: Exact
    facts: Mapping[str, int]

    def as_data(self) -> dict[str, Any]:
        """Its numbers, for JSON."""
        measures = {name: asdict(each) for name, each in self.measures.items()}
        return {**self.facts, "exact": self.smallest.as_data(), "measures": measures}


def demonstrate(
    out: Path, seed: int = 0, steps: int = STEPS, told: Told = lambda what, share: None
) -> Mapping[WayName, Measures]:
    """Writes index.html and two_modes.json into the directory `out`; the measures of each way of training.

    On the CPU, in half a minute on one thread; more threads are slower, the networks are that small. Equal
    arguments give equal files on one machine; the caller's generators are left alone. Raises RequestError and
    StorageError.
    """
    make_directory(out)
    found = demonstration(seed, steps, told)
    whole = page(found.rows, found.measures, found.smallest, found.facts)
    write_whole(out / "two_modes.json", json.dumps(found.as_data(), indent=1).encode() + b"\n")
    write_whole(out / "index.html", whole.encode())
    return found.measures


def demonstration(
    seed: int = 0, steps: int = STEPS, told: Told = lambda what, share: None
) -> Demonstration:
    """All of it but the files. See `demonstrate`."""
    # Far from the seeds of training, whose scenes come from `seed` itself.
    generator = torch.Generator().manual_seed(seed + 2**32)
    scenes = draw_scenes(SCENES, generator)
    given = {
        name: answers(train(WAYS[name], seed, steps, tell), WAYS[name], scenes, DRAWS, generator)
        for name, tell in _tellers(told, steps)
    }
    return Demonstration(
        [list(_pictures(index, scenes, given)) for index in range(SHOWN)],
        {name: measured(sr, scenes) for name, sr in given.items()},
        exact(seed),
        {"seed": seed, "steps": steps, "scenes": SCENES, "draws": DRAWS},
    )


def _tellers(told: Told, steps: int) -> Iterator[tuple[WayName, Callable[[int], None]]]:
    """For each way what tells of its steps. A step with a discriminator counts as three of those without."""
    costs = {name: 3.0 if way.adversarial else 1.0 for name, way in WAYS.items()}
    whole, before = sum(costs.values()), 0.0
    for number, (name, way) in enumerate(WAYS.items(), 1):
        what = f"training {number} of {len(WAYS)}, {way.title}, {steps} steps on the CPU"
        yield name, partial(_tell_step, told, what, before / whole, costs[name] / whole / steps)
        before += costs[name]


def _tell_step(told: Told, what: str, before: float, share: float, step: int) -> None:
    told(what, before + step * share)


def _pictures(index: int, scenes: Scenes, given: Mapping[WayName, Tensor]) -> Iterator[Shown]:
    yield shown("LR", scenes.lr[index])
    yield shown("HR 1", scenes.first[index])
    yield shown("HR 2", scenes.second[index])
    yield shown("mean of both", scenes.mean[index])
    for name, way in WAYS.items():
        for draw in range(DRAWS if way.noise else 1):
            title = f"{way.title}, {draw + 1}" if way.noise else way.title
            yield shown(title, given[name][draw, index])
