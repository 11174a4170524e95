"""`realsr robustness run` and `sweep`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from realsr.cli.actions.robustness.study import study_of
from realsr.cli.advice import ROBUSTNESS, advice_about
from realsr.cli.commands.robustness_options import Asked, Measured, Swept
from realsr.cli.progress import Progress
from realsr.cli.reporting import OK, PARTLY, say, several
from realsr.cli.terminal import hint, tell
from realsr.cli.trusted import own_rows
from realsr.files.errors import advising
from realsr.images.own import refuse_at_sources
from realsr.pairs.job import resolve_device
from realsr.pairs.run import Observer
from realsr.pairs.soundness import requested_pipeline
from realsr.robustness.after.sweep import Sweep, run_sweep
from realsr.robustness.cases.sets import TestSet
from realsr.robustness.page.render import render
from realsr.robustness.results.columns import columns
from realsr.robustness.results.store import Results, RunFolder, read_results
from realsr.robustness.results.sweeps import SweepLine
from realsr.robustness.running.contestants import contestants
from realsr.robustness.running.planning import making_of, plan_of, weighed
from realsr.robustness.running.run import RunPlan, run
from realsr.robustness.study.severity import steps
from realsr.robustness.study.study import Study
from realsr.rows import Rows

SHOWN = 20

GO_ON = "what was made and scored so far is kept: run the same command again to go on"

SWEPT = ("psnr_y", "ssim_y")
"""A sweep's columns unless told otherwise."""


@advising(GO_ON)
def run_run(asked: Asked, measured: Measured, out: Path) -> int:
    """The command's body; its exit code."""
    progress = _Bars()
    try:
        rows, device = _own(measured), resolve_device(measured.device.value)
        study = study_of(asked, measured, rows)
        _refuse_at_sources(study, out)
        plan = plan_of(
            study,
            progress.pairs,
            device=device,
            workers=measured.workers,
            trust=rows.trust,
            rows=rows,
            accept_changed=measured.accept_changed,
        )
        _announce(plan, device)
        results = run(progress.watching(plan), out)
    finally:
        progress.close()
    code = _tell(results, study.metrics or ())
    if any(number is not None for cell in results.cells for number in cell.scores.values()):
        hint("making the page")
        tell(f"the page: {render(out)}")
    return code


def _announce(plan: RunPlan, device: str) -> None:
    names = ", ".join(model.name for model in plan.models)
    kinds = several(len(plan.columns), "metric")
    hint(f"{names} on {device}; {kinds} by {several(plan.workers, 'thread')} beside them")


class _Bars:
    """First the pairs of test sets, then the models' answers, as soon as it is known how many there are."""

    def __init__(self) -> None:
        self.pairs = self._bar = Progress()

    def watching(self, plan: RunPlan) -> RunPlan:
        """The same plan, watched."""

        def make(folder: RunFolder) -> Sequence[TestSet]:
            sets = plan.make_sets(folder)
            self._answers(len(plan.models) * sum(len(test.pictures) for test in sets))
            return sets

        return replace(plan, make_sets=make, told=lambda count: self._bar.made(count))

    def close(self) -> None:
        self._bar.close()

    def _answers(self, count: int) -> None:
        self._bar.close()
        self._bar = Progress("answer")
        self._bar.begin(0, count)


@advising(GO_ON)
def run_sweep_command(swept: Swept, measured: Measured, out: Path) -> int:
    """The command's body; its exit code."""
    progress = Progress()
    try:
        plan, study = _sweep_plan(measured)
        _refuse_at_sources(study, out)
        scale = plan.models[0].scale
        pipeline = requested_pipeline(swept.pipeline, scale, plan.rows.operators)
        values = tuple(steps(swept.interval, swept.steps))
        sweep = Sweep(pipeline, swept.parameter, values, swept.trained_at)
        observer: Observer = progress
        making = making_of(study, plan.workers, plan.rows, accept_changed=measured.accept_changed)
        _announce(plan, measured.device.value)
        lines = run_sweep(sweep, plan, making, out, observer)
    finally:
        progress.close()
    results = read_results(out / "sweeps" / sweep.folder)
    faults = _tell_faults(results)
    _tell_missing(results, study.metrics or ())
    for line in lines:
        _tell_line(line)
    tell(
        f"{several(len(lines), 'model')} at {swept.steps} severities; lines in {out / 'sweeps.json'}"
    )
    return PARTLY if faults else OK


def _refuse_at_sources(study: Study, out: Path) -> None:
    """A run's own pictures are never among the photographs that the next one reads."""
    pairs = {folder for each in study.pairs for folder in (each.lr, each.hr)}
    hr = {study.hr} if study.hr is not None else set()
    refuse_at_sources(out, pairs | hr | {each.dir for each in study.real})


def _own(measured: Measured) -> Rows:
    """A model that was typed may run; one that a study names needs to be allowed."""
    return own_rows(measured.rows or (), measured.trust_code or (), measured.model or ())


def _tell_line(line: SweepLine) -> None:
    """Where it breaks down; without the images that lack a number at some severity, which are named."""
    for metric, found in line.breakdown.items():
        tell(f"{line.model}: {metric}: {found.words}")
    for metric, reasons in line.left_out.items():
        if metric in line.scores:
            more = f", and {len(reasons) - 1} more such" if len(reasons) > 1 else ""
            say(f"{line.model}: {metric} is without {reasons[0]}{more}")


def _sweep_plan(measured: Measured) -> tuple[RunPlan, Study]:
    rows = _own(measured)
    study = study_of(Asked(), measured, rows)
    device = resolve_device(measured.device.value)
    models = contestants(study.models, study.scale, torch.device(device), rows.trust, rows)
    named = columns(study.metrics or SWEPT, models[0].scale, rows.metrics)
    table, weights = weighed(study, named, device, rows=rows)
    plan = RunPlan(
        models,
        lambda folder: [],
        table,
        workers=measured.workers or 2,
        weights=weights,
        rows=rows,
    )
    return plan, study


def _tell(results: Results, asked: Sequence[str]) -> int:
    faults = _tell_faults(results)
    _tell_missing(results, asked)
    for test in results.record.sets:
        for note in test.notes:
            say(f"{test.name}: {note}")
    models, sets = len(results.models()), len(results.record.sets)
    tell(
        f"{several(models, 'model')} on {several(sets, 'set')}, {several(len(results.cells), 'answer')}; "
        f"results in {results.root}"
    )
    tell(results.record.timing.words())
    return PARTLY if faults else OK


def _tell_faults(results: Results) -> int:
    """How many there are; the first ones are said."""
    faults = _faults(results)
    for fault in faults[:SHOWN]:
        say(fault)
    if len(faults) > SHOWN:
        say(f"and {len(faults) - SHOWN} more, all in {results.root / 'cells.jsonl'}")
    for advice in advice_about(faults, ROBUSTNESS):
        say(advice)
    return len(faults)


def _faults(results: Results) -> Sequence[str]:
    sets = [f"{test.name}: {fault}" for test in results.record.sets for fault in test.failures]
    cells = [
        f"{cell.model} on {cell.set}/{cell.image}: {cell.failed}"
        for cell in results.cells
        if cell.failed
    ]
    return [*sets, *cells]


def _tell_missing(results: Results, asked: Sequence[str]) -> None:
    """Columns that were asked for and that no answer has a number for, those with one reason in one line. The
    page tells it of all columns, those that every run has by itself among them."""
    for reason, metrics in _missing(results, asked).items():
        say(f"{', '.join(metrics)} not computed: {reason}")


def _missing(results: Results, asked: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for metric in (each.name for each in results.record.metrics if {each.name, "all"} & set(asked)):
        reasons = [c.not_computed.get(metric) for c in results.cells if not c.failed]
        if reasons and all(reasons):
            found.setdefault(str(reasons[0]), []).append(metric)
    return found
