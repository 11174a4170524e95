"""Blur that changes across the field of view: a lens sharp in the middle, or a measured grid of kernels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import Field

from degrade.address import split_noise_key
from degrade.errors import TraceError
from degrade.functional.filtering import Floats
from degrade.functional.noise import normal_image
from degrade.functional.philox import word_image
from degrade.functional.psf import gaussian_psf
from degrade.functional.varying_psf import correlate_image_varying, correlate_varying
from degrade.geometry import Placement, Size
from degrade.operators.base import LEAST, Group, Image, NoiseKey, Parameters
from degrade.operators.blur import KernelSize
from degrade.operators.kernel_bank import bank_kernel, bank_length
from degrade.operators.ladders import Ladder, along
from degrade.operators.psf_blur import CPU, kernel_strength
from degrade.operators.row import Facts, Forms, Operator, Words, always

LARGEST = 41
SQUARE = Size(512, 512)
"""The image whose grid tells the strength."""

Grids = Callable[[Group[Any]], torch.Tensor]
"""A group's kernels, float64 (b, R, C, k, k) on its device: each grid in its first rows and columns."""


class GridParameters(Parameters):
    rows: int = Field(
        default=5,
        ge=2,
        le=16,
        description="nodes from top to bottom, the first and the last at the border",
    )
    columns: int = Field(default=5, ge=2, le=16, description="nodes from left to right")


class SpatiallyVaryingBlurParameters(GridParameters):
    size: Annotated[KernelSize, Field(le=LARGEST)]
    sigma_centre: float = Field(
        ge=LEAST, le=20, description="standard deviation in the middle, pixels"
    )
    sigma_corner: float = Field(
        ge=LEAST, le=20, description="standard deviation in the corners, pixels; square law between"
    )
    stretch: float = Field(
        default=1.0,
        ge=0.1,
        le=10.0,
        description="in the corners, the standard deviation along the radius over the one across it; "
        "above 1 is drawn out towards the middle, below 1 around it",
    )
    jitter: float = Field(
        default=0.0,
        ge=0.0,
        le=1.0,
        description="standard deviation of the logarithm of either axis's random factor at each node",
    )
    key: NoiseKey


class VaryingBankBlurParameters(GridParameters):
    folder: str = Field(description="a folder of .npy, .mat and .png kernels, or one such file")
    digest: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the bank's kernels; the error of a wrong one tells the right one",
    )
    order: Literal["random", "rows"] = Field(
        default="random",
        description="random: any kernel at any node; rows: a measured field, the bank's kernels node by "
        "node, row by row",
    )
    key: NoiseKey


def _node_offsets(record: GridParameters, size: Size) -> Iterator[tuple[float, float]]:
    """How far each node lies below and to the right of the middle, pixels, row by row."""
    for row in range(record.rows):
        for column in range(record.columns):
            yield (
                (row / (record.rows - 1) - 0.5) * size.height,
                (column / (record.columns - 1) - 0.5) * size.width,
            )


def node_shapes(record: SpatiallyVaryingBlurParameters, size: Size) -> Floats:
    """Each node's standard deviations along and across the radius and the radius's angle: (rows * columns, 3).

    With r the distance from the middle over that of a corner: sigma = centre + (corner - centre) r**2, drawn
    out by stretch**(r**2) at constant area.
    """
    nodes = list(_node_offsets(record, size))
    random = normal_image(split_noise_key(record.key), 2, record.rows, record.columns).reshape(
        -1, 2
    )
    shapes = np.empty((len(nodes), 3))
    for number, (down, right) in enumerate(nodes):
        square = (down**2 + right**2) / ((size.height / 2) ** 2 + (size.width / 2) ** 2)
        sigma = record.sigma_centre + (record.sigma_corner - record.sigma_centre) * square
        drawn_out = record.stretch ** (square / 2.0)
        along, across = (math.exp(record.jitter * float(value)) for value in random[number])
        angle = math.atan2(down, right)
        shapes[number] = sigma * drawn_out * along, sigma / drawn_out * across, angle
    return shapes


def _on_grid(kernels: torch.Tensor, group: Group[Any]) -> torch.Tensor:
    """Kernels (n, k, k) of all samples' nodes, one after the other, as (b, R, C, k, k)."""
    most = [
        max((getattr(r, name) for r in group.records), default=2) for name in ("rows", "columns")
    ]
    index, start = np.zeros((len(group.records), *most), np.int64), 0
    for sample, record in enumerate(group.records):
        count = record.rows * record.columns
        own = np.arange(start, start + count).reshape(record.rows, record.columns)
        index[sample, : record.rows, : record.columns] = own
        start += count
    return kernels[torch.from_numpy(index).to(kernels.device)]


def _lens_grids(group: Group[SpatiallyVaryingBlurParameters]) -> torch.Tensor:
    pairs = list(zip(group.records, group.sizes, strict=True))
    shapes = np.concatenate([node_shapes(record, size) for record, size in pairs])
    sizes = [record.size for record in group.records for _ in range(record.rows * record.columns)]
    along, across, angle = (group.upload(column.tolist(), torch.float64) for column in shapes.T)
    canvas = max(sizes, default=1)
    kernels = gaussian_psf(group.upload(sizes, torch.int64), along, across, angle, canvas)
    return _on_grid(kernels, group)


def bank_nodes(record: VaryingBankBlurParameters) -> list[int]:
    """Which of the bank's kernels stands at each node, row by row."""
    known = bank_length(record.folder, record.digest)
    count = record.rows * record.columns
    if record.order == "random":
        words = word_image(split_noise_key(record.key), 1, record.rows, record.columns)
        return [int(word) * known >> 32 for word in words.ravel()]
    if known != count:
        raise TraceError(
            f"varying_bank_blur: {known} kernels in {record.folder!r} for {record.rows} x "
            f"{record.columns} nodes; with order: rows give {count} kernels, or use order: random"
        )
    return list(range(count))


def _bank_grids(group: Group[VaryingBankBlurParameters]) -> torch.Tensor:
    kernels = [
        bank_kernel(record.folder, record.digest, index, True)[0]
        for record in group.records
        for index in bank_nodes(record)
    ]
    canvas = max((len(kernel) for kernel in kernels), default=1)
    padded = [np.pad(kernel, (canvas - len(kernel)) // 2) for kernel in kernels]
    return _on_grid(torch.from_numpy(np.stack(padded)).to(group.device), group)


def _kernel(grids: Grids) -> Callable[[torch.Tensor, Group[Any]], torch.Tensor]:
    def blur(images: torch.Tensor, group: Group[Any]) -> torch.Tensor:
        if images.numel() == 0:
            return images.clone()
        nodes = group.integers("rows"), group.integers("columns")
        return correlate_varying(images, grids(group), nodes, group.heights(), group.widths())

    return blur


def _tables(grids: Grids) -> Callable[[Group[Any]], list[Floats]]:
    def tables(group: Group[Any]) -> list[Floats]:
        made = grids(group).numpy()
        return [made[i, : r.rows, : r.columns] for i, r in enumerate(group.records)]

    return tables


def _single(image: Image, record: GridParameters, table: Floats) -> Image:
    return correlate_image_varying(image, table)


def _strength(grids: Grids) -> Callable[[Any], dict[str, float]]:
    """Of the mean kernel of a square image's nodes, and the range of the nodes' own."""

    def strength(record: GridParameters) -> dict[str, float]:
        (grid,) = _tables(grids)(Group([record], [SQUARE], [Placement(SQUARE)], CPU))
        nodes = [kernel_strength(kernel) for kernel in grid.reshape(-1, *grid.shape[2:])]
        found = kernel_strength(grid.mean((0, 1)))
        for name in ("effective_sigma", "mtf50"):
            values = [node[name] for node in nodes]
            found |= {f"{name}_least": min(values), f"{name}_most": max(values)}
        return found

    return strength


def _lens_words(record: SpatiallyVaryingBlurParameters) -> str:
    return (
        f"blur {record.sigma_centre:.2g} px in the middle to {record.sigma_corner:.2g} in corners"
    )


def _bank_words(record: VaryingBankBlurParameters) -> str:
    return f"{record.rows} x {record.columns} measured kernels of bank {record.digest[:8]}"


def _row(
    name: str,
    parameters: type[Any],
    grids: Grids,
    words: Callable[[Any], str],
    summary: str,
    formula: str,
    ladder: Ladder | None = None,
) -> Operator[Any]:
    return Operator(
        name=name,
        version=1,
        parameters=parameters,
        forms=Forms(kernel=_kernel(grids), single=_single, tables=_tables(grids)),
        words=Words(
            phrase=words,
            summary=summary,
            formula=formula,
            source="Nagy and O'Leary, SIAM J. Sci. Comput. 19(4), 1998; efficient filter flow: "
            "Hirsch et al., CVPR 2010",
        ),
        facts=Facts(strength=_strength(grids), border="reflect101", optical=True, linear=always),
        ladder=ladder,
    )


SPATIALLY_VARYING_BLUR = _row(
    name="spatially_varying_blur",
    parameters=SpatiallyVaryingBlurParameters,
    grids=_lens_grids,
    words=_lens_words,
    summary="Blur that grows and stretches from the middle to the corners, as a lens's does.",
    formula="y(p) = sum over the four nodes n about p of w_n(p) (k_n * x)(p), w_n bilinear; k_n "
    "Gaussian of sigma = sigma_centre + (sigma_corner - sigma_centre) r**2 px, times "
    "stretch**(r**2 / 2) along the radius and its inverse across, each times exp(jitter n); r = "
    "1 in the corners",
    ladder=along(
        "sigma_corner", 1.0, 1.5, 2.5, 4.0, 6.0, view=256, size=31, sigma_centre=0.5, stretch=2.0
    ),
)

VARYING_BANK_BLUR = _row(
    name="varying_bank_blur",
    parameters=VaryingBankBlurParameters,
    grids=_bank_grids,
    words=_bank_words,
    summary="A grid of measured kernels across the image, smoothly changing between its nodes.",
    formula="y(p) = sum over the four nodes n about p of w_n(p) (k_n * x)(p), w_n bilinear, k_n a "
    "kernel of the bank as in kernel_bank_blur; rows x columns nodes, the outermost at the "
    "border",
)

ROWS: tuple[Operator[Any], ...] = (SPATIALLY_VARYING_BLUR, VARYING_BANK_BLUR)
