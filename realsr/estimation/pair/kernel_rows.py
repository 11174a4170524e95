"""The kernel of a pair, as findings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from realsr.estimation.estimator import Quantity
from realsr.estimation.findings import Findings, Measurement, refusal
from realsr.estimation.pair.centring import cropped, middle, shifted, support
from realsr.estimation.pair.equations import BLOCKS
from realsr.estimation.pair.fitting import KernelFit
from realsr.estimation.pair.gaussians import gaussian_of
from realsr.estimation.pair.leftover import QUANTISED, Leftover
from realsr.estimation.pair.response import NYQUIST, SIGMA_OF_MTF50, Response, axes, response
from realsr.estimation.seen import SeenPair

Floats = npt.NDArray[np.float64]

DRAWS = 200
LEVEL = 0.95
WIDER = float(student.ppf(0.975, BLOCKS**2 - 1))
"""Half an interval in standard deviations: Student's t, since the blocks are few."""
METHOD = (
    "Gaussian process about a parametric mean, fitted with the registration; blocks drawn again"
)
ONE_KERNEL = "one kernel for the whole picture"
SYMMETRY = "the kernel's centre of mass is its middle, since a shifted kernel is a shifted picture"

QUANTITIES = (
    Quantity("kernel", "kernel from HR to LR; rows, sum 1", "HR pixels", "kernel"),
    Quantity("shift_y", "how far below its aligned place LR looks into HR", "HR pixels"),
    Quantity("shift_x", "how far right of its aligned place LR looks into HR", "HR pixels"),
    Quantity("rotation", "turn of LR in HR, from rows towards columns", "radians"),
    Quantity("magnification", "size of LR in HR over that of the sizes", "", least=0.0),
    Quantity("gain", "contrast of LR over that of HR", "", least=0.0),
    Quantity("offset", "level of LR where HR is 0", "levels of 255"),
    Quantity("blur_sigma", "Gaussian of the same MTF50", "LR pixels", least=0.0),
    Quantity("blur_sigma_major", "the same, in the direction of most blur", "LR pixels", least=0.0),
    Quantity("blur_sigma_minor", "the same, across", "LR pixels", least=0.0),
    Quantity("blur_angle", "direction of most blur, from columns to rows", "radians", "angle"),
    Quantity(
        "mtf50", "frequency at which half the contrast is left", "cycles per LR pixel", least=0.0
    ),
    Quantity("sharpening", "largest modulation up to LR's Nyquist, over 1", "", least=0.0),
    Quantity(
        "gaussian_side", "window of the kernel, where it is a Gaussian", "HR pixels", least=0.0
    ),
    Quantity("gaussian_sigma_major", "its larger sigma", "HR pixels", least=0.0),
    Quantity("gaussian_sigma_minor", "its smaller sigma", "HR pixels", least=0.0),
    Quantity("noise_sigma_255", "noise of one channel at mid-grey", "levels of 255", least=0.0),
    Quantity("noise_grey", "whether the channels share their noise", "", "name"),
    Quantity(
        "residual_255", "what kernel, gain and registration leave, rms", "levels of 255", least=0.0
    ),
    Quantity(
        "nonlinear_share", "share of the residual that follows the content", "", least=0.0, most=1.0
    ),
)
NAMES = tuple(one.name for one in QUANTITIES)
_KNOWN = {one.name: one for one in QUANTITIES}
_UNITS = {one.name: one.unit for one in QUANTITIES}


def kernel_findings(found: KernelFit, rest: Leftover, pair: SeenPair) -> Findings:
    """Every NAME of the kernel, or why it is not told."""
    draws = found.posterior.draws(DRAWS, np.random.default_rng(0)).reshape(DRAWS, found.side, -1)
    told = dict(_placed(found, draws)) | dict(_registered(found)) | dict(_left(rest, pair))
    findings = Findings(told, _untold(pair)) | _blurred(found, draws)
    return findings | _gaussian(found)


def number(name: str, value: float, spread: float, method: str, assumes: str) -> Measurement:
    """A measurement, its interval symmetric within the quantity's range. spread: its standard deviation."""
    quantity, half = _KNOWN[name], WIDER * spread
    low, high = (quantity.within(end) for end in (value - half, value + half))
    return Measurement(value, low, high, quantity.unit, method, assumes, LEVEL)


def _taps(found: KernelFit) -> Floats:
    return found.posterior.taps.reshape(found.side, -1)


def _placed(found: KernelFit, draws: Floats) -> Iterator[tuple[str, Measurement]]:
    """Kernel and shift."""
    taps = _taps(found)
    centre, spread = middle(taps), middle(draws).std(axis=0)
    shift = found.offset() + centre
    for axis, name in enumerate(("shift_y", "shift_x")):
        told = number(
            name, float(shift[axis]), float(spread[axis]), METHOD, f"{ONE_KERNEL}; {SYMMETRY}"
        )
        yield name, told
    yield "kernel", _kernel(found, draws, centre)


def _kernel(found: KernelFit, draws: Floats, centre: Floats) -> Measurement:
    """About its middle, cut to its support. more: the same taps on HR's own pixels."""
    taps = _taps(found)
    total = taps.sum()
    whole = np.round(centre)
    moved, each = (shifted(one, -centre) for one in (taps, draws))
    spread = each.std(axis=0)
    side = support(moved, spread)
    kernel = cropped(moved, side)
    scale, half = kernel.sum(), WIDER * cropped(spread, side) / kernel.sum()
    rows = kernel / scale
    plain = cropped(shifted(taps, -whole), side + 2 if side + 2 <= found.side else found.side)
    own = {"rows": (plain / plain.sum()).tolist(), "gain": float(total)}
    place = dict(zip(("shift_y", "shift_x"), (found.offset() + whole).tolist(), strict=True))
    return Measurement(
        rows.tolist(),
        (rows - half).tolist(),
        (rows + half).tolist(),
        _UNITS["kernel"],
        METHOD,
        f"{ONE_KERNEL}; {SYMMETRY}; it acts on HR's stored values",
        LEVEL,
        {"side": side, "mean": found.posterior.mean.family.name, "on_pixels": own | place},
    )


def _registered(found: KernelFit) -> Iterator[tuple[str, Measurement]]:
    equations, taps = found.posterior.equations, found.posterior.taps
    spread = found.posterior.noise * np.sqrt(np.diag(equations.extras_covariance()))
    gain = float(taps.sum())
    bend = spread[1:] / gain
    rest = equations.extras(taps)[1:] / gain
    way = "Gauss-Newton, then a joint fit with the kernel"
    assumes = "a similarity: no lens distortion, no parallax"
    yield (
        "rotation",
        number("rotation", found.place.turn + float(rest[0]), float(bend[0]), way, assumes),
    )
    growth = 1 + found.place.growth + float(rest[1])
    yield "magnification", number("magnification", growth, float(bend[1]), way, assumes)
    yield "gain", number("gain", gain, found.gain_spread(), way, ONE_KERNEL)
    level = found.level()
    yield "offset", number("offset", level, found.level_spread(), way, ONE_KERNEL)


def _blurred(found: KernelFit, draws: Floats) -> Findings:
    """Blur and sharpening, in LR pixels."""
    scale = found.planes.scale
    both = response(np.concatenate([_taps(found)[None], draws]))
    sharp = np.maximum(both.peak(NYQUIST / scale) - 1, 0.0).round(9)
    told = {"sharpening": _of_draws("sharpening", sharp, METHOD)}
    names = ("mtf50", "blur_sigma", "blur_sigma_major", "blur_sigma_minor", "blur_angle")
    if np.isnan(both.mtf50()).any() or np.isnan(both.sigmas()).any():
        why = "in some direction over half the contrast is left at HR's highest frequency: no blur to measure"
        return Findings(told) | refusal(why, *names)
    round_one = {"blur_angle": "the kernel is as wide in all directions, as far as can be told"}
    return Findings(told | dict(_widths(both, scale))) | Findings(refused=round_one)


def _widths(both: Response, scale: int) -> Iterator[tuple[str, Measurement]]:
    """The measured kernel stands first among those of `both`."""
    way = f"{METHOD}; Gaussian of the MTF50 measured"
    half = both.mtf50()
    yield "mtf50", _of_draws("mtf50", scale * half, way)
    yield "blur_sigma", _of_draws("blur_sigma", SIGMA_OF_MTF50 / (scale * half), way)
    major, minor, angle = axes(both.sigmas() / scale)
    yield "blur_sigma_major", _of_draws("blur_sigma_major", major, way)
    yield "blur_sigma_minor", _of_draws("blur_sigma_minor", minor, way)
    turned = angle[0] + (angle - angle[0] + np.pi / 2) % np.pi - np.pi / 2
    if WIDER * turned[1:].std() < np.pi / 4:
        yield "blur_angle", _of_draws("blur_angle", turned, way)


def _gaussian(found: KernelFit) -> Findings:
    window = gaussian_of(found.posterior, found.planes.scale)
    names = ("gaussian_side", "gaussian_sigma_major", "gaussian_sigma_minor")
    if window is None:
        return refusal(
            "no Gaussian in a square window explains LR as well as the kernel does", *names
        )
    way, side = "least squares over windows", float(window.side)
    unit, assumes = _UNITS["gaussian_side"], "a Gaussian cut to a square"
    told = {"gaussian_side": Measurement(window.side, side, side, unit, way, assumes)}
    for name, (value, spread) in zip(names[1:], (window.major, window.minor), strict=True):
        told[name] = number(name, value, spread, way, assumes)
    return Findings(told)


def _of_draws(name: str, values: Floats, way: str) -> Measurement:
    return number(name, float(values[0]), float(values[1:].std()), way, ONE_KERNEL)


def _left(rest: Leftover, pair: SeenPair) -> Iterator[tuple[str, Measurement]]:
    way = "LR minus kernel * HR"
    yield (
        "residual_255",
        Measurement(rest.rms(), *_root(rest.squares()), _UNITS["residual_255"], way, ""),
    )
    shares = rest.structured()
    share = max(0.0, float(shares.mean()))
    spread = float(shares.std(ddof=1)) / len(shares) ** 0.5
    unit, high = _UNITS["nonlinear_share"], share + WIDER * spread
    low = max(0.0, share - WIDER * spread)
    yield "nonlinear_share", Measurement(share, low, high, unit, "regression over blocks", "")
    if pair.lr.tables is not None:
        return
    noise = np.maximum(rest.noise() - QUANTISED, 0.0)
    low, high = _root(noise)
    way = f"{way}, where smooth and mid-grey"
    value = float(noise.mean() ** 0.5)
    unit, assumes = _UNITS["noise_sigma_255"], "noise that came after the kernel"
    yield "noise_sigma_255", Measurement(value, low, high, unit, way, assumes)
    grey = rest.grey_share()
    if rest.rest.shape[2] == 3 and value > 0.7:
        yield (
            "noise_grey",
            Measurement(grey > 0.5, None, None, "", way, "", more={"correlation": grey}),
        )


def _root(squares: Floats) -> tuple[float, float]:
    """Ends of an interval for the root of a mean of blocks."""
    mean, spread = (
        squares.mean(),
        squares.std(ddof=1) / len(squares) ** 0.5 if len(squares) > 1 else 0.0,
    )
    return float(max(mean - WIDER * spread, 0.0) ** 0.5), float((mean + WIDER * spread) ** 0.5)


def _untold(pair: SeenPair) -> dict[str, str]:
    if pair.lr.tables is not None:
        why = "LR is a JPEG, so what the kernel leaves holds the codec's error as well"
        return dict.fromkeys(("noise_sigma_255", "noise_grey"), why)
    return {"noise_grey": "there is too little noise, or only one channel"}
