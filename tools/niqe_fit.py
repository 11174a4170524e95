"""Fit the parameters of `niqe_own` to scikit-image's photographs.

    python -m tools.niqe_fit niqe_own.npz

makes again the file that the package carries. As in the paper, a block counts where its mean local deviation
is above three quarters of the picture's highest; blocks start at four offsets, since the pictures are few.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from degrade.errors import ImageError, MissingExtraError
from realsr.demos.photographs import PHOTOGRAPHS
from realsr.metrics.convention import Convention
from realsr.metrics.natural_scenes import blocks, normalised
from realsr.metrics.niqe import BLOCK, Pristine, block_features
from realsr.metrics.planes import Plane, plane

_SHARP = 0.75
_LUMA = Convention("y", rounded=True)


def fit(pictures: Iterable[Plane]) -> Pristine:
    """Mean and covariance of the features of the sharp blocks of luma planes h w on 0..255."""
    found = np.concatenate([_sharp_features(picture) for picture in pictures])
    known = found[~np.isnan(found).any(axis=1)]
    return Pristine(known.mean(axis=0), np.cov(known, rowvar=False))


def photographs() -> list[Plane]:
    """Luma, rounded, of the bundled photographs, in the order of their names."""
    try:
        bundled = resources.files("skimage") / "data"
    except ModuleNotFoundError as error:
        raise MissingExtraError("fitting NIQE", "demo") from error
    return [_luma((bundled / name).read_bytes(), name) for name in sorted(PHOTOGRAPHS)]


def save(pristine: Pristine, path: Path) -> None:
    """Write the parameters under the names that BasicSR uses."""
    np.savez(path, mu_pris_param=pristine.mean, cov_pris_param=pristine.covariance)


def _luma(data: bytes, name: str) -> Plane:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise ImageError(
            f"{name} in scikit-image's data cannot be decoded; install the package again"
        )
    return plane(np.ascontiguousarray(pixels[:, :, ::-1]), _LUMA)


def _sharp_features(picture: Plane) -> npt.NDArray[np.float64]:
    half = BLOCK // 2
    views = [picture[row:, column:] for row in (0, half) for column in (0, half)]
    sharpness = np.concatenate([_sharpness(view) for view in views])
    found = np.concatenate([block_features(view) for view in views])
    sharp: npt.NDArray[np.float64] = found[sharpness > _SHARP * sharpness.max()]
    return sharp


def _sharpness(picture: Plane) -> npt.NDArray[np.float64]:
    rows, columns = (length // BLOCK * BLOCK for length in picture.shape)
    deviation = normalised(picture[:rows, :columns]).deviation
    return np.asarray(blocks(deviation, BLOCK).mean(axis=(1, 2)), dtype=np.float64)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description="Fit NIQE's parameters to scikit-image's photographs."
    )
    parser.add_argument("out", type=Path, help="the .npz file to write")
    save(fit(photographs()), parser.parse_args(arguments).out)


if __name__ == "__main__":
    main()
