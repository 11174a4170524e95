"""The rows of what GANs are blamed for."""

from __future__ import annotations

from realsr.metrics.artefact_maps import strongest
from realsr.metrics.convention import Convention
from realsr.metrics.drift import (
    TILE,
    brightness_drift,
    colour_drift,
    period_spikes,
    worst_tile_psnr,
)
from realsr.metrics.errors import MetricError
from realsr.metrics.gan_maps import drift, halo, ldl
from realsr.metrics.metric import Inputs, row
from realsr.metrics.planes import cropped


def _ldl(inputs: Inputs, convention: Convention) -> float:
    return float(cropped(ldl(inputs.sr, inputs.reference), convention).mean())


def _halo(inputs: Inputs, convention: Convention) -> float:
    return strongest(cropped(halo(inputs.sr, inputs.reference), convention))


def _drift(inputs: Inputs, convention: Convention) -> float:
    return strongest(cropped(drift(inputs.sr, inputs.reference), convention))


def _spikes(inputs: Inputs, convention: Convention) -> float:
    if inputs.scale is None:
        raise MetricError("period_spikes needs scale=")
    return period_spikes(*inputs.luma(convention), inputs.scale)


GAN_ROWS = (
    row(
        "ldl",
        "lower",
        _ldl,
        "mean of LDL's map against HR (Liang et al., CVPR 2022), errors on [0, 1]",
        channels=("rgb",),
    ),
    row(
        "artefact_halo",
        "lower",
        _halo,
        "99th percentile of realsr.metrics.gan_maps.halo against HR",
        channels=("y",),
        may_round=False,
    ),
    row(
        "artefact_drift",
        "lower",
        _drift,
        "99th percentile of realsr.metrics.gan_maps.drift against HR",
        channels=("rgb",),
        unit="CIE units",
    ),
    row(
        "brightness_drift",
        "lower",
        lambda inputs, convention: brightness_drift(*inputs.planes(convention)),
        "difference of the means of all values, without sign, in grey levels",
    ),
    row(
        "colour_drift",
        "lower",
        lambda inputs, convention: colour_drift(*inputs.planes(convention)),
        "standard deviation of the three channels' differences of means, in grey levels",
        channels=("rgb",),
    ),
    row(
        "period_spikes",
        "lower",
        _spikes,
        "strongest frequency k / scale over those around it, SR's beyond HR's",
        channels=("y", "grey"),
        needs=frozenset({"hr", "scale"}),
        unit="dB",
    ),
    row(
        "worst_tile_psnr",
        "higher",
        lambda inputs, convention: worst_tile_psnr(*inputs.planes(convention)),
        f"PSNR of the tile of {TILE} px where it is the lowest, steps of half a tile",
        unit="dB",
    ),
)
