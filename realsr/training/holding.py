"""Which photographs of `data.hr` are trained on, and which are held out for the validation sets."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from realsr.images.sources import Source, discover
from realsr.training.config import TrainingConfig
from realsr.training.config_data import SetConfig
from realsr.training.errors import TrainingError


def trained_on(roots: Sequence[Path], config: TrainingConfig) -> list[Source]:
    """The photographs that no validation set holds out, in the order of their ids. Raises TrainingError."""
    sources = list(discover(roots).sources)
    if not sources:
        raise TrainingError(f"data.hr: no images under {', '.join(map(str, roots))}")
    counts = [_count(each, len(sources)) for each in config.validation.sets if each.held_out]
    held = {source.id for source in _held(sources, max(counts, default=0))}
    return [source for source in sources if source.id not in held]


def held_out(of: SetConfig, config: TrainingConfig) -> list[Source]:
    """The photographs of `data.hr` that a set holds out, at least one and at most its limit: the same ones
    whatever the seed, and those of a smaller set among those of a larger one. Raises TrainingError."""
    if not config.data.hr:
        raise TrainingError(
            "validation.sets: held_out is a share of data.hr, which names no photographs; give the set's own hr"
        )
    sources = list(discover(config.data.hr).sources)
    return _held(sources, _count(of, len(sources)))


def _count(of: SetConfig, photographs: int) -> int:
    if photographs < 2:
        raise TrainingError(
            f"data.hr: {photographs} photograph, too few to hold some out for validation; give "
            "validation.sets photographs of their own, or validation.sets=[] for no validation"
        )
    share = max(1, round((of.held_out or 0.0) * photographs))
    return min(share, photographs - 1, of.limit or photographs)


def _held(sources: list[Source], count: int) -> list[Source]:
    """By digests of the ids, so that a photograph more or less moves hardly any other."""
    chosen = held_sources([source.id for source in sources], count)
    return [source for source in sources if source.id in chosen]


def held_sources(ids: Sequence[str], count: int) -> set[str]:
    """So many of some ids, by their digests."""
    return set(sorted(ids, key=lambda name: hashlib.sha256(name.encode()).digest())[:count])
