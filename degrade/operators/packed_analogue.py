"""Analogue video on packed samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from degrade.functional.analogue import band_size, band_taps
from degrade.functional.gpu.call import Call, Tables, field_rows, starts_in_launches
from degrade.operators.packed import (
    Batch,
    Form,
    Launch,
    Packed,
    Prepared,
    Samples,
    Taps,
    end_to_end,
    noise_keys,
    sides,
)

STATED = (
    *("composite", "subcarrier_px", "subcarrier_phase", "chroma_delay_px"),
    *("hue_sigma", "peaking", "jitter_px"),
)


def _band(cutoffs: npt.NDArray[np.float64]) -> Taps:
    """The taps of each cutoff, as many as it has."""
    stated = cutoffs.tolist()
    taps = band_taps(stated, torch.device("cpu")).numpy()
    ends = [(taps.shape[1] - band_size(cutoff)) // 2 for cutoff in stated]
    return [own[end : len(own) - end] for own, end in zip(taps, ends, strict=True)]


def _before(group: Samples, name: str, taps: Taps) -> npt.NDArray[np.float64]:
    """The standard deviation of noise that has the stated one behind its band."""
    norms = np.sqrt([float(np.square(own).sum()) for own in taps])
    sigmas: npt.NDArray[np.float64] = group.numbers(f"{name}_noise_255") / 255.0 / norms
    return sigmas


def _values(group: Samples, channels: int) -> dict[str, Any]:
    luma, chroma = (_band(group.numbers(f"{name}_cutoff")) for name in ("luma", "chroma"))
    noise = _before(group, "luma", luma), _before(group, "chroma", chroma)
    return {
        "keys": noise_keys(group),
        "numbers": np.stack([*noise, *map(group.numbers, STATED)], axis=1),
        "taps": [luma, chroma, _band(0.5 * group.numbers("luma_cutoff"))],
    }


def _prepare(batch: Batch) -> Prepared:
    (part,) = batch.parts
    lines, size = end_to_end(part.values["taps"]), sides(batch)
    counts = np.stack([size.prod(1), size[:, 0]], axis=1) * batch.channels
    fields = field_rows(counts, batch.bounds)
    planes = starts_in_launches(counts[:, 0], batch.bounds)
    kernels = lines.pop("kernels")
    each = {
        "keys": part.values["keys"],
        "numbers": part.values["numbers"],
        "fields": fields.rows,
        "scratch": np.stack([planes, *fields.starts.T], axis=1),
        **lines,
    }

    def begin(tables: Mapping[str, torch.Tensor]) -> Launch:
        from degrade.functional.gpu.analogue import analogue_video

        return lambda call: analogue_video(call, counts[call.first : call.first + len(call.before)])

    return Prepared(Tables(each, {"kernels": kernels}), begin)


def _moved(call: Call) -> int:
    """Normals written and read, six times a plane of float64, and 13 values a pixel on the wire of colours."""
    wire = 104 * (call.values(call.before) // 3) if call.channels == 3 else 0
    return 56 * call.values(call.before) + wire


PACKED_ANALOGUE = Packed(Form("analogue video", _prepare, _moved, parts=3), _values)
