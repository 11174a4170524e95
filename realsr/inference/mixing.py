"""Two trained networks mixed weight by weight: network interpolation (Wang et al., ESRGAN, 2018, sec. 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from degrade.table import Table
from realsr.files.faults import all_of
from realsr.inference.errors import InferenceError
from realsr.models.base import Architecture
from realsr.models.bounds import built_within
from realsr.models.cards import ModelCard, read_card
from realsr.models.checkpoints import compare, load_weights, read_checkpoint
from realsr.models.dialects import StateDict, understood
from realsr.models.elsewhere.detection import Detected, detected
from realsr.models.elsewhere.rows import is_elsewhere
from realsr.models.recognition import recognised
from realsr.models.table import ARCHITECTURES


def mixed(first: Mapping[str, Tensor], second: Mapping[str, Tensor], alpha: float) -> StateDict:
    """(1 - alpha) first + alpha second, tensor by tensor, in memory of its own.

    alpha: 0 gives the first, 1 the second, beyond them it extrapolates. What is counted, not learned (whole
    numbers), is the nearer network's, halfway the first's. It means something only where one network was
    trained on from the other: two that were trained apart have the same function in other places. Raises
    InferenceError where their tensors differ in name or shape.
    """
    report = compare(first, dict(second))
    if not report.complete:
        raise InferenceError(
            f"these are two different networks, so nothing lies between them: {report}"
        )
    return {key: _between(value, second[key], alpha) for key, value in first.items()}


def interpolated(
    first: Path,
    second: Path,
    alpha: float,
    scale: int | None = None,
    architectures: Table[Architecture[Any]] = ARCHITECTURES,
) -> tuple[nn.Module, ModelCard]:
    """The network between two files of one architecture, and its card.

    alpha: 0 gives the first, 1 the second, beyond them it extrapolates. architectures: ours, or with a caller's
    own. Raises InferenceError, ModelError.
    """
    cards = all_of(lambda path: card_of(path, scale, architectures), (first, second))
    if cards[0].architecture != cards[1].architecture or cards[0].scale != cards[1].scale:
        kinds = " and ".join(f"{card.architecture} x{card.scale}" for card in cards)
        raise InferenceError(f"{first} and {second} are {kinds}: only two of one kind can be mixed")
    one, other = (understood(read_checkpoint(path)) for path in (first, second))
    network = cards[0].built(architectures=architectures)
    load_weights(network, mixed(one, other, alpha))
    return network.eval(), _mixed_card(cards[0], cards[1], alpha)


def card_of(
    path: Path,
    scale: int | None = None,
    architectures: Table[Architecture[Any]] = ARCHITECTURES,
) -> ModelCard:
    """The card of a model file, or one that says what a bare state dict is: of ours at default arguments, or of
    whatever spandrel knows and we build. Raises InferenceError, ModelError."""
    card = read_card(path)
    if card is not None:
        return card
    content = read_checkpoint(path)
    fit = recognised(understood(content), scale, str(path), architectures.values())
    found = detected(content, str(path)) if fit is None else Detected(fit[0].name, dict(fit[1]))
    if found is None:
        raise InferenceError(
            f"{path}: not one of our architectures at its default arguments, nor one of spandrel's, nor with a "
            "card"
        )
    return ModelCard(
        architecture=found.name,
        arguments=found.arguments,
        scale=found.arguments["scale"],
        colour=_seen(found),
    )


def _seen(found: Detected) -> str:
    """Three channels are colours; one is the luma in a network of ours, and grey in one of spandrel's."""
    if found.arguments["channels"] != 1:
        return "rgb"
    return "grey" if is_elsewhere(found.name) else "y"


def loaded(
    path: Path,
    scale: int | None = None,
    architectures: Table[Architecture[Any]] = ARCHITECTURES,
) -> tuple[nn.Module, ModelCard]:
    """A network of ours from a file, ready to enlarge, and its card. Raises InferenceError, ModelError."""
    card = card_of(path, scale, architectures)
    network = built_within(
        lambda: card.built(architectures=architectures), path.stat().st_size, str(path)
    )
    load_weights(network, path)
    return network.eval(), card


def _between(first: Tensor, second: Tensor, alpha: float) -> Tensor:
    if first.is_floating_point():
        return torch.lerp(first, second, alpha)
    return (first if alpha <= 0.5 else second).clone()


def _mixed_card(first: ModelCard, second: ModelCard, alpha: float) -> ModelCard:
    def both(one: str | None, other: str | None) -> str | None:
        if one == other:
            return one
        return f"{1 - alpha:g} {one or 'unknown'} + {alpha:g} {other or 'unknown'}"

    changes = {
        "trained_on": both(first.trained_on, second.trained_on),
        "objective": both(first.objective, second.objective),
        "pipeline_digests": {**first.pipeline_digests, **second.pipeline_digests}
        if first.trained_on == second.trained_on
        else {},
        "seed": first.seed if first.seed == second.seed else None,
        "steps": first.steps if first.steps == second.steps else None,
    }
    return first.model_copy(update=changes)
