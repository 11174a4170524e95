"""Random fields for the laws of noise: on a canvas of many samples, or fast for one image, with the same bits.

A law is written once, as a function of the images and of such fields; `law_forms` makes an operator's forms of
it: its kernel, its form on a GPU, and its fast form for one image on the CPU.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from pydantic import Field

from degrade.address import split_noise_key
from degrade.functional.noise import normal_image, normals_at
from degrade.functional.philox import field_index, field_longs, word_image, words_at
from degrade.geometry import Placement, Size
from degrade.operators.base import Group, Image, NoiseKey, Parameters
from degrade.operators.packed import Packed
from degrade.operators.row import Forms

CPU = torch.device("cpu")


class FieldParameters(Parameters):
    """Base of records of noise that all channels may share."""

    grey: bool = Field(default=False, description="one field shared by all channels")
    key: NoiseKey


class Fields(Protocol):
    """The random fields of a launch; each stream is independent of the others.

    grids: each sample's own size of the field, its images' size by default. extent: height and width of the
    canvas that the field comes on, the images' by default. Returns b c h w, c = 1 where every sample's
    channels share the field.
    """

    def normals(
        self, stream: int, grids: Sequence[Size] | None = None, extent: Size | None = None
    ) -> torch.Tensor:
        """Unit normals, float32."""

    def words(
        self, stream: int, grids: Sequence[Size] | None = None, extent: Size | None = None
    ) -> torch.Tensor:
        """Whole numbers, each of [0, 2**32) as likely, int64."""


Law = Callable[[torch.Tensor, Group[Any], Fields], torch.Tensor]
"""(images b c h w, group, fields) -> images b c h w."""


def _depth(record: Parameters, channels: int) -> int:
    return 1 if getattr(record, "grey", False) else channels


LongSource = Callable[[tuple[torch.Tensor, torch.Tensor], int, int], torch.Tensor]
"""(key, count, stream) -> words by twos, as by `philox.field_longs`."""


class CanvasFields:
    """Fields of many samples on one canvas. longs: `philox.field_longs`, or what stands in for it."""

    def __init__(
        self, images: torch.Tensor, group: Group[Any], longs: LongSource = field_longs
    ) -> None:
        self.group = group
        self.longs = longs
        self.extent = Size(*images.shape[2:])
        self.depths = [_depth(record, images.shape[1]) for record in group.records]

    def normals(
        self, stream: int, grids: Sequence[Size] | None = None, extent: Size | None = None
    ) -> torch.Tensor:
        index, count = self._places(grids or self.group.sizes, extent or self.extent)
        return normals_at(self.longs(self.group.noise_keys(), count, stream), index)

    def words(
        self, stream: int, grids: Sequence[Size] | None = None, extent: Size | None = None
    ) -> torch.Tensor:
        index, count = self._places(grids or self.group.sizes, extent or self.extent)
        return words_at(self.longs(self.group.noise_keys(), count, stream), index)

    def _places(self, grids: Sequence[Size], extent: Size) -> tuple[torch.Tensor, int]:
        """Where each value finds its random word, and the words of the longest field."""
        counts = [
            grid.height * grid.width * depth for grid, depth in zip(grids, self.depths, strict=True)
        ]
        widths = self.group.upload([grid.width for grid in grids], torch.int64)
        depths = self.group.upload(self.depths, torch.int64)
        canvas = (max(self.depths), extent.height, extent.width)
        return field_index(widths, depths, canvas, max(counts)), max(counts)


class ImageFields:
    """The same fields for one image on the CPU."""

    def __init__(self, record: Any, size: Size, channels: int) -> None:
        self.key = split_noise_key(record.key)
        self.size = size
        self.depth = _depth(record, channels)

    def normals(
        self, stream: int, grids: Sequence[Size] | None = None, extent: Size | None = None
    ) -> torch.Tensor:
        height, width = grids[0] if grids else self.size
        return _as_batch(normal_image(self.key, self.depth, height, width, stream))

    def words(
        self, stream: int, grids: Sequence[Size] | None = None, extent: Size | None = None
    ) -> torch.Tensor:
        height, width = grids[0] if grids else self.size
        words = word_image(self.key, self.depth, height, width, stream)
        return _as_batch(words.astype(np.int64))


def _as_batch(image: Any) -> torch.Tensor:
    return torch.from_numpy(image).permute(2, 0, 1).unsqueeze(0)


def law_forms(law: Law, packed: Packed | None = None) -> Forms[Any]:
    """The forms of a law: on a canvas, on a GPU with fields of one launch each, and on one image.

    packed: what a GPU runs in place of the canvas, where there is such a form.
    """
    return Forms(
        kernel=lambda images, group: law(images, group, CanvasFields(images, group)),
        device_kernel=None
        if packed
        else lambda images, group: law(images, group, fields_on_gpu(images, group)),
        packed=packed,
        single=lambda image, record, table: _of_image(law, image, record),
    )


def fields_on_gpu(images: torch.Tensor, group: Group[Any]) -> CanvasFields:
    """`CanvasFields` by Triton, which loads here."""
    from degrade.functional.gpu.fields import field_longs

    return CanvasFields(images, group, field_longs)


def _of_image(law: Law, image: Image, record: Any) -> Image:
    """The law on one image, its fields made by numpy's generator."""
    size = Size(*image.shape[:2])
    group: Group[Any] = Group([record], [size], [Placement(size)], CPU)
    # A copy of a view with negative strides, which torch does not take.
    images = _as_batch(np.ascontiguousarray(image))
    out = law(images, group, ImageFields(record, size, image.shape[2]))
    return np.ascontiguousarray(out[0].permute(1, 2, 0).numpy())
