"""Blur with kernels measured elsewhere: a bank of files, named by its digest."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch
from pydantic import Field

from degrade.errors import TraceError
from degrade.functional.kernel_bank import Floats, centred_kernel, read_bank
from degrade.geometry import Axis, Frame, Placement
from degrade.operators.banks import BankDigest, bank_entries, bank_entry
from degrade.operators.base import Group, Parameters
from degrade.operators.psf_blur import psf_row
from degrade.operators.row import Operator, Words

NAME = "kernel_bank_blur"
KERNELS_KEPT = 1024


class KernelBankBlurParameters(Parameters):
    folder: str = Field(description="a folder of .npy, .mat and .png kernels, or one such file")
    digest: BankDigest
    index: int = Field(ge=0, description="which kernel, files by name, counted from 0")
    subpixel: bool = Field(
        default=True,
        description="centre by linear interpolation; false keeps the values and declares the shift",
    )


def bank_length(folder: str, digest: str) -> int:
    """How many kernels a bank has."""
    return len(bank_entries(NAME, read_bank, folder, digest))


@functools.lru_cache(maxsize=KERNELS_KEPT)
def bank_kernel(
    folder: str, digest: str, index: int, subpixel: bool
) -> tuple[Floats, tuple[float, float]]:
    """A bank's kernel, centred, and its first moments (y, x); raises TraceError where it has none such."""
    stored = bank_entry(NAME, read_bank, folder, digest, index)
    try:
        return centred_kernel(stored, subpixel)
    except ValueError as error:
        raise TraceError(f"{NAME}: kernel {index} of {folder!r}: {error}") from error


def _found(record: KernelBankBlurParameters) -> tuple[Floats, tuple[float, float]]:
    return bank_kernel(record.folder, record.digest, record.index, record.subpixel)


def _psfs(group: Group[KernelBankBlurParameters]) -> torch.Tensor:
    kernels = [_found(record)[0] for record in group.records]
    canvas = max((len(kernel) for kernel in kernels), default=1)
    padded = [np.pad(kernel, (canvas - len(kernel)) // 2) for kernel in kernels]
    return torch.from_numpy(np.stack(padded)).to(group.device)


def _place(record: KernelBankBlurParameters, frame: Frame) -> Placement:
    """An output pixel lies where its kernel's centre of mass reads."""
    shift_y, shift_x = _found(record)[1]
    return Placement(frame.current, Axis(1.0, shift_y), Axis(1.0, shift_x))


def _words(record: KernelBankBlurParameters) -> str:
    return f"measured kernel {record.index} of bank {record.digest[:8]}"


KERNEL_BANK_BLUR = psf_row(
    name=NAME,
    parameters=KernelBankBlurParameters,
    psfs=_psfs,
    words=Words(
        phrase=_words,
        summary="Blur with a measured kernel from a bank of files.",
        formula="y = k * x, k = stored kernel `index`, turned by half a turn, of sum 1, its centre of "
        "mass at 0 (`subpixel: false`: within half a pixel, declared as shift)",
        source="convolution with a measured point spread function",
    ),
    place=_place,
)

ROWS: tuple[Operator[Any], ...] = (KERNEL_BANK_BLUR,)
