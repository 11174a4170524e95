"""Whether a discriminator learns its training images by heart: its logits on three kinds of images.

r_v = (E D_train - E D_held_out) / (E D_train - E D_generated): 0 where held-out photographs look as real to it
as those it was trained on, 1 where they look as false as generated ones (Karras et al., ADA, NeurIPS 2020,
equation 1). Held-out photographs are those of the validation sets.
"""

from __future__ import annotations

import torch
from torch import Tensor

from degrade.functional.color import studio_luma
from realsr.training.batches import TrainingBatch
from realsr.training.config import TrainingConfig
from realsr.training.state import Rival, TrainState
from realsr.training.validation import ValidationSet


def held_out(sets: tuple[ValidationSet, ...], config: TrainingConfig) -> dict[str, TrainingBatch]:
    """Up to a batch of centred crops of every set whose photographs are large enough."""
    found = {}
    for each in sets:
        crops = [_centre(hr, lr, config) for hr, lr in each.pairs_of(config.data.batch)]
        whole = [(hr, lr) for hr, lr in crops if hr.shape[-2:] == (config.data.crop,) * 2]
        if whole:
            hr, lr = (torch.cat(column) for column in zip(*whole, strict=True))
            found[each.name] = TrainingBatch(hr, lr)
    return found


def _centre(hr: Tensor, lr: Tensor, config: TrainingConfig) -> tuple[Tensor, Tensor]:
    scale, side = config.model.scale, config.data.crop // config.model.scale
    y, x = ((length - side) // 2 for length in lr.shape[-2:])
    if min(y, x) < 0:
        return hr, lr
    large = hr[..., scale * y : scale * (y + side), scale * x : scale * (x + side)]
    small = lr[..., y : y + side, x : x + side]
    return (studio_luma(large), studio_luma(small)) if config.seen == "y" else (large, small)


@torch.no_grad()
def logits(
    state: TrainState,
    rival: Rival,
    batch: TrainingBatch,
    sr: Tensor,
    held: dict[str, TrainingBatch],
) -> dict[str, float]:
    """Mean logits on train, generated and held-out images, in evaluation mode, and r_v of every set.

    r_v is absent where the discriminator does not tell training from generated images at all.
    """
    rival.network.eval()
    train, fake = (_mean(state, rival, images, batch.lr) for images in (batch.hr, sr))
    found = {"train": train, "generated": fake}
    for name, crops in held.items():
        device = state.fabric.device
        real = _mean(state, rival, crops.hr.to(device), crops.lr.to(device))
        found[f"held_out/{name}"] = real
        if train != fake:
            found[f"r_v/{name}"] = (train - real) / (train - fake)
    return found


def _mean(state: TrainState, rival: Rival, images: Tensor, lr: Tensor) -> float:
    with state.fabric.autocast():
        return float(rival.network(images.float(), lr).float().mean())
