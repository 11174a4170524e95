"""Registration and kernel together: each is found with the other's last answer until neither moves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from realsr.estimation.pair.equations import Equations, equations
from realsr.estimation.pair.planes import Planes
from realsr.estimation.pair.posterior import GAUSSIAN, Posterior, best, means_of
from realsr.estimation.pair.registration import (
    Alignment,
    coarse,
    moved,
    similarity,
    unbent,
)
from realsr.estimation.pair.shapes import FAMILIES, Fitted, Fitting

Floats = npt.NDArray[np.float64]

REACHES = {1: 8, 2: 8, 3: 10}
WIDE = 12
"""Taps on each side of the middle at scales of 4 and above."""
FURTHEST = 16
ALIKE = 0.3
"""Least correlation of LR and the reduced, shifted HR of one scene."""
BENT = 0.04
"""Turn and growth that move no corner by so many HR pixels are left alone."""
CERTAIN = 4.0
"""Standard deviations beyond which a turn or growth is one."""
CLEARLY = 1.5
"""HR pixels at the corners from which on a turn and growth are no artefact of aliasing."""
FINE = 0.005
"""HR pixels by which corners still move where another round follows."""
GAIN = 6.0
"""Log of the likelihood's ratio that another turn and growth must bring."""
ROUNDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class KernelFit:
    """A kernel and its place.

    place: turn and growth as measured; its shift is that of `corner`. corner: the HR pixel (y, x) about which
    the taps of LR pixel (0, 0) lie, once turn and growth are taken out.
    """

    posterior: Posterior
    place: Alignment
    corner: tuple[int, int]
    planes: Planes

    @property
    def side(self) -> int:
        return self.posterior.equations.side

    def level(self) -> float:
        """LR where HR is 0, in levels."""
        taps = self.posterior.taps
        around = float(self.planes.lr.mean() - taps.sum() * self.planes.hr.mean())
        return around + float(self.posterior.equations.extras(taps)[0])

    def gain_spread(self) -> float:
        """Standard deviation of the gain, from what is left and how HR varies."""
        rows = self.posterior.equations.rows
        return float(self.posterior.noise / max(float(self.planes.hr.std()), 1e-9) / rows**0.5)

    def level_spread(self) -> float:
        """Standard deviation of the level where HR is 0."""
        rows = self.posterior.equations.rows
        return float(
            np.hypot(self.gain_spread() * self.planes.hr.mean(), self.posterior.noise / rows**0.5)
        )

    def offset(self) -> Floats:
        """Of the taps' middle from scale x LR + (scale - 1) / 2, in HR pixels (y, x)."""
        return np.array(self.corner) - (self.planes.scale - 1) / 2


def fit(planes: Planes) -> KernelFit | str:
    """The kernel of a pair, or why there is none."""
    start, alike = coarse(planes)
    if alike < ALIKE:
        return (
            f"LR and the reduced HR correlate at {alike:.2f} where they fit best: not of one scene, or moved "
            "by more than can be found"
        )
    place = _registered(planes, start)
    reach = REACHES.get(planes.scale, WIDE)
    found = _rounds(planes, place, reach)
    wanted = _wanted(found, reach)
    return found if wanted <= reach else _rounds(planes, found.place, wanted)


def _registered(planes: Planes, start: Alignment) -> Alignment:
    """Roughly: the kernel is not known yet, and stands as a Gaussian."""
    place = start
    for sigma in (1.0 * planes.scale, 0.5 * planes.scale):
        place = similarity(planes, place, sigma)
    far = np.hypot(place.shift_y - start.shift_y, place.shift_x - start.shift_x)
    if far > 2 * planes.scale or abs(place.growth) > 0.2 or abs(place.turn) > 0.2:
        return start
    return _straightened(place, planes, 3 * BENT)


def _straightened(place: Alignment, planes: Planes, least: float) -> Alignment:
    if place.bent(planes.lr.shape, planes.scale) >= least:
        return place
    return replace(place, turn=0.0, growth=0.0)


def _rounds(planes: Planes, place: Alignment, reach: int) -> KernelFit:
    """Kernel, then turn and growth by what it leaves, for as long as that leaves less."""
    model = ndimage.gaussian_filter(planes.hr, 0.5 * planes.scale)
    found = min(
        (_once(planes, start, reach, model) for start in _starts(place, planes)),
        key=lambda one: one.posterior.noise,
    )
    for _ in range(ROUNDS):
        after = _turned(found)
        if after is None:
            break
        tried = _once(planes, after, reach, _modelled(planes, found))
        if _gained(found.posterior, tried.posterior) < GAIN:
            break
        found = tried
    return found


def _starts(place: Alignment, planes: Planes) -> list[Alignment]:
    """A small turn may be the aliasing's, so the straight place is tried beside it."""
    bent = place.bent(planes.lr.shape, planes.scale)
    straight = replace(place, turn=0.0, growth=0.0)
    return [place] if bent == 0 or bent > CLEARLY else [place, straight]


def _turned(found: KernelFit) -> Alignment | None:
    """The place with what the equations say of turn and growth; None where that is too little."""
    posterior, place, planes = found.posterior, found.place, found.planes
    step = posterior.equations.extras(posterior.taps)[1:] / posterior.taps.sum()
    small = Alignment(turn=float(step[0]), growth=float(step[1]))
    least = _told_bend(found) if place.turn == place.growth == 0 else FINE
    if small.bent(planes.lr.shape, planes.scale) < least:
        return None
    return moved(place, np.array([0.0, 0.0, *step]))


def _gained(before: Posterior, after: Posterior) -> float:
    """Log of the likelihood's ratio."""
    left = max(after.noise, 1e-9)
    return float(after.equations.rows * np.log(before.noise / left))


def _told_bend(found: KernelFit) -> float:
    """Corner movement, in HR pixels, that is neither nothing nor noise."""
    spread = found.posterior.noise * np.sqrt(
        np.diag(found.posterior.equations.extras_covariance())[1:]
    )
    noise = Alignment(turn=float(spread[0]), growth=float(spread[1])).bent(
        found.planes.lr.shape, found.planes.scale
    )
    return max(BENT, CERTAIN * noise / float(found.posterior.taps.sum()))


def _modelled(planes: Planes, found: KernelFit) -> Floats:
    """HR blurred by the kernel found."""
    taps = found.posterior.taps.reshape(found.side, -1)
    return np.asarray(ndimage.correlate(planes.hr, taps / taps.sum(), mode="nearest"), np.float64)


def _once(planes: Planes, place: Alignment, reach: int, model: Floats) -> KernelFit:
    shape, scale = planes.lr.shape, planes.scale
    shift = np.array([place.shift_y, place.shift_x])
    corner = np.floor((scale - 1) / 2 + shift + 0.5).astype(int)
    whole = corner - (scale - 1) / 2
    # The shift is the kernel's from here on: turn and growth act about the place where the whole pixels lie.
    anchored = replace(place, shift_y=float(whole[0]), shift_x=float(whole[1]))
    straight = unbent(planes.hr, shape, scale, anchored)
    found = equations(planes, straight, (int(corner[0]), int(corner[1])), reach, model)
    return KernelFit(_posterior(found, scale), anchored, (int(corner[0]), int(corner[1])), planes)


def _posterior(found: Equations, scale: int) -> Posterior:
    fitting = Fitting(found, float(scale))
    envelope = fitting.fit(GAUSSIAN)
    centre = envelope.parameters[:2]
    fits: list[Fitted] = [envelope, *(fitting.fit(one, centre) for one in FAMILIES[1:])]
    return best(found, means_of(fits), envelope)


def _wanted(found: KernelFit, reach: int) -> int:
    """Taps on each side that the kernel asks for: more where its outermost are not small."""
    taps = np.abs(found.posterior.taps.reshape(found.side, -1))
    ring = max(taps[0].max(), taps[-1].max(), taps[:, 0].max(), taps[:, -1].max())
    return min(FURTHEST, reach + 4) if ring > 0.02 * taps.max() else reach
