"""Noise measured elsewhere: a bank of patches, named by its digest."""

from __future__ import annotations

import numpy as np
import torch
from pydantic import Field

from degrade.address import split_noise_key
from degrade.errors import ImageError
from degrade.functional.color import BT601
from degrade.functional.noise_bank import Patch, mirror_index, read_patches, tiled
from degrade.functional.philox import word_source
from degrade.operators.banks import BankDigest, bank_entry
from degrade.operators.base import Group, NoiseKey, Parameters, column
from degrade.operators.row import Facts, Forms, Operator, Words

NAME = "noise_bank"


class NoiseBankParameters(Parameters):
    """Where the tiling begins comes from the key, mirrored copies as likely as the patch as it is."""

    folder: str = Field(description="a folder of .npy and .png noise patches, or one such file")
    digest: BankDigest
    index: int = Field(ge=0, description="which patch, files by name, counted from 0")
    gain: float = Field(default=1.0, ge=0.0, le=16.0, description="factor on the noise")
    key: NoiseKey


def noise_bank(images: torch.Tensor, group: Group[NoiseBankParameters]) -> torch.Tensor:
    """images + gain * the patch, tiled by reflection from a place of the key on.

    A grey patch is shared by all channels; a grey image gets the BT.601 luma of a colour patch. Over keys every
    pixel's noise has the mean zero and the patch's own variance and covariance of channels.
    """
    patches = [_fitting(_patch(record), images.shape[1]) for record in group.records]
    sides = [patch.shape[:2] for patch in patches]
    starts = [_start(record, *side) for record, side in zip(group.records, sides, strict=True)]
    rows, columns = (
        mirror_index(
            group.upload([start[axis] for start in starts], torch.int64),
            group.upload([side[axis] for side in sides], torch.int64),
            images.shape[2 + axis],
        )
        for axis in (0, 1)
    )
    noise = tiled(_stacked(patches).to(images.device), rows, columns)
    return images + column(group.floats("gain"), images) * noise


def _patch(record: NoiseBankParameters) -> Patch:
    patch: Patch = bank_entry(NAME, read_patches, record.folder, record.digest, record.index)
    return patch


def _fitting(patch: Patch, channels: int) -> Patch:
    """The patch with as many channels as the images."""
    if patch.shape[2] == channels:
        return patch
    if patch.shape[2] == 1:
        return np.repeat(patch, channels, 2)
    if channels == 1:
        return np.asarray(patch.astype(np.float64) @ np.array(BT601), np.float32)[..., np.newaxis]
    raise ImageError(
        f"{NAME}: a patch of {patch.shape[2]} channels on an image of {channels}; expected an image of "
        f"1 or {patch.shape[2]} channels, or a grey patch, which serves any number"
    )


def _start(record: NoiseBankParameters, height: int, width: int) -> tuple[int, int]:
    """Row and column of the doubled patch at which the image's first pixel lies."""
    down, right = (int(word) for word in word_source(split_noise_key(record.key)).random_raw(2))
    return down % (2 * height), right % (2 * width)


def _stacked(patches: list[Patch]) -> torch.Tensor:
    """b c h w, each patch in its top left."""
    height, width = (max(patch.shape[axis] for patch in patches) for axis in (0, 1))
    out = np.zeros((len(patches), patches[0].shape[2], height, width), np.float32)
    for canvas, patch in zip(out, patches, strict=True):
        canvas[:, : patch.shape[0], : patch.shape[1]] = patch.transpose(2, 0, 1)
    return torch.from_numpy(out)


def _words(record: NoiseBankParameters) -> str:
    return f"measured noise {record.index} of bank {record.digest[:8]} x {record.gain:.2g}"


def _strength(record: NoiseBankParameters) -> dict[str, float]:
    """The root of the channels' mean variance."""
    square = np.square(_patch(record).astype(np.float64)).mean()
    return {"mid_grey_noise_sigma_255": 255.0 * record.gain * float(np.sqrt(square))}


NOISE_BANK = Operator(
    name=NAME,
    version=1,
    parameters=NoiseBankParameters,
    forms=Forms(kernel=noise_bank),
    words=Words(
        phrase=_words,
        summary="Add a measured patch of noise from a bank of files, tiled by reflection.",
        formula="y = x + gain N(p + s), N the patch `index` of mean 0, tiled by reflection, s uniform "
        "over its period",
        source="Ji et al., Real-World Super-Resolution via Kernel Estimation and Noise Injection, 2020",
    ),
    facts=Facts(strength=_strength),
)

ROWS = (NOISE_BANK,)
