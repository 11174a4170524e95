"""The peer: BSRGAN's degradation for x4, assembled from the calls that its published code makes.

Source: Zhang et al., "Designing a practical degradation model for deep blind image super-resolution"
(ICCV 2021), cszn/BSRGAN, utils_blindsr.py, `degradation_bsrgan`. It is no package, so its steps are put
together here from the same calls of the same libraries, as costly as they are there: n-dimensional
convolution by scipy, a Gaussian evaluated pixel by pixel through a distribution object, OpenCV's resize and
JPEG, numpy's noise. Left out is what does nothing without a model that was never released (the camera step).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy import linalg, ndimage, stats
from scipy.interpolate import RegularGridInterpolator

from benchmarks import basicsr_import

Image = npt.NDArray[np.float32]
"""One image: h w 3, RGB, float32, [0, 1]."""
Kernel = npt.NDArray[np.float64]

PATCHES = (
    "scipy.ndimage.filters.convolve, a name that is going away, is scipy.ndimage.convolve",
    "scipy.finfo, which is gone, is numpy.finfo",
    "scipy.interpolate.interp2d, which is gone, is a linear RegularGridInterpolator",
    "the port of MATLAB's imresize is the one in BasicSR",
)
"""What has to differ from the published code, for it to run on today's libraries."""

SCALE = 4
HALVED_FIRST = 0.25
HALVED_BY_OPENCV = 0.5
ANISOTROPIC = 0.5
DIVIDED = 0.75
COMPRESSED = 0.9
FILTERS = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA)
NOISE_LEVELS = (2, 25)
QUALITIES = (30, 95)
SHIFTED_TAPS = 25


def seed_everything(seed: int) -> None:
    """Seed both global generators, so that every round gets the same draws."""
    random.seed(seed)
    np.random.seed(seed)


def degrade(hr: Image) -> Image:
    """The LR of an HR whose sides divide by 4, in steps of 1/255; draws from the global generators."""
    image, scale = hr.copy(), SCALE
    if random.random() < HALVED_FIRST:
        image, scale = _halved(image), SCALE // 2
    for step in _order():
        if step == "down_2":
            entered = image.shape[:2]
            image = _down_2(image, scale)
        elif step == "down_3":
            image = _resized(image, entered[0] / scale, entered[1] / scale)
        elif step == "blur":
            image = _convolved(image, _blur_kernel(scale))
        elif step == "noise":
            image = _noisy(image)
        elif random.random() < COMPRESSED:
            image = _compressed(image)
    return _compressed(image)


def _order() -> list[str]:
    """A permutation of the steps in which the second reduction is after the first."""
    steps = ["blur", "blur", "down_2", "down_3", "noise", "jpeg"]
    random.shuffle(steps)
    first, second = sorted((steps.index("down_2"), steps.index("down_3")))
    steps[first], steps[second] = "down_2", "down_3"
    return steps


def _clipped(image: npt.NDArray[Any]) -> Image:
    return np.asarray(np.clip(image, 0.0, 1.0))


def _resized(image: Image, height: float, width: float) -> Image:
    size = (int(width), int(height))
    return _clipped(np.asarray(cv2.resize(image, size, interpolation=random.choice(FILTERS))))


def _halved(image: Image) -> Image:
    if np.random.rand() < HALVED_BY_OPENCV:
        return _resized(image, image.shape[0] / 2, image.shape[1] / 2)
    imresize: Callable[..., Any] = basicsr_import.load("basicsr.utils.matlab_functions").imresize
    return _clipped(imresize(image, 0.5, True))


def _down_2(image: Image, scale: int) -> Image:
    """Division by a drawn factor, or every scale-th pixel after a Gaussian moved to stay aligned."""
    if random.random() < DIVIDED:
        factor = random.uniform(1, 2 * scale)
        return _resized(image, image.shape[0] / factor, image.shape[1] / factor)
    kernel = _moved(isotropic(SHIFTED_TAPS, random.uniform(0.1, 0.6 * scale)), (scale - 1) / 2)
    return _clipped(_convolved(image, kernel / kernel.sum())[::scale, ::scale])


def _convolved(image: Image, kernel: Kernel) -> Image:
    convolved: Image = ndimage.convolve(image, kernel[:, :, None], mode="mirror")
    return convolved


def _blur_kernel(scale: int) -> Kernel:
    """By uniform variances along its axes, or by a uniform standard deviation."""
    if random.random() < ANISOTROPIC:
        variances = ((4.0 + scale) * random.random(), (4.0 + scale) * random.random())
        return anisotropic(2 * random.randint(2, 11) + 3, random.random() * math.pi, *variances)
    return isotropic(2 * random.randint(2, 11) + 3, (2.0 + 0.2 * scale) * random.random())


def isotropic(size: int, sigma: float) -> Kernel:
    """A Gaussian size size by its standard deviation in pixels, as MATLAB's fspecial."""
    offsets = np.arange(size) - (size - 1) / 2
    x, y = np.meshgrid(offsets, offsets)
    kernel = np.exp(-(x * x + y * y) / (2.0 * sigma * sigma))
    kernel[kernel < np.finfo(float).eps * kernel.max()] = 0.0
    return np.asarray(kernel / kernel.sum())


def anisotropic(size: int, angle: float, variance_1: float, variance_2: float) -> Kernel:
    """A Gaussian size size by the variances of its axes, the first turned by the angle (radians)."""
    x, y = math.cos(angle), math.sin(angle)
    axes = np.array([[x, y], [y, -x]])
    covariance = axes @ np.diag([variance_1, variance_2]) @ np.linalg.inv(axes)
    centre = (size - 1) / 2
    kernel = np.zeros((size, size))
    for row in range(size):
        for column in range(size):
            place = [column - centre, row - centre]
            kernel[row, column] = stats.multivariate_normal.pdf(place, mean=[0, 0], cov=covariance)
    return np.asarray(kernel / kernel.sum())


def _moved(kernel: Kernel, shift: float) -> Kernel:
    """A kernel moved up and left by a fraction of its pixels, linearly, its border repeated."""
    places = np.arange(len(kernel))
    positions = np.clip(places + shift, 0, len(kernel) - 1)
    rows, columns = np.meshgrid(positions, positions, indexing="ij")
    return np.asarray(RegularGridInterpolator((places, places), kernel)((rows, columns)))


def _noisy(image: Image) -> Image:
    """Normal noise: of each channel, shared by the channels, or correlated (at the largest level always)."""
    sigma = random.randint(*NOISE_LEVELS) / 255.0
    kind = np.random.rand()
    if kind > 0.6:
        noise = np.random.normal(0, sigma, image.shape)
    elif kind < 0.4:
        noise = np.random.normal(0, sigma, (*image.shape[:2], 1))
    else:
        noise = _correlated(image.shape[:2], NOISE_LEVELS[1] / 255.0)
    return _clipped(image + noise.astype(np.float32))


def _correlated(size: tuple[int, ...], level: float) -> npt.NDArray[np.float64]:
    shares = np.diag(np.random.rand(3))
    axes = linalg.orth(np.random.rand(3, 3))
    covariance = np.abs(level**2 * (axes.T @ shares @ axes))
    return np.random.multivariate_normal([0, 0, 0], covariance, size)


def _compressed(image: Image) -> Image:
    pixels = np.uint8((image.clip(0, 1) * 255.0).round())
    settings = [cv2.IMWRITE_JPEG_QUALITY, random.randint(*QUALITIES)]
    blue_first: Any = cv2.cvtColor(np.asarray(pixels), cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", blue_first, settings)
    decoded: Any = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB) / 255.0, np.float32)
