"""A downsampler that somebody learned: a torch module from a file, named by the file's digest."""

from __future__ import annotations

from typing import Any

import torch
from pydantic import Field

from degrade.errors import ImageError, TraceError
from degrade.functional.learned import (
    Geometry,
    downsampled,
    is_program,
    load_module,
    measured_geometry,
)
from degrade.geometry import Axis, Frame, Placement, Size
from degrade.operators.base import Group, Parameters
from degrade.operators.row import Facts, Forms, Operator, Words
from degrade.trust import Code, torchscript


class LearnedDownsamplerParameters(Parameters):
    """One pass through a learned downsampler."""

    file: str = Field(
        description="a .safetensors file of a built-in architecture, or a TorchScript .pt file, which is code: "
        "run only what you trust"
    )
    digest: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the file; the error of a wrong one tells the right one",
    )
    scale: int = Field(ge=1, le=16, description="input side / output side; the module must do that")
    margin: int = Field(
        default=16,
        ge=0,
        le=256,
        description="pixels of mirror image that the module sees beyond each border: its reach, or more",
    )
    shift_y: float = Field(
        default=0.0,
        ge=-64,
        le=64,
        description="how much further down (y) or right (x) the module looks, in pixels of its input",
    )
    shift_x: float = Field(
        default=0.0,
        ge=-64,
        le=64,
        description="how much further down (y) or right (x) the module looks, in pixels of its input",
    )


def _geometry(record: LearnedDownsamplerParameters) -> Geometry:
    try:
        return measured_geometry(record.file, record.digest, record.scale, record.margin)
    except ValueError as error:
        raise TraceError(f"learned_downsampler: {error}") from error


def _made(image: torch.Tensor, record: LearnedDownsamplerParameters) -> torch.Tensor:
    module = load_module(record.file, record.digest, str(image.device))
    try:
        return downsampled(module, image, _geometry(record))
    except RuntimeError as error:
        said = str(error).strip().splitlines()[-1]
        raise ImageError(
            f"learned_downsampler: {record.file!r} fails on an image of shape {tuple(image.shape[1:])}: {said}"
        ) from error


def learned_downsampler(
    images: torch.Tensor, group: Group[LearnedDownsamplerParameters]
) -> torch.Tensor:
    """Each sample through its module by itself, at its own size.

    A convolution's last bits depend on the batch's extent, so a sample must not share a launch with others:
    this is the one kernel on the device whose launches grow with the batch.
    """
    sizes = [place.size for place in group.placements]
    height = max((size.height for size in sizes), default=1)
    width = max((size.width for size in sizes), default=1)
    canvas = []
    for index, (record, own, size) in enumerate(
        zip(group.records, group.sizes, sizes, strict=True)
    ):
        area = images[index : index + 1, :, : own.height, : own.width].contiguous()
        made = _made(area, record)
        rest = (0, width - size.width, 0, height - size.height)
        canvas.append(torch.nn.functional.pad(made, rest))
    return torch.cat(canvas)


def _place(record: LearnedDownsamplerParameters, frame: Frame) -> Placement:
    """Output pixel i looks at the middle of the input's i-th block, and by the declared shift beyond."""
    scale = _geometry(record).scale
    height, width = (-(-side // scale) for side in frame.current)
    middle = 0.5 * scale - 0.5
    return Placement(
        Size(height, width),
        Axis(scale, middle + record.shift_y),
        Axis(scale, middle + record.shift_x),
    )


def _words(record: LearnedDownsamplerParameters) -> str:
    return f"learned downsampler {record.digest[:8]} x1/{record.scale}"


def _code(record: LearnedDownsamplerParameters) -> Code | None:
    """A TorchScript file is a program; one of safetensors holds numbers for a module of ours."""
    return torchscript(record.file, record.digest) if is_program(record.file) else None


LEARNED_DOWNSAMPLER = Operator(
    name="learned_downsampler",
    version=1,
    parameters=LearnedDownsamplerParameters,
    forms=Forms(kernel=learned_downsampler),
    words=Words(
        phrase=_words,
        summary="A learned downsampler from a file, run sample by sample: launches grow with the batch.",
        formula="y = f(x), f the module of the file, x mirrored by margin px beyond its borders; output "
        "side = ceil(side / scale)",
        source="Bell-Kligler et al., KernelGAN (NeurIPS 2019); Fritsche et al., DSGAN (ICCVW 2019); or any "
        "module",
    ),
    facts=Facts(place=_place, border="reflect101", optical=True, code=_code),
)

ROWS: tuple[Operator[Any], ...] = (LEARNED_DOWNSAMPLER,)
