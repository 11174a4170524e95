"""What every blur by a point spread function shares: both forms, tables and physical strength."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional import filtering, psf
from degrade.functional.filtering import Border, Floats
from degrade.functional.gpu.call import Arrays, Tables
from degrade.functional.gpu.kinds import GIVEN_PSF, PSF_NUMBERS
from degrade.functional.mtf import mtf50
from degrade.geometry import Frame, Placement, Size
from degrade.operators.base import Group, Image, Parameters
from degrade.operators.ladders import Ladder
from degrade.operators.packed import Batch, Form, Launch, Packed, PackedPart, Prepared, Samples
from degrade.operators.row import Facts, Forms, Operator, Words, always, same_place

CPU = torch.device("cpu")
NONE = np.zeros(0, np.float32)

Psfs = Callable[[Group[Any]], torch.Tensor]
"""A group's correlation kernels, float64 (b, k, k) on its device, k odd, of sum 1."""


def one_psf(psfs: Psfs, record: Parameters) -> Floats:
    """A record's kernel (k, k)."""
    size = Size(1, 1)
    kernel: Floats = psfs(Group([record], [size], [Placement(size)], CPU))[0].numpy()
    return kernel


def border_of(record: Parameters) -> Border:
    """A record's `border`; one without that field mirrors."""
    border: Border = getattr(record, "border", "reflect101")
    return border


def correlating(psfs: Psfs) -> Callable[[torch.Tensor, Group[Any]], torch.Tensor]:
    """The kernel of a blur: correlation with each sample's PSF at its own border.

    Where a group asks for both borders, both are made.
    """

    def blur(images: torch.Tensor, group: Group[Any]) -> torch.Tensor:
        kernels, heights, widths = psfs(group), group.heights(), group.widths()
        borders = [border_of(record) for record in group.records] or ["reflect101"]
        first, *others = sorted(set(borders))
        out = filtering.correlate(images, kernels, heights, widths, first)
        for border in others:
            other = filtering.correlate(images, kernels, heights, widths, border)
            asked = group.upload([one == border for one in borders], torch.bool)
            out = torch.where(asked.view(-1, 1, 1, 1), other, out)
        return out

    return blur


class Supports(NamedTuple):
    """Kernels cut to their true supports: float32, end to end, and how far each goes from its centre."""

    taps: npt.NDArray[np.float32]
    reaches: npt.NDArray[np.int64]


def supports(kernels: Floats) -> Supports:
    """The supports of kernels (b, k, k): the least centred squares without which only zeros lie."""
    taps = kernels.astype(np.float32)
    offsets = np.abs(np.arange(taps.shape[-1]) - taps.shape[-1] // 2)
    ring = np.maximum(offsets[:, None], offsets)
    reaches = np.where(taps != 0, ring, 0).max(axis=(1, 2))
    return Supports(taps[ring <= reaches[:, None, None]], reaches)


def _mirrors(group: Samples) -> npt.NDArray[np.bool_]:
    """Whose border mirrors, see `border_of`."""
    if group.has("border"):
        return ~group.matches("border", "replicate")
    return np.ones(len(group.records), np.bool_)


def _rows(part: PackedPart, begin: int) -> Floats:
    """The rows of `gpu.psfs`. begin: where the part's kernels begin among those that go along."""
    if not isinstance(part.values, Supports):
        made: Floats = part.values
        return made
    reaches = part.values.reaches
    rows = np.zeros((len(reaches), PSF_NUMBERS))
    areas = (2 * reaches + 1) ** 2
    rows[:, :3] = np.array(
        [np.full(len(reaches), GIVEN_PSF), reaches, begin + areas.cumsum() - areas]
    ).T
    return rows


def _prepare(batch: Batch) -> Prepared:
    given = [part.values.taps for part in batch.parts if isinstance(part.values, Supports)]
    numbers, begin = np.empty((batch.samples, PSF_NUMBERS)), 0
    for part in batch.parts:
        numbers[part.places] = _rows(part, begin)
        begin += len(part.values.taps) if isinstance(part.values, Supports) else 0
    areas = (2 * numbers[:, 1].astype(np.int64) + 1) ** 2
    ends = areas.cumsum()
    each: Arrays = {
        "numbers": numbers,
        "starts": ends - areas,
        "mirrors": batch.column(lambda part: _mirrors(part.group), np.int32),
    }
    length = int(ends[-1])

    def begin_with(tables: Mapping[str, torch.Tensor]) -> Launch:
        from degrade.functional.gpu.correlation import correlate
        from degrade.functional.gpu.psfs import make_psfs

        made = make_psfs(tables["numbers"], tables["starts"], tables["given"], length)
        return lambda call: correlate(call, *made)

    return Prepared(Tables(each, {"given": np.concatenate([*given, NONE])}), begin_with)


CORRELATION = Form("correlation", _prepare)

NumbersOf = Callable[[Any], Floats]
"""A group's rows of `gpu.psfs`, float64 (b, 6), of kernels that the device makes itself."""


def packed_blur(psfs: Psfs, numbers: NumbersOf | None = None) -> Packed:
    """A blur's part of the correlation of packed samples. numbers: where the device can make its kernels."""
    if numbers is None:
        return Packed(CORRELATION, lambda group, channels: supports(psfs(group).numpy()))
    return Packed(CORRELATION, lambda group, channels: numbers(group))


def psf_tables(psfs: Psfs) -> Callable[[Group[Any]], Sequence[Floats]]:
    return lambda group: list(psfs(group).numpy())


def psf_single(image: Image, record: Parameters, table: Floats) -> Image:
    return filtering.correlate_image(image, table, border_of(record))


def kernel_strength(kernel: Floats) -> dict[str, float]:
    """Effective sigmas in pixels and MTF50 in cycles per pixel, over all directions and along x and y."""
    kernels = torch.from_numpy(kernel).unsqueeze(0)
    along_x, along_y = psf.axis_sigmas(kernels)
    return {
        "effective_sigma": psf.effective_sigma(kernels).item(),
        "effective_sigma_x": along_x.item(),
        "effective_sigma_y": along_y.item(),
        "mtf50": mtf50(kernel),
        "mtf50_x": mtf50(kernel, 0.0),
        "mtf50_y": mtf50(kernel, math.pi / 2.0),
    }


def psf_strength(psfs: Psfs) -> Callable[[Any], dict[str, float]]:
    return lambda record: kernel_strength(one_psf(psfs, record))


def psf_forms(psfs: Psfs, numbers: NumbersOf | None = None) -> Forms[Any]:
    """The forms of a blur that its PSF says everything about."""
    return Forms(
        kernel=correlating(psfs),
        packed=packed_blur(psfs, numbers),
        single=psf_single,
        tables=psf_tables(psfs),
    )


def psf_row(
    name: str,
    parameters: type[Any],
    psfs: Psfs,
    words: Words[Any],
    ladder: Ladder | None = None,
    border: str = "reflect101",
    place: Callable[[Any, Frame], Placement] = same_place,
    numbers: NumbersOf | None = None,
) -> Operator[Any]:
    """The row of such a blur."""
    facts = Facts(
        strength=psf_strength(psfs), border=border, place=place, optical=True, linear=always
    )
    return Operator(name, 1, parameters, psf_forms(psfs, numbers), words, facts, ladder)
