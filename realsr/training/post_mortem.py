"""What is kept of a step that was not taken: which term, which pairs by which traces, the networks before it.

`post_mortem/step_000000012.json` says it in words and numbers, and the file of weights beside it holds the
networks, so that the step can be repeated: the same crops, the traces of the record, the same random numbers.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import ValidationError
from torch import Tensor, nn

from degrade import Key
from degrade.reader.records import Strict
from realsr.files.json_lines import json_line, read_json
from realsr.files.tensors import TensorsError, read_tensors
from realsr.files.whole import make_directory, write_whole
from realsr.training.batches import TrainingBatch
from realsr.training.errors import TrainingError
from realsr.training.reports import numbers
from realsr.training.state import TrainState, content
from realsr.training.steps import StepReport

FOLDER = "post_mortem"
KEPT = 3
"""Records in a folder; older ones go."""
VERSION = 1
Side = Literal["generator", "discriminator"]


class RecordedPair(Strict):
    """By what a pair is drawn; trace: what was drawn, None for a stored pair."""

    seed: int
    source: str
    variant: int
    trace: dict[str, Any] | None = None


class LeftOutStep(Strict):
    """step: from 1, as in the log. side: whose step was left out. terms: of both sides, `nan` and `inf` as
    words. hr, lr: SHA-256 of the batch's values. rank, world: the process whose pairs these are."""

    version: int = VERSION
    step: int
    side: Side
    culprit: str
    terms: dict[str, dict[str, float | str]]
    pairs: tuple[RecordedPair, ...]
    hr: str
    lr: str
    rank: int = 0
    world: int = 1


class Buffers:
    """Running statistics, and how often views change, before a step, which moves them in any case."""

    def __init__(self, state: TrainState) -> None:
        self.rival = rival = state.rival
        self.share = 0.0
        self.networks: dict[str, nn.Module] = {"generator": state.generator}
        if rival is not None:
            self.networks["discriminator"] = rival.network
        self.kept: dict[str, dict[str, Tensor]] = {}

    def keep(self) -> None:
        """To be called before each step."""
        self.kept = {
            name: {key: each.clone() for key, each in network.named_buffers()}
            for name, network in self.networks.items()
        }
        if self.rival is not None and self.rival.adaptation is not None:
            self.share = self.rival.adaptation.share


def write(
    root: Path,
    state: TrainState,
    before: Buffers,
    batch: TrainingBatch,
    reports: tuple[StepReport, StepReport | None],
    culprit: str,
) -> Path:
    """Writes a record and its weights; the record's path. Raises StorageError."""
    report, rival = reports
    fabric = state.fabric
    record = LeftOutStep(
        step=state.step + 1,
        side="generator" if not report.taken else "discriminator",
        culprit=culprit,
        terms={"generator": numbers_of(report)}
        | ({"discriminator": numbers_of(rival)} if rival else {}),
        pairs=_pairs(batch),
        hr=digest(batch.hr),
        lr=digest(batch.lr),
        rank=fabric.global_rank,
        world=fabric.world_size,
    )
    folder = root / FOLDER
    make_directory(folder)
    path = folder / f"step_{record.step:09d}{_rank(record)}.json"
    buffer = io.BytesIO()
    torch.save(_networks(state, before, report), buffer)
    write_whole(weights_of(path), buffer.getvalue())
    write_whole(path, json_line(record.model_dump(mode="json")))
    for old in sorted(folder.glob(f"step_*{_rank(record)}.json"))[:-KEPT]:
        old.unlink()
        weights_of(old).unlink(missing_ok=True)
    return path


def read_record(path: Path) -> tuple[LeftOutStep, dict[str, Any]]:
    """A record and the networks beside it. Raises TrainingError, ForeignFileError."""
    try:
        record = LeftOutStep.model_validate(read_json(path))
        weights = read_tensors(weights_of(path))
    except (ValidationError, ValueError, TensorsError) as error:
        raise TrainingError(
            f"{path} is no record of a step that was left out, or its weights are gone: "
            f"{str(error).splitlines()[0]}; expected a {FOLDER}/step_*.json of a training, with the .pt "
            "beside it"
        ) from error
    if record.version != VERSION or not isinstance(weights, dict):
        raise TrainingError(f"{path} is of version {record.version}; expected {VERSION}")
    return record, weights


def weights_of(path: Path) -> Path:
    """The file of weights beside a record."""
    return path.with_suffix(".pt")


def digest(images: Tensor) -> str:
    """SHA-256 of the values in order."""
    return hashlib.sha256(images.detach().float().cpu().contiguous().numpy().tobytes()).hexdigest()


def _rank(record: LeftOutStep) -> str:
    return f"_rank{record.rank}" if record.world > 1 else ""


def numbers_of(report: StepReport, *, gradient: bool = True) -> dict[str, float | str]:
    """The terms, and the length of the gradient; JSON has neither NaN nor infinity, which become words."""
    told = numbers(report.raw) | ({"gradient": float(report.gradient)} if gradient else {})
    return {name: each if math.isfinite(each) else str(each) for name, each in told.items()}


def _pairs(batch: TrainingBatch) -> tuple[RecordedPair, ...]:
    traces: list[dict[str, Any] | None] = [trace.to_data() for trace in batch.traces]
    traces = traces or [None] * len(batch.keys)
    return tuple(_pair(key, trace) for key, trace in zip(batch.keys, traces, strict=True))


def _pair(key: Key, trace: dict[str, Any] | None) -> RecordedPair:
    return RecordedPair(seed=key.seed, source=key.source, variant=key.variant, trace=trace)


def _networks(state: TrainState, before: Buffers, report: StepReport) -> dict[str, Any]:
    """All that a step looks at but the optimisers."""
    dropped = {"optimiser", "discriminator_optimiser", "precision"}
    found = {key: value for key, value in content(state).items() if key not in dropped}
    for name, buffers in before.kept.items():
        found[name] = _with(found[name], buffers)
    if "adaptation" in found:
        found["adaptation"] = {"share": before.share}
    if report.taken and report.sr is not None:
        found["sr"] = report.sr.detach()
    return found


def _with(weights: Mapping[str, Tensor], buffers: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return dict(weights) | {key: each for key, each in buffers.items() if key in weights}
