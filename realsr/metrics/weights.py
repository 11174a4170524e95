"""The files that metrics are computed with: named by the caller, or put there by another package.

Nothing is fetched. A metric whose files are not there is said to lack them, and the rest of a run goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from realsr.backbones.errors import MissingWeightsError
from realsr.backbones.weights import check_digest
from realsr.files.faults import all_of
from realsr.metrics.errors import MetricError
from realsr.metrics.metric import Compute, Metric, Trained, WeightFile
from realsr.metrics.table import METRICS

Files = Mapping[str, str]
"""Paths, or the word of a file, by the names of weight files."""


@dataclass(frozen=True)
class FoundWeights:
    """What was found, by metric. computes: the metrics with their files inside. digests: of those files.
    reasons: why a metric has none.
    """

    computes: Mapping[str, Compute] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


def weight_names(metrics: Iterable[Metric]) -> tuple[str, ...]:
    """What files of weights may be named for."""
    names = [file.name for row in metrics for file in _files(row)]
    return tuple(dict.fromkeys(names))


def check_names(names: Iterable[str], metrics: Iterable[Metric]) -> None:
    """Raises MetricError for a name that no metric has a file for."""
    known = weight_names(metrics)
    for name in names:
        if name not in known:
            raise MetricError(
                f"no metric has weights called {name!r}; there are {', '.join(known)}"
            )


def found_weights(
    files: Files,
    metrics: Collection[str],
    device: torch.device,
    table: Mapping[str, Metric] = METRICS,
) -> FoundWeights:
    """Everything that is there for `metrics`, rows of the table; networks are loaded, on the device.

    Raises MetricError for a file that was named and cannot serve, or that none of the metrics asks for.
    """
    rows = [row for row in table.values() if row.name in metrics]
    check_names(files, table.values())
    _refuse_unserviceable(files, rows, table.values())
    computes: dict[str, Compute] = {}
    digests: dict[str, str] = {}
    reasons: dict[str, str] = {}

    def find(name: str, trained: Trained) -> None:
        try:
            paths = [_path_of(file, files) for file in trained.files]
            computes[name] = _loaded(name, trained, paths, files, device)
        except MissingWeightsError as error:
            reasons[name] = str(error)
        else:
            digests[name] = digest_of(paths)

    all_of(
        lambda row: find(*row), [(row.name, row.trained) for row in rows if row.trained is not None]
    )
    return FoundWeights(computes, digests, reasons)


def digest_of(paths: Sequence[Path]) -> str:
    """Twelve digits of the SHA-256 over the files' own."""
    state = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            state.update(hashlib.file_digest(file, "sha256").digest())
    return state.hexdigest()[:12]


def _refuse_unserviceable(files: Files, metrics: Iterable[Metric], known: Iterable[Metric]) -> None:
    """Raises MetricError for a named file that no metric asks for, or that is not there.

    known: all metrics that there are, from which some would ask for it.
    """
    words = {file.name: file.word for row in metrics for file in _files(row)}
    all_of(lambda each: _refuse_file(*each, words, known), files.items())


def _refuse_file(
    name: str, path: str, words: Mapping[str, str | None], known: Iterable[Metric]
) -> None:
    if name not in words:
        users = sorted(row.name for row in known if name in weight_names([row]))
        raise MetricError(
            f"weights for {name}, and no column that needs them: add {' or '.join(users)} to the "
            f"metrics, or leave {name} out"
        )
    if not Path(path).is_file() and path != words[name]:
        raise MetricError(
            f"weights {name}={path}: no such file; give the path of a file of weights"
        )


def _files(row: Metric) -> tuple[WeightFile, ...]:
    return () if row.trained is None else row.trained.files


def _path_of(file: WeightFile, files: Files) -> Path:
    """Where a file is: where it was named, or its usual place. Raises MissingWeightsError."""
    named = files.get(file.name)
    if named is not None and named != file.word:
        return Path(named)
    for path in file.usual():
        if path.is_file():
            return path
    if named is not None:
        raise MetricError(f"weights {file.name}={named}: {file.missing()}")
    raise MissingWeightsError(file.missing())


def _loaded(
    name: str, trained: Trained, paths: Sequence[Path], files: Files, device: torch.device
) -> Compute:
    try:
        for file, path in zip(trained.files, paths, strict=True):
            if file.name not in files:
                check_digest(path, file.digest)
        return trained.load(paths, device)
    except (MissingWeightsError, MetricError) as error:
        if any(file.name in files for file in trained.files):
            raise MetricError(f"weights for {name}: {error}") from error
        raise
