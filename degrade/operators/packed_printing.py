"""Pages printed and scanned on packed samples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from degrade.functional.fields import gaussian_radius
from degrade.functional.fields import gaussian_taps as field_taps
from degrade.functional.gpu.call import Call, Tables, field_rows, starts_in_launches
from degrade.functional.psf import gaussian_taps
from degrade.operators.packed import (
    Batch,
    Form,
    Launch,
    Packed,
    Prepared,
    Taps,
    end_to_end,
    noise_keys,
    sides,
)

LEAST_SIGMA = 0.02
"""A Gaussian this narrow is the pixel itself, in float64 to the last bit."""

BLURS = ("bleed_px", "back_blur_px", "scanner_px")


def blur_sigma(record: Any, field: str) -> float:
    sigma: float = getattr(record, field)
    return max(LEAST_SIGMA, sigma)


def blur_taps(sigma: float) -> int:
    """Taps that hold a Gaussian to four standard deviations."""
    return 2 * math.ceil(4.0 * sigma) + 1


def _gaussians(group: Any, field: str) -> Taps:
    sigmas = [blur_sigma(record, field) for record in group.records]
    counts = [blur_taps(sigma) for sigma in sigmas]
    most = max(counts)
    taps = gaussian_taps(torch.tensor(counts), torch.tensor(sigmas, dtype=torch.float64), most)
    return [
        own[(most - count) // 2 : (most + count) // 2]
        for own, count in zip(taps.numpy(), counts, strict=True)
    ]


def _weaves(group: Any) -> Taps:
    radii = [gaussian_radius(record.texture_px) for record in group.records]
    return [
        np.array(field_taps(record.texture_px, 2 * radius + 1))
        for record, radius in zip(group.records, radii, strict=True)
    ]


def _numbers(record: Any, channels: int) -> list[float]:
    """See `gpu.printing.print_and_scan`; a grey page is green's."""
    names = ("green",) * 3 if channels == 1 else ("red", "green", "blue")
    root = 1.0 / record.yule_nielsen
    papers = [getattr(record, f"paper_{name}") ** root for name in names]
    own = (record.show_through, record.texture, record.streaks, record.flicker)
    return [record.dot_gain, record.yule_nielsen, record.ink**root, *papers, *own]


def _values(group: Any, channels: int) -> dict[str, Any]:
    return {
        "keys": noise_keys(group),
        "numbers": np.array([_numbers(record, channels) for record in group.records]),
        "taps": [*(_gaussians(group, field) for field in BLURS), _weaves(group)],
    }


def _prepare(batch: Batch) -> Prepared:
    (part,) = batch.parts
    lines, size = end_to_end(part.values["taps"]), sides(batch)
    around = 2 * lines["reaches"][:, 3:].astype(np.int64)
    counts = np.stack([(size + around).prod(1), size[:, 1], size[:, 0]], axis=1)
    woven = size + around * np.array([0, 1])
    fields = field_rows(counts, batch.bounds)
    planes, threads = (
        starts_in_launches(lengths, batch.bounds)
        for lengths in (size.prod(1) * batch.channels, woven.prod(1))
    )
    kernels = lines.pop("kernels")
    each = {
        "keys": part.values["keys"],
        "numbers": part.values["numbers"],
        "fields": fields.rows,
        "scratch": np.stack([planes, fields.starts[:, 0], threads, fields.starts[:, 1]], axis=1),
        **lines,
    }

    def begin(tables: Mapping[str, torch.Tensor]) -> Launch:
        from degrade.functional.gpu.printing import print_and_scan

        def launch(call: Call) -> None:
            own = slice(call.first, call.first + len(call.before))
            print_and_scan(call, counts[own], woven[own])

        return launch

    return Prepared(Tables(each, {"kernels": kernels}), begin)


def _moved(call: Call) -> int:
    """Seven launches on planes of float64, and the texture's values, written and read twice."""
    return (104 + 16 // call.channels) * call.values(call.before)


PRINTED = Packed(Form("print and scan", _prepare, _moved, parts=3), _values)
