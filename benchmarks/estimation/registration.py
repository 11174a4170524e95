"""Registration of pairs that were turned, enlarged, moved and gained: `... registration PHOTOGRAPHS`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from benchmarks.estimation.made_pairs import FAMILIES, crop, photographs, reduced
from benchmarks.estimation.shares import Row, parser, rows_of, share, told
from realsr.estimation.pair.centring import middle
from realsr.estimation.pair.fitting import KernelFit, fit
from realsr.estimation.pair.planes import planes_of
from realsr.estimation.seen import Seen, SeenPair

Floats = npt.NDArray[np.float64]

SHIFT, DEGREES, GROWTH, GAIN = 3.0, 0.5, 0.005, 0.02
"""At most: LR pixels, degrees, and shares of 1."""


def one(number: int, paths: list[Path]) -> Row:
    """A case: how far the corner of LR that is placed worst lies from its place, in HR pixels."""
    random = np.random.default_rng([13, number])
    scale, path = (2, 4)[number % 2], paths[(number + number // 2) % len(paths)]
    hr = crop(path, scale, random)
    turn = np.deg2rad(random.uniform(-DEGREES, DEGREES))
    growth, gain = 1 + random.uniform(-GROWTH, GROWTH), 1 + random.uniform(-GAIN, GAIN)
    shift = random.uniform(-SHIFT, SHIFT, 2) * scale
    bend = np.array([[growth, -turn], [turn, growth]])
    family = list(FAMILIES)[number // 2 % len(FAMILIES)]
    taps = FAMILIES[family](25, scale / 2, random)
    taps = taps / taps.sum()
    lr = gain * reduced(_moved(hr, bend, shift), taps, scale, 0)
    levels = np.clip(np.floor(lr + 0.5), 0, 255).astype(np.uint8)
    row: Row = {"picture": path.stem, "scale": scale, "family": family}
    found = fit(planes_of(SeenPair(Seen(levels), Seen(hr), scale)))
    if not isinstance(found, KernelFit):
        return row | {"corner": 99.0}
    corners = _corners(levels.shape)
    centre = np.array(levels.shape[:2]) - 1
    about = scale * (corners - centre / 2)
    # What the taps look at: their middle, from the HR pixel below which LR's first pixel lies.
    true = (about + middle(taps) - (scale - 1) / 2) @ bend.T + shift
    return row | {"corner": float(np.abs(_placed(found, about) - true).max())}


def _moved(hr: npt.NDArray[np.uint8], bend: Floats, shift: Floats) -> Floats:
    centre = (np.array(hr.shape[:2]) - 1) / 2
    offset = centre + shift - bend @ centre
    planes = np.moveaxis(hr.astype(np.float64), 2, 0)
    moved = [ndimage.affine_transform(one, bend, offset, order=5, mode="mirror") for one in planes]
    return np.stack(moved, axis=2)


def _corners(shape: Sequence[int]) -> Floats:
    return np.array([(y, x) for y in (0, shape[0] - 1) for x in (0, shape[1] - 1)], np.float64)


def _placed(found: KernelFit, about: Floats) -> Floats:
    """HR positions, from HR's centre, of LR positions in HR pixels from LR's centre."""
    taps = found.posterior.taps
    whole = np.array([found.place.shift_y, found.place.shift_x])
    step = found.posterior.equations.extras(taps)[1:] / taps.sum()
    bend = found.place.matrix + np.array([[step[1], -step[0]], [step[0], step[1]]])
    centred = middle(taps.reshape(found.side, -1))
    return np.asarray((about + centred) @ bend.T + whole, np.float64)


def figures(rows: Sequence[Row]) -> dict[str, object]:
    return {
        f"x{scale}": _near([row for row in rows if row["scale"] == scale], scale)
        for scale in sorted({row["scale"] for row in rows})
    }


def _near(rows: Sequence[Row], scale: int) -> dict[str, object]:
    corners = [row["corner"] for row in rows]
    return {
        "worst corner within 0.05 LR px": share(rows, [one <= 0.05 * scale for one in corners]),
        "worst corner within 0.1 HR px": share(rows, [one <= 0.1 for one in corners]),
        "median, HR px": float(np.median(corners)),
        "largest, HR px": max(corners),
    }


def main() -> None:
    asked = parser(__doc__ or "", 300).parse_args()
    rows = rows_of(one, asked, paths=photographs(asked.photographs))
    told(figures(rows), rows, asked.json)


if __name__ == "__main__":
    main()
