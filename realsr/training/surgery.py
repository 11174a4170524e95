"""Gradients of terms that pull against one another, less what is opposed (PCGrad).

Yu et al., Gradient Surgery for Multi-Task Learning, NeurIPS 2020, algorithm 1: each term's gradient loses its
part along every other term's that it is opposed to, one after the other in a random order;
then all are summed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from realsr.losses.objective import Losses
from realsr.training.processes import mean_over

if TYPE_CHECKING:
    from lightning_fabric import Fabric


class TermGradients:
    """Each weighted term's gradient on all parameters, a row of (terms, weights), summed over parts."""

    def __init__(self, parameters: Sequence[Tensor]) -> None:
        self.parameters = parameters
        self.rows: dict[str, Tensor] = {}

    def add(self, losses: Losses, share: float) -> None:
        """Takes a part, whose losses count by `share`; the graph may go afterwards."""
        for label, value in losses.weighted.items():
            if not value.requires_grad:
                continue
            found = torch.autograd.grad(
                value * share, self.parameters, retain_graph=True, allow_unused=True
            )
            row = torch.cat([_flat(*each) for each in zip(found, self.parameters, strict=True)])
            self.rows[label] = self.rows[label] + row if label in self.rows else row

    def operate(self, fabric: Fabric, seed: int, step: int) -> None:
        """Puts the sum of what is left into the parameters' `.grad`; the same in all processes."""
        if not self.rows:
            return
        rows = torch.stack([mean_over(fabric, row) for row in self.rows.values()])
        whole = projected(rows, orders(len(rows), seed, step))
        sizes = [each.numel() for each in self.parameters]
        for each, part in zip(self.parameters, torch.split(whole, sizes), strict=True):
            each.grad = part.view_as(each).clone()


def projected(rows: Tensor, others: Sequence[Sequence[int]]) -> Tensor:
    """Sum over the rows (terms, n), each less its part along the rows that it is opposed to; others: for each
    row, in which order it meets the rest."""
    square = rows.square().sum(dim=1)
    left = []
    for number, order in enumerate(others):
        row = rows[number]
        for other in order:
            along = torch.dot(row, rows[other])
            opposed = (along < 0) & (square[other] > 0)
            row = row - torch.where(opposed, along / square[other], 0.0) * rows[other]
        left.append(row)
    return torch.stack(left).sum(dim=0)


def orders(count: int, seed: int, step: int) -> list[list[int]]:
    """For each of so many rows the others in a random order, which (seed, step) decide."""
    digest = hashlib.blake2b(f"{seed} {step} surgery".encode(), digest_size=8).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest) >> 1)
    drawn = [torch.randperm(count, generator=generator).tolist() for _ in range(count)]
    return [[other for other in order if other != row] for row, order in enumerate(drawn)]


def cosines(gradients: dict[str, Tensor]) -> dict[str, float]:
    """Of the angle between each two terms' gradients, `first|second`; without those of no length."""
    labels = list(gradients)
    flat = {label: each.flatten().double() for label, each in gradients.items()}
    norms = {label: float(torch.linalg.vector_norm(each)) for label, each in flat.items()}
    return {
        f"{one}|{other}": float(torch.dot(flat[one], flat[other])) / (norms[one] * norms[other])
        for number, one in enumerate(labels)
        for other in labels[number + 1 :]
        if norms[one] * norms[other] > 0
    }


def _flat(gradient: Tensor | None, parameter: Tensor) -> Tensor:
    return torch.zeros_like(parameter).flatten() if gradient is None else gradient.flatten()
