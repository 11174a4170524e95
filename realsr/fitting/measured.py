"""What is measured of a set outright, and not fitted: its last compression."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from realsr.estimation.findings import Findings
from realsr.estimation.hr.coarseness import like_quality
from realsr.fitting.family import SUBSAMPLINGS
from realsr.fitting.marginals import Marginals, Range, Shares

PIECES = 6


def with_compression(start: Marginals, found: Sequence[Findings]) -> Marginals:
    """The last compression's share, qualities and subsampling, as the pictures tell them."""
    coded = [one for one in found if "jpeg_steps" in one.estimates]
    known = [one for one in found if "jpeg_count" in one.estimates]
    share = len(coded) / max(1, len(known))
    out = {**start, "jpeg": Shares(("yes", "no"), np.array([share, 1 - share]))}
    qualities = [quality for one in coded if (quality := quality_of(one)) is not None]
    if qualities:
        out["quality"] = histogram(qualities)
        out["subsampling"] = _subsampling(coded)
    return out


def quality_of(found: Findings) -> int | None:
    """The standard quality, or that whose table is most like the picture's own."""
    if "jpeg_quality" in found.estimates:
        return round(float(str(found.estimates["jpeg_quality"].value)))
    steps: Any = found.estimates["jpeg_steps"].value
    return like_quality(steps)


def histogram(qualities: Sequence[int]) -> Range:
    """Whole numbers in bins of about equal share."""
    values = np.sort(np.array(qualities))
    ends = np.quantile(values, np.linspace(0, 1, PIECES + 1), method="inverted_cdf").astype(float)
    edges = np.unique(np.append(ends[:-1], ends[-1] + 1))
    if len(edges) < 2:
        edges = np.array([values[0], values[0] + 1], float)
    weights = np.histogram(values, edges)[0].astype(float)
    return Range(edges, weights / weights.sum(), whole=True)


def _subsampling(coded: Sequence[Findings]) -> Shares:
    counts = Counter(
        str(one.estimates["jpeg_subsampling"].value)
        for one in coded
        if "jpeg_subsampling" in one.estimates
    )
    weights = np.array([float(counts[name]) for name in SUBSAMPLINGS])
    return Shares(SUBSAMPLINGS, weights / weights.sum() if weights.sum() else np.eye(3)[0])
