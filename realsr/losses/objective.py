"""The objective of a generator: a weighted sum of named losses, each seen raw, weighted and by its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from realsr.losses.base import Batch, Evaluate, check_needs
from realsr.losses.errors import LossError
from realsr.losses.schedules import weight_at
from realsr.losses.terms import LossTerm


@dataclass(frozen=True)
class Losses:
    """Scalars of one step by label: before and after their weights, and the sum to descend."""

    raw: dict[str, Tensor]
    weighted: dict[str, Tensor]
    total: Tensor

    @staticmethod
    def of(raw: dict[str, Tensor], weights: dict[str, float]) -> Losses:
        """Weighs and sums."""
        weighted = {label: weights[label] * value for label, value in raw.items()}
        return Losses(raw, weighted, torch.stack(list(weighted.values())).sum())


@runtime_checkable
class Prepared(Protocol):
    """A loss that can load its weights before the first step."""

    def prepare(self) -> object: ...


class Objective:
    """Evaluates its terms on a batch.

    Labels name terms, and no two are alike. A term whose weight is 0 at a step is still evaluated for the
    log, without gradient. training: steps in all, for weights that run over shares of them. Raises LossError.
    """

    def __init__(self, terms: Sequence[LossTerm], training: int | None = None) -> None:
        labels = [term.label for term in terms]
        twice = [label for label in labels if labels.count(label) > 1]
        if twice or not terms:
            raise LossError(
                f"two terms are called {twice[0]}: give one a label"
                if twice
                else "no terms: expected at least one"
            )
        self.terms, self.training = tuple(terms), training
        self.losses: list[Evaluate] = [term.built() for term in self.terms]

    @property
    def needs(self) -> frozenset[str]:
        """Fields of Batch beyond sr and hr that the terms look at."""
        return frozenset(name for term in self.terms for name in term.needs)

    def prepare(self) -> None:
        """Loads all weights now instead of at the first step. Raises MissingWeightsError."""
        for loss in self.losses:
            if isinstance(loss, Prepared):
                loss.prepare()

    def evaluate(self, batch: Batch, step: int = 0) -> Losses:
        """All terms on one batch. step: from 0, for weights on a schedule. Raises MissingInputError."""
        for term in self.terms:
            check_needs(batch, term.needs, term.label)
        weights = {term.label: weight_at(term.weight, step, self.training) for term in self.terms}
        raw = {}
        for term, loss in zip(self.terms, self.losses, strict=True):
            with torch.set_grad_enabled(torch.is_grad_enabled() and weights[term.label] != 0):
                raw[term.label] = _value(term, loss, batch)
        return Losses.of(raw, weights)


def _value(term: LossTerm, loss: Evaluate, batch: Batch) -> Tensor:
    seen = batch.widened().in_domain(term.domain)
    if term.levels == "alone":
        values = [loss(seen.at_level(sr, hr)) for sr, hr in seen.levels]
        if not values:
            raise LossError(f"{term.label} is of the levels alone, and the network gives none")
        return torch.stack(values).mean()
    value = loss(seen)
    for sr, hr in seen.levels if term.levels else ():
        value = value + loss(seen.at_level(sr, hr))
    return value


def term_gradients(losses: Losses, parameter: Tensor) -> dict[str, Tensor]:
    """Each weighted term's gradient on a parameter, by label; its length is the term's pull, before the sum.

    parameter: commonly the weight of the generator's last layer. Zeros for a term that does not reach it. The
    graph is kept, so that `total.backward()` may follow; the parameter's own .grad is not touched.
    """
    return {label: _gradient(value, parameter) for label, value in losses.weighted.items()}


def _gradient(value: Tensor, parameter: Tensor) -> Tensor:
    if not value.requires_grad:
        return torch.zeros_like(parameter)
    (gradient,) = torch.autograd.grad(value, parameter, retain_graph=True, allow_unused=True)
    return torch.zeros_like(parameter) if gradient is None else gradient
