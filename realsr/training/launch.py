"""Fabric, from a configuration and the environment that torchrun sets."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

import torch

from degrade.errors import MissingExtraError
from realsr.training.batches import Share
from realsr.training.config import TrainingConfig
from realsr.training.errors import TrainingError

if TYPE_CHECKING:
    from lightning_fabric import Fabric

_PRECISION: dict[str, Literal["32-true", "bf16-mixed", "16-mixed"]] = {
    "32": "32-true",
    "bf16": "bf16-mixed",
    "fp16": "16-mixed",
}


def launched(config: TrainingConfig) -> Fabric:
    """This process among those of `torchrun`, or alone; nccl on GPUs, gloo on CPUs.

    Raises MissingExtraError without lightning-fabric, TrainingError for a device or precision not to be had.
    """
    try:
        from lightning_fabric import Fabric
    except ImportError as error:
        raise MissingExtraError("training", "train") from error
    device = _device(config)
    world = int(os.environ.get("WORLD_SIZE", 1))
    local = int(os.environ.get("LOCAL_WORLD_SIZE", world))
    fabric = Fabric(
        accelerator=device,
        devices=local,
        num_nodes=world // local,
        strategy="ddp" if world > 1 else "auto",
        precision=_PRECISION[config.precision],
    )
    fabric.launch()
    return fabric


def first_process() -> bool:
    """Whether this process is alone, or the first of those that `torchrun` started: the one that tells."""
    return int(os.environ.get("RANK", 0)) == 0


def share_of(fabric: Fabric) -> Share:
    """Which of the samples are this process's."""
    return Share(fabric.global_rank, fabric.world_size)


def _device(config: TrainingConfig) -> str:
    there = torch.cuda.is_available()
    device = ("cuda" if there else "cpu") if config.device == "auto" else config.device
    if device == "cuda" and not there:
        raise TrainingError("device cuda: torch sees no GPU; give device auto or cpu")
    if device == "cpu" and config.precision == "fp16":
        raise TrainingError("precision fp16 needs a GPU; on a CPU take bf16 or 32")
    return device
