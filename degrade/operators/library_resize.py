"""Resizing by Pillow, OpenCV and torch under their own names: their pixels, quirks included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import torch
from pydantic import Field, model_validator

from degrade.functional.library_resize import (
    CvFilter,
    PilFilter,
    TorchFilter,
    cv2_resize,
    measured_shift,
    pil_resize,
    torch_resize,
    weighed_resize,
)
from degrade.geometry import Axis, Frame, Placement, Size, covering, scaled
from degrade.operators.base import Group, Image, Parameters
from degrade.operators.host import each_on_host
from degrade.operators.ladders import FACTORS, along
from degrade.operators.packed_lines import scaled_sizes
from degrade.operators.resize import Factor, Reference
from degrade.operators.row import Facts, Forms, Operator, Words, always


class LibraryResizeParameters(Parameters):
    """How far; the libraries take a size, so both images span the same extent."""

    factor: Factor
    of: Reference = "input"
    rounding: Literal["nearest", "floor"] = Field(
        "nearest", description="how the size becomes whole; nearest takes halves up"
    )


class PilResizeParameters(LibraryResizeParameters):
    filter: PilFilter = Field("bicubic", description="Pillow's resampling filter")


class Cv2ResizeParameters(LibraryResizeParameters):
    filter: CvFilter = Field("cubic", description="OpenCV's interpolation")
    eight_bit: bool = Field(
        True, description="resize the image as uint8; false: as float32, which is not rounded"
    )


class TorchResizeParameters(LibraryResizeParameters):
    filter: TorchFilter = Field("bicubic", description="mode of torch's interpolate")
    antialias: bool = Field(False, description="of bilinear and bicubic only, as in torch")

    @model_validator(mode="after")
    def _antialias_is_known(self) -> TorchResizeParameters:
        if self.antialias and self.filter not in ("bilinear", "bicubic"):
            raise ValueError(
                f"torch has antialias for bilinear and bicubic only, and filter is {self.filter!r}; "
                "use antialias: false"
            )
        return self


def _place(library: str) -> Callable[[Any, Frame], Placement]:
    def place(record: Any, frame: Frame) -> Placement:
        current, out = (
            frame.current,
            scaled(frame.lookup(record.of), record.factor, record.rounding),
        )

        def moved(axis: Axis, size_in: int, size_out: int) -> Axis:
            shift = measured_shift(library, record.filter, size_in, size_out)
            return Axis(axis.scale, axis.shift + shift)

        even = covering(current, out)
        return Placement(
            out,
            moved(even.y, current.height, out.height),
            moved(even.x, current.width, out.width),
        )

    return place


Resize = Callable[[Image, Size, Any], Image]


def _pil(image: Image, size: Size, record: PilResizeParameters) -> Image:
    return pil_resize(image, size, record.filter)


def _cv2(image: Image, size: Size, record: Cv2ResizeParameters) -> Image:
    return cv2_resize(image, size, record.filter, record.eight_bit)


def _kernel(resize: Resize) -> Callable[[torch.Tensor, Group[Any]], torch.Tensor]:
    """Each sample's own area on the host, the results side by side in a canvas of the largest."""

    def on_host(images: torch.Tensor, group: Group[Any]) -> torch.Tensor:
        pixels = images.detach().cpu().permute(0, 2, 3, 1).numpy()
        outs = [place.size for place in group.placements]
        height, width = (max(size[axis] for size in outs) for axis in (0, 1))
        canvas = np.zeros((len(outs), height, width, images.shape[1]), np.float32)

        def one(index: int) -> None:
            own, out = group.sizes[index], outs[index]
            area = np.ascontiguousarray(pixels[index, : own.height, : own.width])
            resized = resize(area, out, group.records[index])
            canvas[index, : out.height, : out.width] = resized

        each_on_host(len(outs), one)
        back = torch.from_numpy(canvas).permute(0, 3, 1, 2).contiguous()
        return back.to(images.device, images.dtype)

    return on_host


def _out_sizes(group: Group[Any]) -> Sequence[Size]:
    return [place.size for place in group.placements]


def _single(resize: Resize) -> Callable[[Image, Any, Size], Image]:
    return lambda image, record, size: resize(image, size, record)


def _each(
    images: torch.Tensor,
    group: Group[Any],
    resize: Callable[[torch.Tensor, Size, Any], torch.Tensor],
) -> torch.Tensor:
    """Sample by sample (1 c h w, size, record): calls grow with the batch."""
    outs = _out_sizes(group)
    height, width = (max(size[axis] for size in outs) for axis in (0, 1))
    results = []
    for index, (record, own, out) in enumerate(zip(group.records, group.sizes, outs, strict=True)):
        area = images[index : index + 1, :, : own.height, : own.width]
        padding = (0, width - out.width, 0, height - out.height)
        results.append(torch.nn.functional.pad(resize(area, out, record), padding))
    return torch.cat(results)


def _torch(images: torch.Tensor, group: Group[TorchResizeParameters]) -> torch.Tensor:
    """One by one, so that the pixels are torch's own."""
    return _each(
        images,
        group,
        lambda area, out, record: torch_resize(area, out, record.filter, record.antialias),
    )


def _unrounded(library: str) -> Callable[[torch.Tensor, Group[Any]], torch.Tensor]:
    """The surrogate: the library's weights; limited before and after where it works on eight bits."""

    def resize(area: torch.Tensor, out: Size, record: Any) -> torch.Tensor:
        if not getattr(record, "eight_bit", True):
            return weighed_resize(area, out, library, record.filter)
        return weighed_resize(area.clamp(0.0, 1.0), out, library, record.filter).clamp(0.0, 1.0)

    return lambda images, group: _each(images, group, resize)


def _words(library: str) -> Callable[[Any], str]:
    def words(record: Any) -> str:
        far = f"x{record.factor:.3g}"
        if record.of != "input":
            far = f"to {record.factor:.3g} of {record.of}"
        antialias = ", antialias" if getattr(record, "antialias", False) else ""
        return f"{library} resize {far}, {record.filter}{antialias}"

    return words


ROWS: tuple[Operator[Any], ...] = (
    Operator(
        name="pil_resize",
        version=1,
        parameters=PilResizeParameters,
        forms=Forms(
            kernel=_kernel(_pil),
            single=_single(_pil),
            tables=_out_sizes,
            surrogate=_unrounded("pil"),
        ),
        words=Words(
            phrase=_words("Pillow"),
            summary="Pillow's resize of the image as uint8: the same pixels.",
            formula="y = Image.resize(size, filter) of rint(255 clip(x, 0, 1)) as uint8, / 255; size = "
            "round(factor side); every filter but nearest is stretched by max(1, input side / "
            "output side)",
            source="Pillow, Image.resize, on each channel as mode L",
        ),
        facts=Facts(
            place=_place("pil"),
            sizes=scaled_sizes,
            border="left out and renormalised",
            depth="8 bits",
            on_host=True,
            differentiable=False,
            optical=True,
        ),
        ladder=along("factor", *FACTORS, filter="lanczos"),
    ),
    Operator(
        name="cv2_resize",
        version=1,
        parameters=Cv2ResizeParameters,
        forms=Forms(
            kernel=_kernel(_cv2),
            single=_single(_cv2),
            tables=_out_sizes,
            surrogate=_unrounded("cv2"),
        ),
        words=Words(
            phrase=_words("OpenCV"),
            summary="OpenCV's resize, without antialias but for area: the same pixels.",
            formula="y = cv2.resize(v, size, filter) / 255, v = rint(255 clip(x, 0, 1)) as uint8 "
            "(`eight_bit: false`: of x itself); size = round(factor side); no filter but area is "
            "stretched",
            source="OpenCV, cv2.resize, on each channel",
        ),
        facts=Facts(
            place=_place("cv2"),
            sizes=scaled_sizes,
            border="edge pixels repeated",
            depth="8 bits, unless `eight_bit` is false",
            on_host=True,
            differentiable=False,
            optical=True,
        ),
        ladder=along("factor", *FACTORS, filter="cubic"),
    ),
    Operator(
        name="torch_resize",
        version=1,
        parameters=TorchResizeParameters,
        forms=Forms(kernel=_torch),
        words=Words(
            phrase=_words("torch"),
            summary="torch's interpolate of each sample by itself: the same pixels.",
            formula="y = interpolate(x, size, mode=filter, antialias, align_corners=False); size = "
            "round(factor side); pixel o lies at (o + 1/2) s - 1/2, s = input side / output side "
            "(`nearest`: floor(s o))",
            source="torch.nn.functional.interpolate with size, align_corners=False",
        ),
        facts=Facts(
            place=_place("torch"),
            sizes=scaled_sizes,
            border="edge pixels repeated; with antialias left out and renormalised",
            optical=True,
            linear=always,
        ),
        ladder=along("factor", *FACTORS, filter="bicubic", antialias=False),
    ),
)
