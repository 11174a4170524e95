"""The card in a model file: what the network is and how it came to be.

A model file is safetensors: the state dict, and in the metadata the card as JSON under `realsr`.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch
from pydantic import ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from degrade.foreign import ForeignFileError, open_foreign
from degrade.reader.records import Strict
from degrade.reader.sentences import lines, placed
from degrade.table import Table
from realsr.models.base import Architecture
from realsr.models.errors import ModelError
from realsr.models.table import ARCHITECTURES, build

CARD = "realsr"
"""The key of the card in the file's metadata."""


class ModelCard(Strict):
    """architecture, arguments: how to build it. colour: what it sees. trained_on: degradation of the training
    pairs. pipeline_digests: by scale. objective: the loss. steps: of training. ema: whether the weights are a
    moving average. None is unknown.
    """

    model_config = ConfigDict(extra="ignore")

    architecture: str
    arguments: dict[str, Any]
    scale: int
    colour: str
    trained_on: str | None = None
    pipeline_digests: dict[str, str] = Field(default_factory=dict)
    objective: str | None = None
    seed: int | None = None
    steps: int | None = None
    ema: bool = False
    versions: dict[str, str] = Field(default_factory=dict)

    def built(
        self, scale: int | None = None, architectures: Table[Architecture[Any]] = ARCHITECTURES
    ) -> nn.Module:
        """The network with initial weights, at another scale if told. Raises ModelError."""
        arguments = self.arguments if scale is None else {**self.arguments, "scale": scale}
        row = architectures.row(self.architecture)
        return build(row, **{"scale": self.scale, **arguments})


def read_card(path: Path) -> ModelCard | None:
    """The card of a file; None for any file without one. Raises ModelError for a card that cannot be read."""
    if path.suffix.lower() != ".safetensors":
        return None
    try:
        open_foreign(path).close()
        with safe_open(path, framework="pt") as file:
            text = (file.metadata() or {}).get(CARD)
    except ForeignFileError as error:
        raise ModelError(
            f"cannot read {path}: {error.reason}; expected a safetensors file"
        ) from error
    except (OSError, SafetensorError) as error:
        raise ModelError(f"cannot read {path}: {error}; expected a safetensors file") from error
    return None if text is None else parsed_card(text, path)


def parsed_card(text: str, path: Path) -> ModelCard:
    """A card from its JSON. Raises ModelError naming the file."""
    try:
        return ModelCard.model_validate_json(text)
    except ValidationError as error:
        raise ModelError(f"{path}: its card is wrong: {lines(error, placed)[0]}") from error


def model_bytes(network: nn.Module, card: ModelCard | None) -> bytes:
    """A network and its card as a safetensors file's bytes."""
    # No second key beside the card: safetensors writes several in an order that changes from call to call.
    return save(_tensors(network), None if card is None else {CARD: card.model_dump_json()})


def pth_bytes(network: nn.Module) -> bytes:
    """A network's weights as the bytes of a torch file: the state dict under `params`, as BasicSR saves one.

    It holds tensors alone (`weights_only`), and no card.
    """
    content = io.BytesIO()
    torch.save({"params": _tensors(network)}, content)
    return content.getvalue()


def _tensors(network: nn.Module) -> dict[str, Tensor]:
    state = network.state_dict()
    return {name: tensor.detach().cpu().contiguous().clone() for name, tensor in state.items()}
