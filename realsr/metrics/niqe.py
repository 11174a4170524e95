"""NIQE (Mittal, Soundararajan and Bovik, SPL 2013): distance of a picture's statistics from pristine ones'.

Blocks of 96 pixels without overlap, two scales, 36 features; lower is better. The value depends on the pristine
photographs behind the parameters, so those of another fit give another metric, under another name.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources, util
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from degrade.foreign import read_foreign
from degrade.functional.matlab import imresize, line_by_factor
from degrade.functional.matlab_files import matlab_array
from realsr.backbones.errors import MissingWeightsError
from realsr.metrics.errors import MetricError, NotDefinedError
from realsr.metrics.natural_scenes import blocks, features, normalised
from realsr.metrics.planes import Plane

BLOCK = 96
FEATURES = 36
MOST_BYTES = 2**20
"""Of a file of parameters, packed or not."""

Arrays = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Pristine:
    """Mean (36,) and covariance (36, 36) of the features of pristine blocks."""

    mean: npt.NDArray[np.float64]
    covariance: npt.NDArray[np.float64]


def niqe(image: Plane, pristine: Pristine) -> float:
    """The distance of a plane h w on 0..255 (luma or grey) from the pristine model.

    Raises NotDefinedError where fewer than two blocks of 96 pixels have statistics.
    """
    found = block_features(image)
    known = found[~np.isnan(found).any(axis=1)]
    if len(known) < 2:
        raise NotDefinedError(
            f"{len(known)} blocks with statistics in {image.shape[0]} x {image.shape[1]} px (height x width); "
            f"expected two of {BLOCK} x {BLOCK}, so about 192 x 192 that is not flat"
        )
    away = pristine.mean - np.nanmean(found, axis=0)
    spread = np.linalg.pinv((pristine.covariance + np.cov(known, rowvar=False)) / 2.0)
    return float(np.sqrt(away @ spread @ away))


def block_features(image: Plane) -> npt.NDArray[np.float64]:
    """The features (n, 36) of the blocks of a plane, row by row: 18 of each of two scales."""
    rows, columns = (length // BLOCK * BLOCK for length in image.shape)
    image = image[:rows, :columns]
    if not image.size:
        return np.empty((0, FEATURES))
    fine = features(blocks(normalised(image).values, BLOCK))
    coarse = features(blocks(normalised(halved(image)).values, BLOCK // 2))
    return np.concatenate((fine, coarse), axis=1)


def halved(image: Plane) -> Plane:
    """MATLAB's bicubic with antialias at half the size, in float64, neither rounded nor clipped."""
    rows, columns = (line_by_factor(length, 0.5, True, "symmetric") for length in image.shape)
    tensor = torch.from_numpy(np.ascontiguousarray(image))[None, None]
    return np.asarray(imresize(tensor, [rows], [columns], eight_bit=False)[0, 0].numpy())


NOWHERE = (
    "the official parameters of NIQE: install basicsr, or name their file (--weights niqe=FILE, from Python "
    "parameters=) as the authors' modelparameters.mat or BasicSR's niqe_pris_params.npz; niqe_own needs none"
)


def official(path: Path | None) -> Pristine:
    """The authors' parameters: from `path`, or from an installed BasicSR."""
    return load(official_file(path))


def official_file(path: Path | None) -> Path:
    """`path`, or the file of the authors' parameters in an installed BasicSR. Raises MissingWeightsError."""
    path = path or next(iter(in_basicsr()), None)
    if path is None:
        raise MissingWeightsError(NOWHERE)
    return path


@lru_cache(maxsize=1)
def own() -> Pristine:
    """The parameters that `tools.niqe_fit` makes from scikit-image's photographs."""
    with resources.as_file(resources.files("realsr.metrics") / "data" / "niqe_own.npz") as path:
        return load(path)


@lru_cache(maxsize=8)
def load(path: Path) -> Pristine:
    """Parameters from BasicSR's .npz or the authors' .mat. Raises MetricError for another file."""
    if not path.is_file():
        raise MissingWeightsError(f"the parameters of NIQE: no file {path}")
    try:
        mean, covariance = _in_mat(path) if path.suffix.lower() == ".mat" else _in_npz(path)
        return Pristine(mean.reshape(FEATURES), covariance.reshape(FEATURES, FEATURES))
    except Exception as error:  # archives raise whatever their bytes lead to
        raise MetricError(
            f"{path} is not a file of NIQE parameters ({error}); expected mu_pris_param (36) and "
            "cov_pris_param (36 x 36) in a .npz, mu_prisparam and cov_prisparam in a .mat"
        ) from error


def _in_npz(path: Path) -> Arrays:
    data = BytesIO(read_foreign(path, most=MOST_BYTES))
    with zipfile.ZipFile(data) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_BYTES:
            raise ValueError(f"it unfolds to more than {MOST_BYTES} bytes")
    data.seek(0)
    with np.load(data, allow_pickle=False) as stored:
        return _as_float(stored["mu_pris_param"]), _as_float(stored["cov_pris_param"])


def _in_mat(path: Path) -> Arrays:
    """MATLAB's format before 7.3."""
    data = read_foreign(path, most=MOST_BYTES)
    mean, covariance = (
        matlab_array(data, f"{name}_prisparam", MOST_BYTES) for name in ("mu", "cov")
    )
    return _as_float(mean), _as_float(covariance)


def _as_float(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)


@lru_cache(maxsize=1)
def in_basicsr() -> tuple[Path, ...]:
    """The file inside an installed BasicSR, which is looked up and not imported; empty where there is none."""
    found = util.find_spec("basicsr")
    folders = found.submodule_search_locations if found else None
    candidates = [Path(folder) / "metrics" / "niqe_pris_params.npz" for folder in folders or ()]
    return tuple(path for path in candidates if path.is_file())
