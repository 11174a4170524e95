"""`realsr robustness run` and `sweep`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import typer

from realsr.cli.make_pairs import parse_crop
from realsr.cli.progress import Progress
from realsr.cli.reporting import OK, PARTLY, say
from realsr.pairs.job import resolve_device
from realsr.pairs.run import Observer
from realsr.pairs.soundness import requested_pipeline
from realsr.robustness.clock import timing_words
from realsr.robustness.columns import columns
from realsr.robustness.contestants import contestants
from realsr.robustness.errors import StudyError
from realsr.robustness.page.render import render
from realsr.robustness.planning import making_of, plan_of
from realsr.robustness.run import Plan, run
from realsr.robustness.severity import steps
from realsr.robustness.store import Results
from realsr.robustness.study import ModelEntry, PairsEntry, PhotographsEntry, Study, read_study
from realsr.robustness.sweep import Sweep, run_sweep

SHOWN = 20

SweepRequest = tuple[str, str, str, int, float | None]
"""Pipeline, parameter, range, steps, value of the training."""


@dataclass(frozen=True)
class Options:
    """The options as they were typed."""

    study: Path | None
    models: list[str] | None
    hr: Path | None
    pipelines: str | None
    cases: Path | None
    pairs: tuple[Path, Path] | None
    real: Path | None
    metrics: str | None
    scale: int | None
    crop: str
    limit: int | None
    seed: int

    def as_study(self) -> Study:
        """The study file's, with what was typed added or in its place. Raises StudyError."""
        base = Study() if self.study is None else read_study(self.study)
        typed: dict[str, Any] = {
            "models": (*base.models, *map(_model_entry, self.models or ())),
            "pipelines": (*base.pipelines, *_listed(self.pipelines)),
            "pairs": (*base.pairs, *self._pairs()),
            "real": (*base.real, *self._real()),
            "hr": self.hr,
            "cases": self.cases,
            "metrics": tuple(_listed(self.metrics)) or None,
            "scale": self.scale,
            "crop": parse_crop(self.crop),
            "limit": self.limit,
            "seed": self.seed or None,
        }
        given = {name: value for name, value in typed.items() if value is not None}
        return base.model_copy(update=given)

    def _pairs(self) -> list[PairsEntry]:
        if self.pairs is None:
            return []
        low, high = self.pairs
        return [PairsEntry(name=f"pairs_{_safe(low)}", lr=low, hr=high)]

    def _real(self) -> list[PhotographsEntry]:
        return (
            []
            if self.real is None
            else [PhotographsEntry(name=f"real_{_safe(self.real)}", dir=self.real)]
        )


def run_run(options: Options, out: Path, device: str, workers: int | None) -> int:
    """The command's body; its exit code."""
    progress = Progress()
    try:
        plan = plan_of(options.as_study(), progress, device=resolve_device(device), workers=workers)
        results = run(plan, out)
    finally:
        progress.close()
    code = _tell(results)
    if any(number is not None for cell in results.cells for number in cell["scores"].values()):
        typer.echo(f"the page: {render(out)}")
    return code


def run_sweep_command(
    options: Options, request: SweepRequest, out: Path, device: str, workers: int | None
) -> int:
    """The command's body; its exit code."""
    name, parameter, interval, count, trained_at = request
    progress = Progress()
    try:
        plan, study = _sweep_plan(options, device, workers)
        pipeline = requested_pipeline(name, plan.models[0].scale)
        sweep = Sweep(pipeline, parameter, tuple(steps(interval, count)), trained_at)
        observer: Observer = progress
        lines = run_sweep(sweep, plan, making_of(study, plan.workers), out, observer)
    finally:
        progress.close()
    for line in lines:
        for metric, found in line["breakdown"].items():
            typer.echo(f"{line['model']}: {metric}: {found['words']}")
    typer.echo(f"{len(lines)} models at {count} severities; lines in {out / 'sweeps.json'}")
    return OK


def _sweep_plan(options: Options, device: str, workers: int | None) -> tuple[Plan, Study]:
    study = options.as_study()
    kind = torch.device(resolve_device(device))
    models = contestants(study.models, study.scale, kind)
    chosen = columns(study.metrics or ("psnr_y", "ssim_y"), models[0].scale)
    return Plan(models, lambda folder: [], chosen, workers=workers or 2), study


def _model_entry(text: str) -> ModelEntry:
    name, sign, path = text.partition("=")
    if not sign:
        name, path = Path(text).stem.replace(":", "_"), text
    try:
        return ModelEntry(name=name, path=path)
    except ValueError as error:
        raise StudyError(
            f"--model {text}: expected NAME=MODEL, NAME of letters, digits, dots, - and _, and not hr or lr"
        ) from error


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _safe(path: Path) -> str:
    name = path.resolve().name
    return (
        "".join(letter if letter.isalnum() or letter in "_.-" else "_" for letter in name) or "set"
    )


def _tell(results: Results) -> int:
    faults = list(_faults(results))
    for fault in faults[:SHOWN]:
        say(fault)
    if len(faults) > SHOWN:
        say(f"and {len(faults) - SHOWN} more, all in {results.root}")
    _tell_missing(results)
    models, sets = len(results.models()), len(results.record["sets"])
    typer.echo(
        f"{models} models on {sets} sets, {len(results.cells)} answers; results in {results.root}"
    )
    typer.echo(timing_words(results.record["timing"]))
    return PARTLY if faults else OK


def _faults(results: Results) -> Sequence[str]:
    sets = [
        f"{test['name']}: {fault}" for test in results.record["sets"] for fault in test["failures"]
    ]
    cells = [
        f"{cell['model']} on {cell['set']}/{cell['image']}: {cell['failed']}"
        for cell in results.cells
        if cell["failed"]
    ]
    return [*sets, *cells]


def _tell_missing(results: Results) -> None:
    """Columns that no answer has a number for, each with its first reason."""
    for metric in (each["name"] for each in results.record["metrics"]):
        if all(cell["scores"][metric] is None for cell in results.cells):
            reasons = [c["not_computed"][metric] for c in results.cells if not c["failed"]]
            if reasons:
                say(f"{metric} not computed: {reasons[0]}")
