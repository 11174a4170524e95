"""Rows of the mismatch matrix: trainings that differ in nothing but the seed are one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from realsr.statistics.untold import StatisticsError, Untold


@dataclass(frozen=True)
class TrainedModel:
    """A model as the run knows it. trained_on: the name of a test set, None is unknown. family: what its
    siblings share (architecture and budget); models of one family, degradation and loss are trainings of one
    row."""

    name: str
    trained_on: str | None = None
    loss: str | None = None
    seed: int | None = None
    family: str | None = None


@dataclass(frozen=True)
class MatrixRow:
    """One row: its name and the trainings behind it."""

    name: str
    models: tuple[TrainedModel, ...]

    @property
    def trained_on(self) -> str | None:
        return self.models[0].trained_on

    @property
    def loss(self) -> str | None:
        return self.models[0].loss

    @property
    def family(self) -> str | None:
        return self.models[0].family


def rows_of(models: Sequence[TrainedModel]) -> tuple[MatrixRow, ...]:
    """Models as rows, in the order of their first training.

    Pooled are models of one family, degradation and loss with different seeds; a model that lacks any of the
    four is a row of its own. Raises StatisticsError for two models of one name.
    """
    groups: dict[tuple[str | None, ...], list[TrainedModel]] = {}
    names = [model.name for model in models]
    if len(set(names)) != len(names):
        raise StatisticsError(f"two models have one name: {sorted(names)}")
    for model in models:
        groups.setdefault(_identity(model), []).append(model)
    return tuple(MatrixRow(_name(group), tuple(group)) for group in groups.values())


def diagonal(rows: Sequence[MatrixRow], row: MatrixRow, test_set: str) -> MatrixRow | Untold:
    """The row that was trained on this very set, with the loss and of the family of `row`: its oracle there."""
    if row.trained_on is None:
        return Untold("no diagonal: what it was trained on is unknown")
    found = [
        other
        for other in rows
        if (other.trained_on, other.loss, other.family) == (test_set, row.loss, row.family)
    ]
    if len(found) == 1:
        return found[0]
    if row in found:
        return row
    kind = f" with loss {row.loss}" if row.loss else ""
    if not found:
        return Untold(f"no diagonal: no sibling was trained on {test_set}{kind}")
    names = ", ".join(other.name for other in found)
    return Untold(f"no diagonal: {names} were all trained on {test_set}{kind}; name their families")


def twins(models: Sequence[TrainedModel]) -> tuple[TrainedModel, ...]:
    """The first models that would be of one row and have one seed, which no row can hold; or none."""
    for number, model in enumerate(models):
        same = [
            other
            for other in models[number:]
            if (_identity(other), other.seed) == (_identity(model), model.seed)
        ]
        if len(same) > 1:
            return tuple(same)
    return ()


def _identity(model: TrainedModel) -> tuple[str | None, ...]:
    known = (model.family, model.trained_on, model.loss)
    if model.seed is None or None in known:
        return ("alone", model.name)
    return ("pooled", *known)


def _name(group: Sequence[TrainedModel]) -> str:
    first = group[0]
    if len(group) == 1:
        return first.name
    if same := twins(group):
        names = ", ".join(model.name for model in same)
        raise StatisticsError(f"{names} claim one seed; trainings of one row differ in their seeds")
    return f"{first.family}, {first.trained_on}, {first.loss}"
