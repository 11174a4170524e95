"""Trained networks as files: safetensors with a card that says what they are and how they came to be."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from realsr.files.whole import make_directory, write_whole
from realsr.models.bounds import built_within
from realsr.models.cards import ModelCard, model_bytes, read_card
from realsr.models.checkpoints import load_weights
from realsr.models.errors import ModelError
from realsr.rows import NO_ROWS, Rows
from realsr.training.errors import TrainingError


def save_model(path: Path, network: nn.Module, card: ModelCard) -> None:
    """Writes a network whole or not at all. Raises StorageError."""
    make_directory(path.parent)
    write_whole(path, model_bytes(network, card))


def model_card(path: str | Path) -> ModelCard:
    """The card of a file. Raises TrainingError where there is none."""
    try:
        card = read_card(Path(path))
    except ModelError as error:
        raise TrainingError(str(error)) from error
    if card is None:
        raise TrainingError(
            f"{path} has no card of a training in its metadata: build the network and take "
            "realsr.models.checkpoints.load_weights"
        )
    return card


def load_model(path: str | Path, rows: Rows = NO_ROWS) -> nn.Module:
    """The network of a file, ready to enlarge: in evaluation mode, on the CPU. Raises TrainingError.

    rows: a caller's own, whose networks it may be of.
    """
    card, file = model_card(path), Path(path)
    try:
        network = built_within(
            lambda: card.built(architectures=rows.architectures), file.stat().st_size, str(path)
        )
        load_weights(network, file)
    except ModelError as error:
        raise TrainingError(str(error)) from error
    return network.eval()
