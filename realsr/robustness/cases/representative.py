"""Representative cases of a degradation space: many draws, measured on several images, clustered by k-medoids.

Each case is one of the draws, with the number of draws that it stands for. SEAL (ICLR 2024) has the idea; there
one image and its histogram describe a draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import degrade
from degrade import Key, Pipeline, Trace
from degrade.operators.base import noise_fields
from degrade.operators.row import Operator
from degrade.operators.table import OPERATORS, Operators, operator_of
from degrade.pipeline import parse_pipeline
from degrade.trace import Step
from realsr.files.whole import make_directory, write_whole
from realsr.images.reading import Bytes, Reading, opened
from realsr.pairs.soundness import requested_pipeline
from realsr.robustness.cases.case_folder import CaseIndex, ChosenCase, MeasuredOn, write_index
from realsr.robustness.cases.features import FEATURES, measured, standardised
from realsr.rows import NO_ROWS, Rows
from realsr.statistics.clustering import distances, k_medoids
from realsr.statistics.untold import StatisticsError

CASES = 100
POOL = 2000
SIDE = 256
"""Of the middle of a picture that draws are measured on, in HR pixels."""
SOURCE = "representative"
"""Source id of the draws' keys; the variant is the draw's number in the pool."""


@dataclass(frozen=True)
class RepresentativeCase:
    """A draw and how many draws of the pool it stands for, itself included."""

    key: Key
    trace: Trace
    size: int


@dataclass(frozen=True)
class Representative:
    """The cases, the largest cluster's first. explained: 1 - mean distance of a draw to its case over mean
    distance to the one best case: 0 for one case, 1 where every draw has its like."""

    pipeline: Pipeline
    pool: int
    seed: int
    cases: tuple[RepresentativeCase, ...]
    explained: float


def representative(
    pipeline: Pipeline,
    images: Sequence[Bytes],
    cases: int = CASES,
    pool: int = POOL,
    seed: int = 0,
    say: Callable[[int], None] = lambda done: None,
) -> Representative:
    """`cases` of `pool` draws of the pipeline, chosen by what they do to the images.

    images: HR pictures h w 3 uint8; two or more, so that no picture's content decides alone. say: called after
    every draw with the number done. The same arguments give the same cases.
    Raises StatisticsError for fewer than two images and for more cases than draws.
    """
    if len(images) < 2:
        raise StatisticsError(f"{len(images)} image(s) to measure draws on; give two or more")
    if not 1 <= cases <= pool:
        raise StatisticsError(f"{cases} cases of {pool} draws; expected 1 to {pool}")
    keys = [Key(seed, SOURCE, number) for number in range(pool)]
    traces = degrade.draw(pipeline, keys)
    features = []
    for number, trace in enumerate(traces, 1):
        features.append(measured(trace, images, pipeline.own_operators))
        say(number)
    between = distances(standardised(np.stack(features)))
    found, one = k_medoids(between, cases), k_medoids(between, 1)
    chosen = tuple(
        RepresentativeCase(keys[place], traces[place], int(size))
        for place, size in zip(found.medoids, found.sizes, strict=True)
    )
    explained = 1.0 - found.cost / one.cost if one.cost else 1.0
    return Representative(pipeline, pool, seed, chosen, explained)


def case_pipeline(
    trace: Trace, name: str, summary: str, rows: Sequence[Operator[Any]] = ()
) -> Pipeline:
    """A pipeline whose every draw is this trace but for the noise, which each picture draws of its own.

    rows: a caller's own operators, where the trace names them.
    """
    operators = OPERATORS.with_rows(rows)
    data: dict[str, Any] = {"name": name, "kind": "own", "summary": summary, "scale": trace.scale}
    if trace.hr:
        data["hr"] = [_stage(step, operators) for step in trace.hr]
    data["lr"] = [_stage(step, operators) for step in trace.lr]
    return parse_pipeline(yaml.safe_dump(data, sort_keys=False), name, rows=rows)


def write_representative(
    pipeline: str,
    images: Sequence[Path],
    out: Path,
    *,
    cases: int = CASES,
    pool: int = POOL,
    seed: int = 0,
    scale: int | None = None,
    say: Callable[[int], None] = lambda done: None,
    rows: Rows = NO_ROWS,
) -> Representative:
    """Chooses cases and writes them to `out`.

    There: pipelines `case_000.yaml`, ... for `run`, and `cases.json` with sizes and traces.
    rows: a person's own, which the pipeline may name.

    Raises what `representative` does, PipelineError, SourceError for pictures that cannot be read, and
    StorageError. `cases.json` comes last: where it is, all is there.
    """
    loaded = requested_pipeline(pipeline, scale, rows.operators)
    pictures = [_middle(path) for path in images]
    found = representative(loaded, pictures, cases, pool, seed, say)
    make_directory(out)
    for number, case in enumerate(found.cases):
        summary = f"Stands for {case.size} of {pool} draws of {loaded.name} (seed {seed})."
        fixed = case_pipeline(case.trace, _name(number), summary, rows.operators)
        write_whole(out / f"{_name(number)}.yaml", fixed.to_yaml().encode())
    write_index(out, _index(found, images, pictures))
    return found


def _index(found: Representative, paths: Sequence[Path], pictures: Sequence[Bytes]) -> CaseIndex:
    return CaseIndex(
        pipeline=found.pipeline.name,
        digest=found.pipeline.digest,
        scale=found.pipeline.scale,
        seed=found.seed,
        pool=found.pool,
        features=tuple(FEATURES),
        explained=found.explained,
        images=tuple(
            MeasuredOn(name=path.name, pixels=hashlib.sha256(picture.tobytes()).hexdigest())
            for path, picture in zip(paths, pictures, strict=True)
        ),
        cases=tuple(
            _chosen(number, case, found.pipeline.own_operators)
            for number, case in enumerate(found.cases)
        ),
    )


def _chosen(number: int, case: RepresentativeCase, rows: Sequence[Operator[Any]]) -> ChosenCase:
    return ChosenCase(
        name=_name(number),
        size=case.size,
        variant=case.key.variant,
        words=tuple(degrade.words(case.trace, rows)),
        trace=case.trace.to_data(),
    )


def _name(number: int) -> str:
    return f"case_{number:03}"


def _stage(step: Step, operators: Operators) -> dict[str, Any]:
    drawn = noise_fields(operator_of(step, operators).parameters)
    values = {name: value for name, value in step.values.items() if name not in drawn}
    return {"op": step.op, "label": step.label.replace(".", "_"), **values}


def _middle(path: Path) -> Bytes:
    """The middle of a picture, at most `SIDE` pixels on a side, in colour."""
    with opened(path, Reading(alpha="white")) as source:
        pixels = source.pixels()
    top, left = (max(side - SIDE, 0) // 2 for side in pixels.shape[:2])
    cut = pixels[top : top + SIDE, left : left + SIDE]
    return np.ascontiguousarray(np.broadcast_to(cut, (*cut.shape[:2], 3)))
