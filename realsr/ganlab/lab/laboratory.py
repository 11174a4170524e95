"""All of it: pictures, trainings, measures, the page. What was trained is kept; called again, it goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from realsr.files.errors import RequestError
from realsr.files.json_lines import read_json
from realsr.files.whole import make_directory, write_whole
from realsr.ganlab.lab.answers import LabTests, loaded_answers
from realsr.ganlab.lab.artefacts import artefact_scores
from realsr.ganlab.lab.memory import Watched
from realsr.ganlab.lab.page import LabFindings, artefact_strips, page
from realsr.ganlab.lab.pictures import write_pictures
from realsr.ganlab.lab.plane import PlanePoint, plane_points, summary
from realsr.ganlab.lab.trainings import (
    CONTENT,
    FEW,
    FULL,
    GAN,
    NOISE,
    PIPELINE,
    SCALE,
    SWEEP,
    LabSize,
    Tell,
    models,
    train_all,
)
from realsr.ganlab.samples.page import Strip, strip
from realsr.ganlab.samples.scoring import SampleScores, answered, mean_ranks, means, scored
from realsr.ganlab.two_modes.demonstration import demonstration
from realsr.inference.loading import load
from realsr.training.interrupts import Interruptible, Interrupts

SAMPLED = 6
"""Test pictures whose samples are scored."""
SHOWN_SAMPLES = 2
TRAINED, MODES = 0.88, 0.08
"""Shares of the whole work that the trainings take, and the two modes."""


def run_laboratory(
    out: Path,
    size: LabSize = FULL,
    seed: int = 0,
    told: Tell = lambda what, share: None,
    interrupts: Interruptible = Interrupts,
) -> dict[str, Any] | None:
    """Writes index.html and gan_lab.json into the directory `out`; what the latter holds, None if interrupted.

    Called again with equal arguments it goes on with what was trained; an undisturbed run ends with the same
    bytes. Raises RequestError for a folder of other arguments, else as `realsr.training.train`.
    """
    make_directory(out)
    facts = {"seed": seed, "size": asdict(size), "pipeline": PIPELINE, "scale": SCALE}
    _claim(out, facts)
    for folder, count, offset in (
        ("training", size.training, 1),
        ("few", size.few, 1),
        ("testing", size.testing, 2),
    ):
        write_pictures(out / "pictures" / folder, count, 2 * seed + offset)
    if not train_all(out, size, seed, lambda what, share: told(what, TRAINED * share), interrupts):
        return None
    found = _found(out, size, seed, told)
    table = {**facts, **_numbers(found)}
    write_whole(out / "gan_lab.json", json.dumps(table, indent=1, allow_nan=False).encode() + b"\n")
    write_whole(out / "index.html", page(found, facts).encode())
    return table


def _claim(out: Path, facts: Mapping[str, Any]) -> None:
    path = out / "request.json"
    if not path.exists():
        write_whole(path, json.dumps(facts, indent=1).encode() + b"\n")
        return
    if read_json(path) != facts:
        raise RequestError(
            f"{out} holds a laboratory of another seed or size; use the same options or another --out"
        )


def _found(out: Path, size: LabSize, seed: int, told: Tell) -> LabFindings:
    averaging = demonstration(
        seed, size.two_modes, lambda what, share: told(what, TRAINED + MODES * share)
    )
    told("measuring", TRAINED + MODES)
    tests = LabTests.read(out / "pictures" / "testing", seed)
    files = {one.name: path for one, path in models(out)}
    answers = loaded_answers(tests, {name: files[name] for name in files if name != NOISE.name})
    named = _answers_by_title(tests, answers)
    siblings = answers[CONTENT.name]
    scores, strips = _sampled(tests, files[NOISE.name], size.samples)
    sweep = {one.title: answers[one.name] for one in (CONTENT, *SWEEP)}
    points = plane_points(tests, sweep, (files[CONTENT.name], files[GAN.name]))
    shown = {one.title: answers[one.name] for one in (CONTENT, GAN, SWEEP[-1])}
    return LabFindings(
        averaging,
        {name: artefact_scores(tests, each, siblings) for name, each in named.items()},
        artefact_strips(tests, shown),
        [Watched.read(one.title, out / "trainings" / one.name) for one in (GAN, FEW)],
        scores,
        strips,
        points,
        summary(points),
    )


def _answers_by_title(
    tests: LabTests, answers: Mapping[str, Sequence[Tensor]]
) -> dict[str, Sequence[Tensor]]:
    """The rows of the table of artefacts."""
    found: dict[str, Sequence[Tensor]] = {
        one.title: answers[one.name] for one in (CONTENT, *SWEEP, FEW)
    }
    strongest = SWEEP[-1]
    return found | {f"{strongest.title}, projected": tests.made_consistent(answers[strongest.name])}


def _sampled(tests: LabTests, file: Path, count: int) -> tuple[list[SampleScores], list[Strip]]:
    upscaler = load(str(file))
    channels = int(getattr(upscaler.module, "noise_channels"))  # noqa: B009
    scores: list[SampleScores] = []
    strips: list[Strip] = []
    for name, case in list(zip(tests.names, tests.tests, strict=True))[:SAMPLED]:
        answers = answered(upscaler, channels, name, case.pair.lr, count)
        scores.append(scored(name, case, answers))
        if len(strips) < SHOWN_SAMPLES:
            strips.append(strip(name, case, answers))
    return scores, strips


def _numbers(found: LabFindings) -> dict[str, Any]:
    """What the page tells, for programs."""
    reference, volume = found.summary.reference, dict(found.summary.volume)
    return {
        "averaging": found.averaging.as_data(),
        "artefacts": {name: _finite(one.as_data()) for name, one in found.artefacts.items()},
        "discriminators": [one.as_data() for one in found.watched],
        "samples": {
            "means": _finite(means(found.scores)),
            "ranks": mean_ranks(found.scores),
            "pictures": [one.as_data() for one in found.scores],
        },
        "plane": {
            "points": [asdict(point) for point in found.points],
            "front": [_label(point) for point in found.summary.front],
            "hypervolume": volume,
            "reference": reference,
            "limit": found.summary.limit,
        },
    }


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if np.isfinite(value) else None for name, value in values.items()}


def _label(point: PlanePoint) -> str:
    return f"{point.way}: {point.label}"
