"""The peer: Real-ESRGAN's `feed_data`, assembled from BasicSR's functions.

Source: xinntao/Real-ESRGAN, realesrgan/models/realesrgan_model.py and
realesrgan/data/realesrgan_dataset.py with the published options, train_realesrgan_x4plus.yml. It
draws resize factors, resize modes, the kind of noise, the second blur and the order of the tail once
a batch, as the original does.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812

from benchmarks import basicsr_import

KINDS = ("iso", "aniso", "generalized_iso", "generalized_aniso", "plateau_iso", "plateau_aniso")
KIND_PROBABILITIES = (0.45, 0.25, 0.12, 0.03, 0.12, 0.03)
MODES = ("area", "bilinear", "bicubic")
CANVAS = 21
SCALE = 4
CROP = 256
POOL = 180
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Options:
    """One of the two stages."""

    sigma: tuple[float, float]
    resize_probabilities: tuple[float, float, float]
    resize: tuple[float, float]
    noise: tuple[float, float]
    poisson: tuple[float, float]


# sigma, resize up/down/keep, resize range, Gaussian sigma of 255, Poisson scale
FIRST = Options((0.2, 3), (0.2, 0.7, 0.1), (0.15, 1.5), (1, 30), (0.05, 3))
SECOND = Options((0.2, 1.5), (0.3, 0.4, 0.3), (0.3, 1.2), (1, 25), (0.05, 2.5))
GREY_PROBABILITY = 0.4
GAUSSIAN_PROBABILITY = 0.5
SECOND_BLUR_PROBABILITY = 0.8
SINC_PROBABILITY = 0.1
FINAL_SINC_PROBABILITY = 0.8
JPEG_QUALITY = (30, 95)


@dataclass(frozen=True)
class Kernels:
    """The kernels of a batch, each b 21 21.

    The original makes them in its dataset's workers, so they are made before the timing.
    """

    first: torch.Tensor
    second: torch.Tensor
    sinc: torch.Tensor

    def to(self, device: torch.device) -> Kernels:
        return Kernels(self.first.to(device), self.second.to(device), self.sinc.to(device))


def draw_kernels(count: int) -> Kernels:
    """As `RealESRGANDataset.__getitem__` draws them, from the same global generators."""
    samples = [(_blur(FIRST), _blur(SECOND), _sinc_or_pulse()) for _ in range(count)]
    first, second, sinc = (
        torch.from_numpy(np.stack(kind)).float() for kind in zip(*samples, strict=True)
    )
    return Kernels(first, second, sinc)


def _size() -> int:
    return random.choice(range(7, CANVAS + 1, 2))


def _padded(kernel: np.ndarray) -> np.ndarray:
    return np.pad(kernel, (CANVAS - len(kernel)) // 2)


def _circular_sinc(cutoff: float, size: int) -> np.ndarray:
    degradations = basicsr_import.load("basicsr.data.degradations")
    kernel: np.ndarray = degradations.circular_lowpass_kernel(cutoff, size, pad_to=False)
    return kernel


def _blur(options: Options) -> np.ndarray:
    size = _size()
    if np.random.uniform() < SINC_PROBABILITY:
        lowest = math.pi / 3 if size < 13 else math.pi / 5
        return _padded(_circular_sinc(np.random.uniform(lowest, math.pi), size))
    degradations = basicsr_import.load("basicsr.data.degradations")
    kernel = degradations.random_mixed_kernels(
        KINDS,
        KIND_PROBABILITIES,
        size,
        options.sigma,
        options.sigma,
        (-math.pi, math.pi),
        (0.5, 4),
        (1, 2),
        noise_range=None,
    )
    return _padded(kernel)


def _sinc_or_pulse() -> np.ndarray:
    if np.random.uniform() < FINAL_SINC_PROBABILITY:
        size = _size()
        return _padded(_circular_sinc(np.random.uniform(math.pi / 3, math.pi), size))
    pulse = np.zeros((CANVAS, CANVAS))
    pulse[CANVAS // 2, CANVAS // 2] = 1
    return pulse


def seed_everything(seed: int) -> None:
    """Seed the three global generators, so that every round gets the same draws."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


class Pool:
    """The original's queue of pairs, full as after its first steps."""

    def __init__(self) -> None:
        self.hr = torch.zeros(0)
        self.lr = torch.zeros(0)

    def swap(self, hr: torch.Tensor, lr: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """`RealESRGANModel._dequeue_and_enqueue` of a full queue."""
        batch = hr.shape[0]
        if not len(self.hr):
            self.hr, self.lr = hr.new_zeros(POOL, *hr.shape[1:]), lr.new_zeros(POOL, *lr.shape[1:])
        order = torch.randperm(POOL)
        self.hr, self.lr = self.hr[order], self.lr[order]
        older = self.hr[:batch].clone(), self.lr[:batch].clone()
        self.hr[:batch] = hr
        self.lr[:batch] = lr
        return older


class RealEsrgan:
    """The model's data path.

    usm: sharpen the HR first, as published (and the crop again, where the pool is used).
    pool: do also what comes after the pair is made: the crop to 256 and the queue of 180 pairs.
    """

    def __init__(self, *, usm: bool, pool: bool, device: torch.device = CPU) -> None:
        self.degradations: Any = basicsr_import.load("basicsr.data.degradations")
        self.jpeg: Any = (
            basicsr_import.load("basicsr.utils.diffjpeg").DiffJPEG(differentiable=False).to(device)
        )
        sharpen: Any = basicsr_import.load("basicsr.utils.img_process_util").USMSharp().to(device)
        self.sharpen = sharpen if usm else None
        self.crop: Any = basicsr_import.load("basicsr.data.transforms").paired_random_crop
        self.pool = Pool() if pool else None

    @torch.no_grad()
    def feed_data(self, hr: torch.Tensor, kernels: Kernels) -> torch.Tensor:
        """LR of a batch: hr b 3 h w, [0, 1] -> b 3 h/4 w/4, [0, 1] in steps of 1/255."""
        sharp = self.sharpen(hr) if self.sharpen else hr
        height, width = hr.shape[2:]
        out = basicsr_import.filter2d(sharp, kernels.first)
        out = F.interpolate(out, scale_factor=_factor(FIRST), mode=random.choice(MODES))
        out = self._compress(self._noise(out, FIRST))
        if np.random.uniform() < SECOND_BLUR_PROBABILITY:
            out = basicsr_import.filter2d(out, kernels.second)
        factor = _factor(SECOND) / SCALE
        out = F.interpolate(
            out, size=(int(height * factor), int(width * factor)), mode=random.choice(MODES)
        )
        out = self._tail(self._noise(out, SECOND), (height // SCALE, width // SCALE), kernels.sinc)
        lr = torch.clamp((out * 255.0).round(), 0, 255) / 255.0
        return lr if self.pool is None else self._deliver(hr, lr, self.pool)

    def _noise(self, images: torch.Tensor, options: Options) -> torch.Tensor:
        if np.random.uniform() < GAUSSIAN_PROBABILITY:
            add, strength = self.degradations.random_add_gaussian_noise_pt, options.noise
        else:
            add, strength = self.degradations.random_add_poisson_noise_pt, options.poisson
        noisy: torch.Tensor = add(
            images, strength, gray_prob=GREY_PROBABILITY, clip=True, rounds=False
        )
        return noisy

    def _compress(self, images: torch.Tensor) -> torch.Tensor:
        quality = images.new_zeros(images.size(0)).uniform_(*JPEG_QUALITY)
        compressed: torch.Tensor = self.jpeg(torch.clamp(images, 0, 1), quality=quality)
        return compressed

    def _tail(
        self, images: torch.Tensor, size: tuple[int, int], sinc: torch.Tensor
    ) -> torch.Tensor:
        if np.random.uniform() < 0.5:
            out = F.interpolate(images, size=size, mode=random.choice(MODES))
            return self._compress(basicsr_import.filter2d(out, sinc))
        out = F.interpolate(self._compress(images), size=size, mode=random.choice(MODES))
        return basicsr_import.filter2d(out, sinc)

    def _deliver(self, hr: torch.Tensor, lr: torch.Tensor, pool: Pool) -> torch.Tensor:
        hr, lr = pool.swap(*self.crop(hr, lr, CROP, SCALE))
        if self.sharpen:
            self.sharpen(hr)
        return lr.contiguous()


def _factor(options: Options) -> float:
    way = random.choices(("up", "down", "keep"), options.resize_probabilities)[0]
    low, high = options.resize
    if way == "up":
        return float(np.random.uniform(1, high))
    return float(np.random.uniform(low, 1)) if way == "down" else 1.0
