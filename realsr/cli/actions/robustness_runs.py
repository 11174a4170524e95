"""`realsr robustness run` and `sweep`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import typer

from realsr.cli.actions.make_pairs import parse_crop
from realsr.cli.progress import Progress
from realsr.cli.reporting import OK, PARTLY, say, several
from realsr.images.reading import Alpha
from realsr.metrics.table import METRICS
from realsr.metrics.weights import weight_names
from realsr.pairs.job import resolve_device
from realsr.pairs.run import Observer
from realsr.pairs.soundness import requested_pipeline
from realsr.robustness.after.sweep import Sweep, run_sweep
from realsr.robustness.errors import StudyError
from realsr.robustness.page.render import render
from realsr.robustness.results.columns import columns
from realsr.robustness.results.store import Results, Row, read_results
from realsr.robustness.running.clock import timing_words
from realsr.robustness.running.contestants import contestants
from realsr.robustness.running.planning import making_of, plan_of, weighed
from realsr.robustness.running.run import Plan, run
from realsr.robustness.study.severity import steps
from realsr.robustness.study.study import (
    ModelEntry,
    PairsEntry,
    PhotographsEntry,
    Study,
    read_study,
)

SHOWN = 20

SWEPT = ("psnr_y", "ssim_y")
"""A sweep's columns unless told otherwise."""

SweepRequest = tuple[str, str, str, int, float | None]
"""Pipeline, parameter, range, steps, value of the training."""


@dataclass(frozen=True)
class Options:
    """The options as they were typed; None was not."""

    study: Path | None
    models: list[str] | None
    hr: Path | None
    pipelines: str | None
    cases: Path | None
    pairs: tuple[Path, Path] | None
    real: Path | None
    metrics: str | None
    scale: int | None
    crop: str | None
    limit: int | None
    seed: int | None
    weights: list[str] | None
    alpha: Alpha | None

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
            "weights": base.weights | dict(map(_weight_entry, self.weights or ())),
            "scale": self.scale,
            "limit": self.limit,
            "seed": self.seed,
            "alpha": self.alpha,
        }
        given = {name: value for name, value in typed.items() if value is not None}
        return base.model_copy(update=given | self._side())

    def _side(self) -> dict[str, int | None]:
        """The crop's, if one was typed: None is then whole pictures, in place of the study's side."""
        return {} if self.crop is None else {"crop": _crop(self.crop)}

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
    results = read_results(out / "sweeps" / sweep.folder)
    faults = _tell_faults(results)
    _tell_missing(results)
    for line in lines:
        _tell_line(line)
    typer.echo(
        f"{several(len(lines), 'model')} at {count} severities; lines in {out / 'sweeps.json'}"
    )
    return PARTLY if faults else OK


def _tell_line(line: Row) -> None:
    """Where it breaks down; without the images that lack a number at some severity, which are named."""
    for metric, found in line["breakdown"].items():
        typer.echo(f"{line['model']}: {metric}: {found['words']}")
    for metric, reasons in line["left_out"].items():
        if metric in line["scores"]:
            more = f", and {len(reasons) - 1} more such" if len(reasons) > 1 else ""
            say(f"{line['model']}: {metric} is without {reasons[0]}{more}")


def _sweep_plan(options: Options, device: str, workers: int | None) -> tuple[Plan, Study]:
    study = options.as_study()
    device = resolve_device(device)
    models = contestants(study.models, study.scale, torch.device(device))
    table, weights = weighed(study, columns(study.metrics or SWEPT, models[0].scale), device)
    return Plan(models, lambda folder: [], table, workers=workers or 2, weights=weights), study


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


def _crop(text: str) -> int | None:
    side = parse_crop(text)
    if side is not None and side < 1:
        raise StudyError(f"--crop {text}: expected a side of 1 pixel or more, or `full`")
    return side


def _weight_entry(text: str) -> tuple[str, str]:
    name, sign, path = text.partition("=")
    known = weight_names(METRICS.values())
    if name in known and sign and path:
        return name, path
    raise StudyError(f"--weights {text}: expected NAME=FILE, NAME one of {', '.join(known)}")


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _safe(path: Path) -> str:
    name = path.resolve().name
    return (
        "".join(letter if letter.isalnum() or letter in "_.-" else "_" for letter in name) or "set"
    )


def _tell(results: Results) -> int:
    faults = _tell_faults(results)
    _tell_missing(results)
    models, sets = len(results.models()), len(results.record["sets"])
    typer.echo(
        f"{several(models, 'model')} on {several(sets, 'set')}, {several(len(results.cells), 'answer')}; "
        f"results in {results.root}"
    )
    typer.echo(timing_words(results.record["timing"]))
    return PARTLY if faults else OK


def _tell_faults(results: Results) -> int:
    """How many there are; the first ones are said."""
    faults = _faults(results)
    for fault in faults[:SHOWN]:
        say(fault)
    if len(faults) > SHOWN:
        say(f"and {len(faults) - SHOWN} more, all in {results.root / 'cells.jsonl'}")
    return len(faults)


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
