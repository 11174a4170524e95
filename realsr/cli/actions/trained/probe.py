"""`realsr models probe`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from realsr.cli.reporting import OK
from realsr.cli.terminal import hint, tell
from realsr.rows import read_rows
from realsr.training import ProbedGenerator, probe
from realsr.training.areas import Ranged


def run_probe(run: Path, *, steps: int, seed: int, as_json: bool, rows: Sequence[Path]) -> int:
    """The command's body; its exit code."""
    found = probe(run, steps=steps, seed=seed, rows=read_rows(rows), tell=hint)
    if as_json:
        tell(json.dumps(_data(found), allow_nan=False))
        return OK
    tell(f"a fresh discriminator of {steps} steps tells photographs from generated images")
    for name, each in found.areas.items():
        above = found.above_chance[name]
        sure = "" if above.low > 0 or above.high < 0 else ", which may be chance"
        tell(f"  {name}: {_words(each)}, {_words(above)} above chance{sure}")
    return OK


def _data(found: ProbedGenerator) -> dict[str, object]:
    return {
        "steps": found.steps,
        "seed": found.seed,
        "areas": _plain(found.areas),
        "above_chance": _plain(found.above_chance),
        "gaps": _plain(found.gaps),
    }


def _plain(numbers: Mapping[str, Ranged]) -> dict[str, dict[str, float]]:
    return {name: each._asdict() for name, each in numbers.items()}


def _words(each: Ranged) -> str:
    return f"{each.value:.2f} [{each.low:.2f}, {each.high:.2f}]"
