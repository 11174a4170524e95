"""The table of metrics: one row each."""

from __future__ import annotations

from collections.abc import Callable

from degrade.table import Table
from realsr.metrics import artefact_maps, niqe
from realsr.metrics.colour import colour_shift
from realsr.metrics.consistency import ntire_lr_psnr, with_assumed_operator, with_true_operator
from realsr.metrics.convention import SSIM_WINDOW, Channel, Convention
from realsr.metrics.errors import MetricError
from realsr.metrics.fidelity import psnr
from realsr.metrics.gan_rows import GAN_ROWS
from realsr.metrics.gmsd import gmsd
from realsr.metrics.learned.dists import DISTS_ROW
from realsr.metrics.learned.lpips import LPIPS_ROWS
from realsr.metrics.metric import Compute, Inputs, Metric, Need, Trained, WeightFile, row
from realsr.metrics.piqe import piqe
from realsr.metrics.planes import Plane, cropped, plane
from realsr.metrics.spectrum import HIGH, MIDDLE, Band, detail
from realsr.metrics.ssim import ms_ssim, ssim
from realsr.metrics.vif import vif

_HR: frozenset[Need] = frozenset({"hr"})
_LUMA: tuple[Channel, ...] = ("y", "grey")
_ANY: tuple[Channel, ...] = ("rgb", "y", "grey")
_RGB: tuple[Channel, ...] = ("rgb",)
_GREY = Convention("grey", rounded=True)
"""MATLAB's `rgb2gray` on uint8: what the authors' programs of GMSD, VIF, MS-SSIM and PIQE are fed with."""


def _needs(names: str) -> MetricError:
    return MetricError(f"this metric needs {names}")


def _lr_psnr(inputs: Inputs, convention: Convention) -> float:
    if inputs.scale is None:
        raise _needs("scale=")
    return ntire_lr_psnr(inputs.sr, inputs.reference, inputs.scale, convention)


def _true_consistency(inputs: Inputs, convention: Convention) -> float:
    if inputs.true_operator is None:
        raise _needs("true_operator=")
    return with_true_operator(inputs.sr, inputs.reference, inputs.true_operator, convention)


def _assumed_consistency(inputs: Inputs, convention: Convention) -> float:
    if inputs.assumed_operator is None or inputs.lr is None:
        raise _needs("assumed_operator= and lr=")
    return with_assumed_operator(inputs.sr, inputs.lr, inputs.assumed_operator, convention)


def _single(function: Callable[[Plane], float]) -> Compute:
    return lambda inputs, convention: function(plane(inputs.sr, convention))


def _niqe(pristine: niqe.Pristine) -> Compute:
    return _single(lambda image: niqe.niqe(image, pristine))


def _energy(band: Band) -> Compute:
    return lambda inputs, convention: detail(*inputs.luma(convention), band).energy


def _coherence(band: Band) -> Compute:
    return lambda inputs, convention: detail(*inputs.luma(convention), band).coherence


def _strongest(name: str) -> Compute:
    drawn = artefact_maps.MAPS[name]

    def compute(inputs: Inputs, convention: Convention) -> float:
        values = drawn(inputs.sr, inputs.reference)
        return artefact_maps.strongest(cropped(values, convention))

    return compute


_LR_PSNR = (
    "Learning the SR Space challenge, NTIRE 2021: MATLAB bicubic on uint8, cut to a multiple of 8"
)
_TRUE = "PSNR(D(SR), D(HR)) with the operator D that made the LR, noise-free"
_ASSUMED = "PSNR(D(SR), LR) with the operator D that the model assumes"
_NIQE = "Mittal, Soundararajan and Bovik, SPL 2013; luma as BasicSR; blocks of 96"
_ENERGY = "power of SR over power of HR, Hann window; bands in cycles per pixel"
_COHERENCE = "correlation of the band-passed pictures (real normalised cross-spectrum)"
_MAP = "99th percentile of realsr.metrics.artefact_maps against HR"

_ROWS = (
    row(
        "psnr",
        "higher",
        lambda inputs, convention: psnr(*inputs.planes(convention)),
        "10 log10(255^2 / MSE), over all planes at once; peak 255 for luma too",
        unit="dB",
    ),
    row(
        "ssim",
        "higher",
        lambda inputs, convention: ssim(*inputs.planes(convention), convention.window),
        "Wang et al., TIP 2004; valid region, population variances; RGB: mean of the planes",
        convention=Convention("rgb", window=SSIM_WINDOW),
    ),
    row(
        "ms_ssim",
        "higher",
        lambda inputs, convention: ms_ssim(*inputs.planes(convention), convention.window),
        "Wang, Simoncelli and Bovik, Asilomar 2003; halved by 2 x 2 means",
        convention=Convention("grey", rounded=True, window=SSIM_WINDOW),
    ),
    row(
        "gmsd",
        "lower",
        lambda inputs, convention: gmsd(*inputs.luma(convention)),
        "Xue et al., TIP 2014, as the authors' program",
        channels=_LUMA,
        convention=_GREY,
    ),
    row(
        "vif",
        "higher",
        lambda inputs, convention: vif(*reversed(inputs.luma(convention))),
        "Sheikh and Bovik, TIP 2006, wavelet domain, as the authors' program",
        channels=_LUMA,
        convention=_GREY,
    ),
    row(
        "niqe",
        "lower",
        lambda inputs, convention: _niqe(niqe.official(inputs.parameters))(inputs, convention),
        f"{_NIQE}; the authors' parameters",
        channels=_LUMA,
        convention=Convention("y", rounded=True),
        needs=frozenset(),
        trained=Trained(
            (WeightFile("niqe", lambda: niqe.in_basicsr(), lambda: niqe.NOWHERE, word="basicsr"),),
            lambda paths, device: _niqe(niqe.load(paths[0])),
        ),
    ),
    row(
        "niqe_own",
        "lower",
        lambda inputs, convention: _niqe(niqe.own())(inputs, convention),
        f"{_NIQE}; parameters of tools.niqe_fit, so not comparable with `niqe`",
        channels=_LUMA,
        convention=Convention("y", rounded=True),
        needs=frozenset(),
    ),
    row(
        "piqe",
        "lower",
        _single(piqe),
        "Venkatanath et al., NCC 2015, as MATLAB's piqe",
        channels=_LUMA,
        convention=_GREY,
        needs=frozenset(),
    ),
    row("lr_psnr", "higher", _lr_psnr, _LR_PSNR, needs=_HR | {"scale"}, unit="dB"),
    row(
        "lr_consistency_true",
        "higher",
        _true_consistency,
        _TRUE,
        needs=_HR | {"true_operator"},
        unit="dB",
    ),
    row(
        "lr_consistency_assumed",
        "higher",
        _assumed_consistency,
        _ASSUMED,
        needs=frozenset({"lr", "assumed_operator"}),
        unit="dB",
    ),
    *(
        each
        for band, name in ((MIDDLE, "middle"), (HIGH, "high"))
        for each in (
            row(
                f"energy_{name}",
                "nearer to 1",
                _energy(band),
                f"{_ENERGY} {band}",
                channels=_LUMA,
            ),
            row(
                f"coherence_{name}",
                "higher",
                _coherence(band),
                f"{_COHERENCE} {band}",
                channels=_LUMA,
            ),
        )
    ),
    row(
        "colour_shift",
        "lower",
        lambda inputs, convention: colour_shift(*inputs.planes(convention)),
        "mean CIE 1976 difference of 8 x 8 block means",
        channels=_RGB,
        unit="CIE units",
    ),
    *(
        row(
            f"artefact_{name}",
            "lower",
            _strongest(name),
            _MAP,
            channels=_RGB if name == "colour_blob" else ("y",),
            may_round=False,
        )
        for name in artefact_maps.MAPS
    ),
    *GAN_ROWS,
    *LPIPS_ROWS,
    DISTS_ROW,
)

METRICS: Table[Metric] = Table("metric", _ROWS, MetricError, "docs/robustness.md")
