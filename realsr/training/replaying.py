"""A step that was left out, repeated: its pairs from their traces, its networks as its record has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from degrade.trace import trace_from_data
from realsr.files.whole import make_directory, write_whole
from realsr.images.pixels import to_bytes
from realsr.images.png import encode_png
from realsr.rows import NO_ROWS, Rows
from realsr.training.autoencoding import prepare
from realsr.training.batches import Batches, Share, Told, TrainingBatch
from realsr.training.check import material
from realsr.training.checkpoints import restoring
from realsr.training.config import TrainingConfig
from realsr.training.config_file import read_config
from realsr.training.errors import TrainingError
from realsr.training.folder import TrainingFolder
from realsr.training.launch import launched
from realsr.training.post_mortem import LeftOutStep, digest, numbers_of, read_record
from realsr.training.state import TrainState, first_state
from realsr.training.steps import (
    StepReport,
    discriminator_step,
    generator_step,
    looked_at,
    randomness_of,
)


@dataclass(frozen=True)
class PairFindings:
    """One pair alone: the generator's terms, and whether its HR and LR are finite numbers."""

    source: str
    variant: int
    terms: dict[str, float | str]
    finite: bool


@dataclass(frozen=True)
class RepeatedStep:
    """terms: of the repeated step, by side. same_batch: whether the pairs are those of the record, bit for bit.
    same_terms: whether the terms of its side are. pairs: each alone. weights: tensors of the networks that hold
    what is no finite number."""

    record: LeftOutStep
    terms: dict[str, dict[str, float | str]]
    same_batch: bool
    same_terms: bool
    pairs: tuple[PairFindings, ...]
    weights: tuple[str, ...]


def replay_step(
    path: Path,
    out: Path | None = None,
    rows: Rows = NO_ROWS,
    tell: Callable[[str], None] = lambda sentence: None,
) -> RepeatedStep:
    """Repeats the step of a record in the folder of its training. out: a folder for the pictures.

    Raises TrainingError, ForeignFileError, and what the data and networks raise.
    """
    record, weights = read_record(path)
    run = TrainingFolder(path.parent.parent)
    if not run.config.exists():
        raise TrainingError(f"{path} lies in no folder of a training: {run.config} is absent")
    config = read_config(run.config, rows=rows).model_copy(update={"start_from": None})
    given = material(config, compared=False)
    state = first_state(config, launched(config))
    prepare(state, given, run, tell)
    batch = _batch(record, config, given, state)
    _fill(state, weights)
    pairs = tuple(_pair(state, batch, number) for number in range(len(batch.hr)))
    bad = _unsound(state)
    _fill(state, weights)
    reports = _repeat(state, batch, record, weights)
    terms = {side: numbers_of(report) for side, report in reports.items()}
    if out is not None:
        _write(out, batch, reports["generator"].sr)
    same = (digest(batch.hr), digest(batch.lr)) == (record.hr, record.lr)
    return RepeatedStep(
        record, terms, same, terms[record.side] == record.terms[record.side], pairs, bad
    )


def _batch(
    record: LeftOutStep, config: TrainingConfig, given: Any, state: TrainState
) -> TrainingBatch:
    told, share = Told.of(state.generator), Share(record.rank, record.world)
    traces = [trace_from_data(pair.trace) for pair in record.pairs if pair.trace is not None]
    batches = Batches(config, given.photographs, given.stored, given.pipelines, share, told)
    with closing(batches):
        return batches.at(record.step - 1, state.fabric.device, traces)


def _fill(state: TrainState, weights: dict[str, Any]) -> None:
    with restoring():
        state.generator.load_state_dict(weights["generator"])
        if state.ema is not None:
            state.ema.load_state_dict(weights["ema"])
        if state.rival is not None:
            state.rival.network.load_state_dict(weights["discriminator"])
            if (adaptation := state.rival.adaptation) is not None:
                adaptation.share = float(weights["adaptation"]["share"])
        state.step = int(weights["step"])


def _repeat(
    state: TrainState, batch: TrainingBatch, record: LeftOutStep, weights: dict[str, Any]
) -> dict[str, StepReport]:
    """The step's own two functions; what they change of this state is nobody's. The discriminator's looks
    at the images that were made before the generator moved."""
    with randomness_of(state):
        reports = {"generator": generator_step(state, batch)}
        if record.side == "discriminator":
            with restoring():
                sr = weights["sr"].to(batch.hr)
            reports["discriminator"] = discriminator_step(state, batch, sr)
    return reports


def _pair(state: TrainState, batch: TrainingBatch, number: int) -> PairFindings:
    part = batch.share(slice(number, number + 1))
    key = batch.keys[number]
    finite = bool(torch.isfinite(part.hr).all() and torch.isfinite(part.lr).all())
    with randomness_of(state):
        report = looked_at(state, part)
    return PairFindings(key.source, key.variant, numbers_of(report, gradient=False), finite)


def _unsound(state: TrainState) -> tuple[str, ...]:
    networks: dict[str, nn.Module] = {"generator": state.generator}
    if state.rival is not None:
        networks["discriminator"] = state.rival.network
    return tuple(
        f"{side} {name}"
        for side, network in networks.items()
        for name, each in network.state_dict().items()
        if not bool(torch.isfinite(each.float()).all())
    )


def _write(out: Path, batch: TrainingBatch, sr: Tensor | None) -> None:
    """`00_hr.png`, `00_lr.png`, `00_sr.png`, ...; what is no number is black."""
    make_directory(out)
    kinds: Sequence[tuple[str, Tensor | None]] = (("hr", batch.hr), ("lr", batch.lr), ("sr", sr))
    for name, images in kinds:
        for number, image in enumerate(() if images is None else images):
            pixels = to_bytes(torch.nan_to_num(image.float(), 0.0, 1.0, 0.0).clamp(0, 1))
            write_whole(out / f"{number:02d}_{name}.png", encode_png(pixels))
