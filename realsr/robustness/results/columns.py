"""The columns of a run's tables: a metric under one convention, by a name that tells both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from degrade.reader.near import meant_or_known
from realsr.metrics import ACADEMIC, MATLAB, METRICS, SEAL, Convention
from realsr.metrics.convention import SSIM_WINDOW
from realsr.metrics.metric import Better, Metric
from realsr.metrics.weights import FoundWeights
from realsr.robustness.errors import StudyError

REGISTERED = "psnr_y_registered"
"""PSNR at the best whole-pixel shift; for real pairs, which are never aligned to the last pixel."""

_RGB = Convention("rgb", crop="scale", window=SSIM_WINDOW)

_NAMED: dict[str, tuple[str, Convention]] = {
    f"{metric}_{suffix}": (metric, convention)
    for metric in ("psnr", "ssim")
    for suffix, convention in (
        ("y", ACADEMIC),
        ("y_rounded", MATLAB),
        ("y_uncropped", SEAL),
        ("rgb", _RGB),
    )
}

USUAL = (
    "psnr_y",
    "ssim_y",
    "psnr_rgb",
    "ssim_rgb",
    REGISTERED,
    "gmsd",
    "lr_psnr",
    "lr_consistency_true",
    "lr_consistency_assumed",
    "energy_high",
    "coherence_high",
    "colour_shift",
    "niqe_own",
    "lpips_alex",
    "dists",
)
"""What a run computes unless told otherwise; the first is what pictures are chosen by."""

GAN_COLUMNS = (
    "lr_consistency_true",
    "ldl",
    "artefact_halo",
    "artefact_drift",
    "brightness_drift",
    "colour_drift",
    "period_spikes",
    "worst_tile_psnr",
)
"""What `gan` stands for among the names; with them the page has a panel of its own."""

REGISTERED_VERSION = 1


@dataclass(frozen=True)
class Column:
    """row: of the metric. convention: with the crop in pixels, for 8-bit pictures. reach: HR pixels of
    the shifts that are tried; None where the score is taken as the pictures lie. weights: digest of the files
    that the metric is computed with, if it needs any.
    """

    name: str
    row: Metric
    convention: Convention
    reach: int | None = None
    weights: str = ""

    @property
    def metric(self) -> str:
        return self.row.name

    @property
    def version(self) -> int:
        return REGISTERED_VERSION if self.reach is not None else self.row.version

    @property
    def better(self) -> Better:
        return self.row.better

    @property
    def words(self) -> str:
        """The convention for people."""
        if self.reach is None:
            own = self.row.origin and f", rows {self.row.origin[:12]}"
            return ", weights ".join(filter(None, (str(self.convention), self.weights))) + own
        return (
            f"{self.convention}, best of whole-pixel shifts up to {self.reach} px, on the interior"
        )

    @property
    def key(self) -> str:
        """What its numbers are kept by: they are taken again when any of this changes."""
        return f"{self.name} {self.version} {self.words}"


def columns(
    names: Sequence[str] | None, scale: int, table: Mapping[str, Metric] = METRICS
) -> tuple[Column, ...]:
    """Columns by name; None is the usual ones, `all` every metric beside them, `gan` those of the GAN panel.

    Raises StudyError.
    """
    wanted = USUAL if names is None else tuple(names)
    if wanted == ("all",):
        others = (name for name in table if name not in ("psnr", "ssim"))
        wanted = tuple(dict.fromkeys((*USUAL, *_NAMED, *others)))
    wanted = tuple(one for name in wanted for one in (GAN_COLUMNS if name == "gan" else (name,)))
    return tuple(_column(name, scale, table) for name in dict.fromkeys(wanted))


def absent(columns: Sequence[Column], weights: FoundWeights) -> dict[str, str]:
    """Why columns cannot be computed on this machine, by column."""
    found = {column.name: weights.reasons.get(column.metric) for column in columns}
    return {name: f"weights missing: {reason}" for name, reason in found.items() if reason}


def marked(columns: Sequence[Column], weights: FoundWeights) -> tuple[Column, ...]:
    """The columns with the digest of their weights: other weights make other numbers."""
    return tuple(
        replace(column, weights=weights.digests.get(column.metric, "")) for column in columns
    )


def _column(name: str, scale: int, table: Mapping[str, Metric]) -> Column:
    known = {REGISTERED: ("psnr", Convention("y"))} | _NAMED
    known |= {row.name: (row.name, row.convention) for row in table.values()}
    if name not in known:
        raise StudyError(f"no metric {name!r}{meant_or_known(name, [*known, 'all', 'gan'])}")
    metric, convention = known[name]
    row = table[metric]
    window = convention.window if row.convention.window else None
    settled = replace(convention.resolved(scale), window=window, depth="8 bit")
    return Column(name, row, settled, scale if name == REGISTERED else None)
