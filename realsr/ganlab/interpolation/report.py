"""Two checkpoints and some photographs to a table as JSON and a page with the curve."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import nn

import degrade
from realsr.files.errors import RequestError
from realsr.files.whole import make_directory, write_whole
from realsr.ganlab.degraded import cases, hr_image
from realsr.ganlab.interpolation.curve import ALPHAS, Point, as_rows, curve
from realsr.ganlab.interpolation.measures import CONVENTIONS
from realsr.ganlab.interpolation.page import page
from realsr.images.sources import discover
from realsr.models.checkpoints import read_checkpoint
from realsr.models.dialects import understood


def report(
    network: nn.Module,
    content: Path,
    gan: Path,
    images: Sequence[Path],
    pipeline: str,
    out: Path,
    *,
    scale: int,
    seed: int = 0,
    alphas: Sequence[float] = ALPHAS,
) -> list[Point]:
    """Writes interpolation.json and interpolation.html into the directory `out`; the points of the curve.

    network: of RGB, says the architecture. content, gan: checkpoints that fit it, in any known dialect. images:
    files and directories, taken whole. pipeline: a name or a file.
    Raises ModelError, RequestError, SourceError, PipelineError.
    """
    first, second = (understood(read_checkpoint(path)) for path in (content, gan))
    found = discover(images).sources
    if not found:
        raise RequestError(f"no images under {', '.join(map(str, images))}")
    hr = {source.id: hr_image(source, scale) for source in found}
    tests = cases(hr, degrade.load_pipeline(pipeline, scale), seed)
    points = curve(network, first, second, tests, alphas)
    facts = {
        "content": content.name,
        "gan": gan.name,
        "pipeline": pipeline,
        "scale": scale,
        "seed": seed,
        "images": list(hr),
        "border": scale,
        "conventions": CONVENTIONS,
    }
    write(points, facts, out)
    return points


def write(points: Sequence[Point], facts: dict[str, Any], out: Path) -> None:
    """The table and the page of a curve. facts: what it was measured on."""
    make_directory(out)
    table = json.dumps({**facts, "points": as_rows(points)}, indent=1)
    write_whole(out / "interpolation.json", table.encode() + b"\n")
    write_whole(out / "interpolation.html", page(points, facts).encode())
