"""A network that takes noise and some photographs to scores as JSON and a page with strips of samples."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import degrade
from realsr.conditions.network import NoiseConditioned
from realsr.files.errors import RequestError
from realsr.files.whole import make_directory, write_whole
from realsr.ganlab.degraded import cases, hr_image
from realsr.ganlab.samples.page import page, strip
from realsr.ganlab.samples.scoring import SCORES, SampleScores, answered, mean_ranks, means, scored
from realsr.images.sources import discover
from realsr.inference.upscaler import Upscaler

Tell = Callable[[str, float], None]
"""Called with what is being done and the share of all that is done."""

SHOWN = 4


def report(
    upscaler: Upscaler,
    images: Sequence[Path],
    pipeline: str,
    out: Path,
    *,
    samples: int = 10,
    side: int = 256,
    seed: int = 0,
    told: Tell = lambda what, share: None,
) -> list[SampleScores]:
    """Writes samples.json and index.html into the directory `out`; the scores, a picture each.

    images: files and directories of HR, of each the middle of `side` pixels, 0 for all of it. pipeline: a name
    or a file. samples: K, of each picture. The first `SHOWN` pictures stand on the page. Raises RequestError
    for a network without noise and where there are no pictures; SourceError, PipelineError.
    """
    channels = _noise(upscaler)
    found = discover(images).sources
    if not found:
        raise RequestError(f"no images under {', '.join(map(str, images))}")
    scale = upscaler.scale
    hr = {source.id: hr_image(source, scale, side) for source in found}
    tests = cases(hr, degrade.load_pipeline(pipeline, scale), seed)
    scores, strips = [], []
    for place, (source, case) in enumerate(zip(hr, tests, strict=True)):
        told(f"{samples} samples of each of {len(hr)} pictures", place / len(hr))
        answers = answered(upscaler, channels, source, case.pair.lr, samples)
        scores.append(scored(source, case, answers))
        if place < SHOWN:
            strips.append(strip(source, case, answers))
    facts = {
        "model": upscaler.name,
        "pipeline": pipeline,
        "scale": scale,
        "seed": seed,
        "side": side,
        "samples": samples,
        "images": list(hr),
    }
    make_directory(out)
    table = {
        **facts,
        "conventions": SCORES,
        "means": means(scores),
        "ranks": mean_ranks(scores),
        "pictures": [one.as_data() for one in scores],
    }
    write_whole(out / "samples.json", json.dumps(table, indent=1).encode() + b"\n")
    write_whole(out / "index.html", page(scores, strips, facts).encode())
    return scores


def _noise(upscaler: Upscaler) -> int:
    """Channels of its z."""
    if isinstance(upscaler.module, NoiseConditioned):
        return upscaler.module.noise_channels
    raise RequestError(
        f"{upscaler.name} takes no noise: all its answers to one LR are one, and its diversity is 0 by "
        "construction; take a model such as noise_srvgg"
    )
