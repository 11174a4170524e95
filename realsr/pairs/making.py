"""One pair: a sample in, an HR and an LR file and their manifest line out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch

import degrade
from degrade import Trace
from degrade.execute import Engine
from degrade.operators.row import Operator
from realsr.images.pixels import all_to_bytes, file_digest, pixel_digest, to_floats
from realsr.images.png import encode_png
from realsr.images.reading import Bytes
from realsr.pairs.events import Phase
from realsr.pairs.manifest import Digests, PairLine
from realsr.pairs.pictures import Images
from realsr.pairs.samples import Sample
from realsr.pairs.store.protocol import PairStore
from realsr.stopwatch import Stopwatch

Apply = Callable[..., torch.Tensor | Sequence[torch.Tensor]]
"""`degrade.apply_hr` or `degrade.apply_lr`, told how."""


def degrade_samples(
    samples: Sequence[Sample],
    device: torch.device,
    engine: Engine = "auto",
    rows: Sequence[Operator[Any]] = (),
) -> list[Images]:
    """The images of samples with one channel count. rows: a person's own operators."""
    traces = [sample.trace for sample in samples]
    return degrade_pixels(traces, [sample.pixels for sample in samples], device, engine, rows)


def degrade_pixels(
    traces: Sequence[Trace],
    sources: Sequence[Bytes],
    device: torch.device,
    engine: Engine = "auto",
    rows: Sequence[Operator[Any]] = (),
) -> list[Images]:
    """The HR and LR images of sources `h w c` uint8 with one channel count, one trace each.

    The LR is made from the HR as its file holds it, in 8 bits: that file and the trace are all that a replay
    needs.
    """
    sharpen, lower = (
        partial(apply, threads=1, engine=engine, rows=rows)
        for apply in (degrade.apply_hr, degrade.apply_lr)
    )
    hr = _sharpened(sharpen, traces, sources, device)
    lr = _applied(lower, traces, hr, device)
    return [Images(high, low) for high, low in zip(hr, lr, strict=True)]


def _sharpened(
    apply: Apply, traces: Sequence[Trace], sources: Sequence[Bytes], device: torch.device
) -> list[Bytes]:
    """The HR images: the sources themselves where a trace has no HR steps."""
    if not any(trace.hr for trace in traces):
        return list(sources)
    made = _applied(apply, traces, sources, device)
    return [
        image if trace.hr else pixels
        for trace, image, pixels in zip(traces, made, sources, strict=True)
    ]


def _applied(
    apply: Apply, traces: Sequence[Trace], images: Sequence[Bytes], device: torch.device
) -> list[Bytes]:
    """Applied to 8-bit images: in one transfer to the device and one back where all have one size."""
    return all_to_bytes(apply(traces, to_floats(images, device)))


def keep(
    sample: Sample,
    images: Images,
    store: PairStore,
    spent: Stopwatch[Phase],
    rows: Sequence[Operator[Any]] = (),
) -> bytes:
    """Puts both pictures into the store. Returns the line that is to say that they are there.

    Raises StorageError.
    """
    key = sample.unit.key
    with spent.on("encode"):
        hr_file, lr_file = encode_png(images.hr), encode_png(images.lr)
        digests = Digests(
            hr_pixels=pixel_digest(images.hr),
            lr_pixels=pixel_digest(images.lr),
            hr_file=file_digest(hr_file),
            lr_file=file_digest(lr_file),
            source_pixels=pixel_digest(sample.pixels) if sample.trace.hr else None,
        )
        line = _line(sample, images, digests, rows).to_bytes()
    with spent.on("write"):
        store.put(key, hr_file, lr_file)
    return line


def _line(
    sample: Sample, images: Images, digests: Digests, rows: Sequence[Operator[Any]]
) -> PairLine:
    hr_height, hr_width = images.hr.shape[:2]
    lr_height, lr_width = images.lr.shape[:2]
    return PairLine(
        key=sample.unit.key,
        source=sample.source.id,
        file=sample.source.path.name,
        source_digest=sample.source_digest,
        variant=sample.unit.draw_key.variant,
        box=tuple(sample.unit.box),
        hr_size=(hr_height, hr_width),
        lr_size=(lr_height, lr_width),
        scale=sample.trace.scale,
        digests=digests,
        colours=sample.colours,
        trace=sample.trace.to_data(),
        physical=degrade.physical(sample.trace, rows),
    )
