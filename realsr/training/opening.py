"""What a training says of itself before its first step."""

from __future__ import annotations

import torch

from realsr.models.table import parameter_count
from realsr.training.check import Material
from realsr.training.state import TrainState


def opening(state: TrainState, given: Material) -> str:
    """`espcn x3, 22,729 parameters, on cpu by 4 threads: 7 photographs, 16 pairs a step, 2000 steps`."""
    config = state.config
    network = f"{config.model.name} x{config.model.scale}, {parameter_count(state.generator):,} parameters"
    if state.rival is not None and config.discriminator is not None:
        network += (
            f", against {config.discriminator.name}, {parameter_count(state.rival.network):,}"
        )
    return f"{network}, on {_devices(state)}: {_data(state, given)}, {config.steps} steps"


def _devices(state: TrainState) -> str:
    device, world = state.fabric.device, state.fabric.world_size
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    else:
        threads = torch.get_num_threads()
        name = f"{device} by {threads} thread{'s' if threads > 1 else ''}"
    return f"{name}, one of {world} processes" if world > 1 else name


def _data(state: TrainState, given: Material) -> str:
    kinds = (("photographs", given.photographs), ("stored pairs", given.stored))
    counts = [f"{len(each)} {kind}" for kind, each in kinds if each is not None]
    pairs = state.config.data.batch * state.fabric.world_size
    return f"{' and '.join(counts)}, {pairs} pairs a step"
