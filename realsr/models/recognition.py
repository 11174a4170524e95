"""Which of our networks a bare state dict belongs to: found by building them without memory and comparing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from realsr.models.base import Architecture
from realsr.models.checkpoints import compare
from realsr.models.dialects import StateDict
from realsr.models.errors import ModelError
from realsr.models.scales import MultiScaleArguments
from realsr.models.table import ARCHITECTURES, build, parameter_count

Channels = tuple[int, ...]


class Fit(NamedTuple):
    """An architecture and arguments whose network a state dict fills to the last tensor."""

    row: Architecture[Any]
    arguments: Mapping[str, Any]

    @property
    def architecture(self) -> str:
        """The row's name."""
        return self.row.name

    @property
    def scale(self) -> int:
        """HR side / LR side."""
        return int(self.arguments["scale"])


@lru_cache(maxsize=256)
def skeleton(
    row: Architecture[Any], scale: int, channels: int, scales: tuple[int, ...] = ()
) -> nn.Module:
    """A row's network with its default arguments on torch's `meta` device: shapes without values."""
    more: dict[str, Any] = {"scales": scales} if scales else {}
    with torch.device("meta"):
        return build(row, scale=scale, channels=channels, **more)


def fits(state: StateDict, rows: Iterable[Architecture[Any]] = ARCHITECTURES.values()) -> list[Fit]:
    """The scales and numbers of channels of the first row that a state dict in our keys fills completely."""
    candidates = (list(_fits_of(row, state)) for row in rows if _resembles(row, state))
    return next(filter(None, candidates), [])


def recognised(
    state: StateDict,
    scale: int | None,
    where: str,
    rows: Iterable[Architecture[Any]] = ARCHITECTURES.values(),
) -> Fit | None:
    """The one fit of a state dict among rows, at `scale` where it has several; None where it has none.

    Raises ModelError where the scale has to be told, or another was.
    """
    found = fits(state, rows)
    if not found:
        return None
    own = [fit for fit in found if scale is not None or fit.scale not in fit.row.shrunk]
    chosen = [fit for fit in own if scale in (None, fit.scale)]
    if len({fit.scale for fit in chosen}) == 1:
        return chosen[0]
    scales = ", ".join(str(each) for each in sorted({fit.scale for fit in found}))
    asked = "the weights do not tell its scale" if scale is None else f"it has no scale {scale}"
    raise ModelError(f"{where} is {found[0].architecture}; {asked}: say one of {scales} (--scale)")


def counts(row: Architecture[Any]) -> dict[int, int]:
    """Learned numbers of the default network by scale: as the row says, or counted where it does not."""
    return row.counts or {
        scale: parameter_count(skeleton(row, scale, row.channels)) for scale in row.scales
    }


def _resembles(row: Architecture[Any], state: Mapping[str, Tensor]) -> bool:
    """Whether most names agree: cheap, and enough to leave a row out."""
    ours = skeleton(row, row.scales[0], row.channels).state_dict().keys()
    return 2 * len(ours & state.keys()) > min(len(ours), len(state))


def _fits_of(row: Architecture[Any], state: StateDict) -> Iterator[Fit]:
    for channels in (3, 1):
        for scale, scales in _variants(row):
            network = skeleton(row, scale, channels, scales)
            if compare(network.state_dict(), state).complete:
                arguments = {"scale": scale, "channels": channels}
                yield Fit(row, {**arguments, "scales": scales} if scales else arguments)


def _variants(row: Architecture[Any]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Scales alone, and where one network may hold several, each beside all the others."""
    for scale in row.scales:
        yield scale, ()
    if issubclass(row.arguments, MultiScaleArguments):
        for scale in row.scales:
            yield scale, row.scales
