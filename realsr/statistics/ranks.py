"""How sure an order of models is: the share of resamples in which it comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from realsr.statistics.components import TwoWayTable, check_table
from realsr.statistics.resampling import DRAWS, Floats, resampled_means, weights
from realsr.statistics.untold import StatisticsError


@dataclass(frozen=True)
class RankStability:
    """order: names, best first. holds: share of resamples with this whole order. ahead: models x models in that
    order, share of resamples in which the row is strictly better than the column. ranks: models x ranks, share
    of resamples in which the model has that rank, the first rank first (ties go to the earlier in `order`)."""

    order: tuple[str, ...]
    holds: float
    ahead: Floats
    ranks: Floats


def rank_stability(
    tables: Mapping[str, TwoWayTable], *, higher_is_better: bool, draws: int = DRAWS, seed: int = 0
) -> RankStability:
    """Ranks by mean, over resamples of images and cases that all models share.

    The two-way bootstrap overstates the interaction, so these shares err towards doubt.
    """
    shapes = {check_table(table).shape for table in tables.values()}
    if len(shapes) != 1:
        raise StatisticsError(
            f"models are ranked on one set of images and cases; found {sorted(shapes)}"
        )
    sign = 1.0 if higher_is_better else -1.0
    order = sorted(tables, key=lambda name: -sign * tables[name].mean())
    resamples = weights(*shapes.pop(), draws, seed)
    means = np.stack([sign * resampled_means(tables[name], resamples) for name in order], axis=1)
    places = np.argsort(np.argsort(-means, axis=1, kind="stable"), axis=1, kind="stable")
    ranks = np.stack([(places == rank).mean(0) for rank in range(len(order))], axis=1)
    ahead = (means[:, :, None] > means[:, None, :]).mean(0)
    holds = float((np.diff(means, axis=1) < 0.0).all(1).mean())
    return RankStability(tuple(order), holds, ahead, ranks)
