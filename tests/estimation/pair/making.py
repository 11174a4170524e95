"""Pairs whose kernel and place are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage import data

from realsr.estimation.seen import Seen, SeenPair

Floats = npt.NDArray[np.float64]


def photograph(name: str = "astronaut", side: int = 384) -> npt.NDArray[np.uint8]:
    """A bundled photograph's upper left, `h w 3`."""
    load: Callable[[], npt.NDArray[np.uint8]] = getattr(data, name)
    return np.ascontiguousarray(load()[:side, :side, :3])


def gaussian(side: int, sigma_y: float, sigma_x: float, turn: float = 0.0) -> Floats:
    """Sum 1. turn: of the rows' axis towards the columns'."""
    axis = np.arange(side) - side // 2
    y, x = np.meshgrid(axis, axis, indexing="ij")
    along, across = np.cos(turn) * y + np.sin(turn) * x, -np.sin(turn) * y + np.cos(turn) * x
    taps = np.exp(-0.5 * ((along / sigma_y) ** 2 + (across / sigma_x) ** 2))
    return np.asarray(taps / taps.sum(), np.float64)


def made(
    hr: npt.NDArray[np.uint8],
    kernel: Floats,
    scale: int,
    first: tuple[int, int] = (0, 0),
    noise: float = 0.0,
    gain: float = 1.0,
    bend: Floats | None = None,
) -> SeenPair:
    """LR: the kernel over HR, every scale-th pixel from `first` on, noise, eight bits.

    bend: 2 x 2, what LR's distances from its centre are multiplied by in HR besides the scale.
    """
    height, width = (side // scale * scale for side in hr.shape[:2])
    cut = hr[:height, :width]
    random = np.random.default_rng(1)
    planes = []
    for plane in np.moveaxis(cut.astype(float), 2, 0):
        centre = np.array([height - 1, width - 1]) / 2
        turned = (
            plane
            if bend is None
            else ndimage.affine_transform(
                plane, bend, centre - bend @ centre, order=5, mode="mirror"
            )
        )
        blurred = gain * ndimage.correlate(turned, kernel, mode="reflect")
        rolled = np.roll(blurred, (-first[0], -first[1]), (0, 1))
        planes.append(
            rolled[::scale, ::scale]
            + random.normal(0, noise or 1e-9, (height // scale, width // scale))
        )
    lr = np.clip(np.floor(np.stack(planes, axis=2) + 0.5), 0, 255).astype(np.uint8)
    return SeenPair(Seen(lr), Seen(cut), scale)
