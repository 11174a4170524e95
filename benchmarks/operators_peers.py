"""kornia, albumentations, torchvision and torch on a batch, each by its public calls in its usual form.

kornia and torch take the whole batch and split each operation over torch's threads; where images need sizes of
their own, and where a library knows single images only (albumentations, torchvision's codecs), images are
spread over the threads. albumentations has one transform an image, and is given arrays h w 3 of float32 and of
uint8; its results are arrays too, and are also timed up to the one tensor b 3 h w that the others return.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as torch_nn

from benchmarks.operators_work import Call, Side, Work, kernels_of, plans

Size = tuple[int, int]
PATCHES: tuple[str, ...] = ()
"""What had to be changed in these libraries for them to run here: nothing."""


def load(name: str) -> Any:
    """A peer's module. albumentations is kept from asking the network for a newer version."""
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    return importlib.import_module(name)


def whole(run: Callable[[torch.Tensor], Any]) -> Side:
    """A call on the whole batch, float32 b 3 h w."""
    return lambda work: lambda: run(work.tensors)


def each(run: Callable[[torch.Tensor], Any]) -> Side:
    """A call on every image, uint8 3 h w."""
    return lambda work: lambda: work.each(lambda place: run(work.eight_bit_tensors[place]))


Chains = Callable[[Work], Sequence[Sequence[Any]]]
"""The albumentations transforms that each image of a batch passes."""


def transformed(chains: Chains) -> dict[str, Side]:
    """albumentations on both of its types, and up to the tensor that ours returns."""

    def prepare(work: Work, images: Sequence[Any]) -> Call:
        made = chains(work)

        def one(place: int) -> Any:
            image = images[place]
            for transform in made[place]:
                image = transform(image=image)["image"]
            return image

        return lambda: work.each(one)

    def collated(work: Work) -> Call:
        images = prepare(work, work.images)
        return lambda: batch_of(images())

    return {
        "albumentations, float32": lambda work: prepare(work, work.images),
        "albumentations, float32 to a batch": collated,
        "albumentations, uint8": lambda work: prepare(work, work.eight_bit_images),
    }


def batch_of(images: Sequence[Any]) -> torch.Tensor:
    """Images h w 3 as a contiguous tensor b 3 h w, by numpy: torch's threads would spin on the pool's cores."""
    planes = [image.transpose(2, 0, 1) for image in images]
    out = np.empty((len(planes), *planes[0].shape), planes[0].dtype)
    return torch.from_numpy(np.stack(planes, out=out))


def transforms(name: str, **arguments: Any) -> dict[str, Side]:
    """An albumentations transform that is always applied."""
    return transformed(
        lambda work: [
            [getattr(load("albumentations"), name)(**arguments, p=1.0)] for _ in work.images
        ]
    )


def kornia_gaussian(taps: int, sigma: float) -> Side:
    return whole(
        lambda images: load("kornia.filters").gaussian_blur2d(images, (taps, taps), (sigma, sigma))
    )


def torchvision_gaussian(taps: int, sigma: float) -> Side:
    functional = "torchvision.transforms.v2.functional"
    return whole(lambda images: load(functional).gaussian_blur(images, [taps, taps], [sigma] * 2))


def kornia_filter(stage: dict[str, Any]) -> Side:
    """filter2d with the kernels of our stage."""

    def prepare(work: Work) -> Call:
        kernels, filters = kernels_of(work, stage), load("kornia.filters")
        return lambda: filters.filter2d(work.tensors, kernels)

    return prepare


def grouped_convolution(stage: dict[str, Any]) -> Side:
    """torch's conv2d, a group a channel of an image, with the kernels of our stage: BasicSR's filter2D."""

    def prepare(work: Work) -> Call:
        kernels = kernels_of(work, stage)
        count, channels = work.tensors.shape[:2]
        radius = kernels.shape[-1] // 2
        weights = kernels.repeat_interleave(channels, dim=0).unsqueeze(1)

        def run() -> torch.Tensor:
            padded = torch_nn.pad(work.tensors, [radius] * 4, mode="reflect")
            flat = padded.view(1, count * channels, *padded.shape[-2:])
            return torch_nn.conv2d(flat, weights, groups=len(weights)).view(work.tensors.shape)

        return run

    return prepare


def kornia_motion(taps: int, stage: dict[str, Any]) -> Side:
    """At the angles of our stage."""

    def prepare(work: Work) -> Call:
        angles = [-plan[0].record.model_dump()["angle"] for plan in plans(work, 1, [stage])]
        degrees = torch.rad2deg(torch.tensor(angles))
        still = torch.zeros(len(angles))
        blur = load("kornia.filters").motion_blur
        return lambda: blur(work.tensors, taps, degrees, still, mode="bilinear")

    return prepare


Resize = Callable[[torch.Tensor, Size], torch.Tensor]
"""(images b 3 h w, (height, width)) -> images."""


def torchvision_resize(filter_name: str) -> Resize:
    functional = load("torchvision.transforms.v2.functional")
    mode = load("torchvision.transforms").InterpolationMode(filter_name)
    return lambda images, size: functional.resize(images, list(size), mode, antialias=True)


def kornia_resize(filter_name: str) -> Resize:
    def run(images: torch.Tensor, size: Size) -> torch.Tensor:
        made: torch.Tensor = load("kornia.geometry").resize(
            images, size, filter_name, antialias=filter_name != "area"
        )
        return made

    return run


def torch_area(images: torch.Tensor, size: Size) -> torch.Tensor:
    return torch_nn.interpolate(images, size, mode="area")


def to_target(resize: Callable[[], Resize], scale: int) -> Side:
    """The whole batch to the size divided by the scale."""

    def prepare(work: Work) -> Call:
        size, made = target(work, scale), resize()
        return lambda: made(work.tensors, size)

    return prepare


def target(work: Work, scale: int) -> Size:
    height, width = work.tensors.shape[-2:]
    return height // scale, width // scale


def own_sizes(work: Work, scale: int, stages: Sequence[dict[str, Any]]) -> list[list[Size]]:
    """The sizes that each image passes in our stages."""
    return [[(*step.placement.size,) for step in plan] for plan in plans(work, scale, stages)]


def through(resize: Callable[[], Resize], sizes: Callable[[Work], list[list[Size]]]) -> Side:
    """Each image by itself through its sizes."""

    def prepare(work: Work) -> Call:
        paths, made = sizes(work), resize()

        def one(place: int) -> torch.Tensor:
            image = work.tensors[place : place + 1]
            for size in paths[place]:
                image = made(image, size)
            return image[0]

        return lambda: work.each(one)

    return prepare


CV_FILTERS = {
    "bicubic": cv2.INTER_CUBIC,
    "bilinear": cv2.INTER_LINEAR,
    "area": cv2.INTER_AREA,
}


def transforms_through(
    filter_name: str, sizes: Callable[[Work], Sequence[Sequence[Size]]]
) -> dict[str, Side]:
    """albumentations' Resize of each image through its sizes: OpenCV's, never stretched but for area."""

    def resizer(size: Size) -> Any:
        height, width = size
        return load("albumentations").Resize(height, width, interpolation=CV_FILTERS[filter_name])

    return transformed(lambda work: [[resizer(size) for size in path] for path in sizes(work)])


def kornia_noise(sigma: float) -> Side:
    """Its augmentation, made beforehand."""

    def prepare(work: Work) -> Call:
        noise = load("kornia.augmentation").RandomGaussianNoise(0.0, sigma, p=1.0)
        return lambda: noise(work.tensors)

    return prepare


def torchvision_noise(sigma: float) -> Side:
    functional = "torchvision.transforms.v2.functional"
    return whole(lambda images: load(functional).gaussian_noise(images, 0.0, sigma, clip=False))


def torch_poisson(count: float) -> Side:
    return whole(lambda images: torch.poisson(images * count) / count)


def kornia_jpeg(quality: int) -> Side:
    """Its differentiable model, at the same quality for every image."""

    def prepare(work: Work) -> Call:
        qualities = torch.full((len(work.images),), float(quality))
        code = load("kornia.enhance").jpeg_codec_differentiable
        return lambda: code(work.tensors, qualities)

    return prepare


def torchvision_jpeg(quality: int) -> Side:
    functional = "torchvision.transforms.v2.functional"
    return each(lambda image: load(functional).jpeg(image, quality))


def kornia_unsharp(taps: int, sigma: float) -> Side:
    return whole(
        lambda images: load("kornia.filters").unsharp_mask(images, (taps, taps), (sigma, sigma))
    )


def torchvision_sharpness(factor: float) -> Side:
    functional = "torchvision.transforms.v2.functional"
    return whole(lambda images: load(functional).adjust_sharpness(images, factor))
