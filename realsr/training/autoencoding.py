"""The autoencoder of a training, which is trained before the first step and kept beside the states."""

from __future__ import annotations

from collections.abc import Callable

import torch
from safetensors.torch import save
from torch.nn import functional

from realsr.files.whole import write_whole
from realsr.models.checkpoints import load_weights
from realsr.models.errors import ModelError
from realsr.training.batches import Batches, Told
from realsr.training.check import Material
from realsr.training.errors import TrainingError
from realsr.training.folder import TrainingFolder
from realsr.training.state import TrainState

NAME = "autoencoder.safetensors"
_TOLD = 4
"""Lines that it tells of its training."""


def prepare(
    state: TrainState, given: Material, run: TrainingFolder, tell: Callable[[str], None]
) -> None:
    """Before the first step: the autoencoder is as its folder keeps it, trained there if it does not.

    A kill in its training begins it again, with the same outcome. Raises TrainingError, StorageError.
    """
    if state.autoencoder is None or state.config.autoencoder is None:
        return
    if state.config.autoencoder.file is not None:
        return
    path = run.root / NAME
    if state.fabric.is_global_zero and not path.exists():
        _train(state, given, tell)
        write_whole(path, save({k: v.cpu() for k, v in state.autoencoder.state_dict().items()}))
    state.fabric.barrier()
    try:
        load_weights(state.autoencoder, path)
    except ModelError as error:
        raise TrainingError(f"{path}: {error}; remove it to train it again") from error


def _train(state: TrainState, given: Material, tell: Callable[[str], None]) -> None:
    """By L1 on the HR of the training's first batches."""
    config, network = state.config, state.autoencoder
    assert config.autoencoder is not None
    assert network is not None
    steps = config.autoencoder.steps
    batches = Batches(
        config, given.photographs, given.stored, given.pipelines, told=Told.of(state.generator)
    )
    network.train().requires_grad_(True)
    optimiser = torch.optim.Adam(network.parameters(), lr=config.autoencoder.lr)
    try:
        for step in range(steps):
            hr = batches.at(step, state.fabric.device).hr
            optimiser.zero_grad(set_to_none=True)
            loss = functional.l1_loss(network(hr), hr)
            state.fabric.backward(loss)
            optimiser.step()
            if (step + 1) % max(steps // _TOLD, 1) == 0:
                tell(f"autoencoder, step {step + 1}/{steps}: l1 {loss.item():.4g}")
    finally:
        batches.close()
        network.requires_grad_(False).eval()
