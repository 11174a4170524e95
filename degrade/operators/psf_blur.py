"""What every blur by a point spread function shares: both forms, tables and physical strength."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional import filtering, psf
from degrade.functional.filtering import Border, Floats
from degrade.functional.gpu.call import Arrays, Tables
from degrade.functional.mtf import mtf50
from degrade.functional.psf_supports import Cut, Supports, supports_of
from degrade.geometry import Frame, Placement, Size
from degrade.operators.base import Group, Image, Parameters
from degrade.operators.ladders import Ladder
from degrade.operators.packed import Batch, Form, Launch, Packed, PackedPart, Prepared, Samples
from degrade.operators.row import Facts, Forms, Operator, Words, same_place

CPU = torch.device("cpu")

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


def supports(kernels: Floats) -> Supports:
    """The supports of kernels (b, k, k): the least centred squares without which only zeros lie."""
    taps = kernels.astype(np.float32)
    offsets = np.abs(np.arange(taps.shape[-1]) - taps.shape[-1] // 2)
    ring = np.maximum(offsets[:, None], offsets)
    reaches = np.where(taps != 0, ring, 0).max(axis=(1, 2))
    return Supports(taps[ring <= reaches[:, None, None]], reaches.astype(np.int32))


def _mirrors(group: Samples) -> npt.NDArray[np.bool_]:
    """Whose border mirrors, see `border_of`."""
    if group.has("border"):
        return ~group.matches("border", "replicate")
    return np.ones(len(group.records), np.bool_)


def _made(parts: Sequence[PackedPart]) -> tuple[npt.NDArray[np.int64], list[Supports]]:
    """Supports of all parts, those that are still to be cut together and first; and their samples' places."""
    cut = [part for part in parts if isinstance(part.values, Cut)]
    ready = [part for part in parts if not isinstance(part.values, Cut)]
    made = [supports_of([part.values for part in cut])] if cut else []
    places = np.concatenate([part.places for part in (*cut, *ready)])
    return places, [*made, *(part.values for part in ready)]


def _prepare(batch: Batch) -> Prepared:
    places, made = _made(batch.parts)
    own = np.concatenate([supports.reaches for supports in made])
    lengths = (2 * own.astype(np.int64) + 1) ** 2
    reaches = np.empty(batch.samples, np.int32)
    starts = np.empty(batch.samples, np.int64)
    reaches[places] = own
    starts[places] = lengths.cumsum() - lengths
    mirrors = batch.column(lambda part: _mirrors(part.group), np.int32)
    kernels = np.concatenate([supports.taps for supports in made])
    each: Arrays = {"starts": starts, "reaches": reaches, "mirrors": mirrors}
    return Prepared(Tables(each, {"kernels": kernels}), _begin)


def _begin(tables: Mapping[str, torch.Tensor]) -> Launch:
    from degrade.functional.gpu.correlation import correlate

    return correlate


CORRELATION = Form("correlation", _prepare)


CutOf = Callable[[Any], Cut]
"""A group's kernels, to be cut to their supports."""


def packed_blur(psfs: Psfs, cut: CutOf | None = None) -> Packed:
    """A blur's part of the correlation of packed samples. cut: a shorter way to the supports of `psfs`."""
    if cut is None:
        return Packed(CORRELATION, lambda group, channels: supports(psfs(group).numpy()))
    return Packed(CORRELATION, lambda group, channels: cut(group))


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


def psf_forms(psfs: Psfs, cut: CutOf | None = None) -> Forms[Any]:
    """The forms of a blur that its PSF says everything about."""
    return Forms(
        kernel=correlating(psfs),
        packed=packed_blur(psfs, cut),
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
    cut: CutOf | None = None,
) -> Operator[Any]:
    """The row of such a blur."""
    facts = Facts(strength=psf_strength(psfs), border=border, place=place, optical=True)
    return Operator(name, 1, parameters, psf_forms(psfs, cut), words, facts, ladder)
