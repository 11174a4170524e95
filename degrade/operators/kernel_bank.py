"""Blur with kernels measured elsewhere: a bank of files, named by its digest."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch
from pydantic import Field

from degrade.errors import TraceError
from degrade.functional.kernel_bank import Floats, bank_digest, centred_kernel, read_bank
from degrade.geometry import Axis, Frame, Placement
from degrade.operators.base import Group, Operator, Parameters
from degrade.operators.psf_blur import correlating, psf_single, psf_strength, psf_tables

BANKS_KEPT, KERNELS_KEPT = 16, 1024


class KernelBankBlurParameters(Parameters):
    folder: str = Field(description="a folder of .npy, .mat and .png kernels, or one such file")
    digest: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the bank's kernels; the error of a wrong one tells the right one",
    )
    index: int = Field(ge=0, description="which kernel, files by name, counted from 0")
    subpixel: bool = Field(
        default=True,
        description="centre by linear interpolation; false keeps the values and declares the shift",
    )


@functools.lru_cache(maxsize=BANKS_KEPT)
def _bank(folder: str, digest: str) -> list[Floats]:
    """A bank whose content was compared with its digest; raises TraceError where it differs."""
    try:
        kernels = read_bank(folder)
    except (OSError, ValueError) as error:
        raise TraceError(f"kernel_bank_blur: {error}") from error
    found = bank_digest(kernels)
    if found != digest:
        raise TraceError(
            f"kernel_bank_blur: the kernels of {folder!r} have the digest {found}, the record says {digest}; "
            "give back the files that it was made with, or write the digest found"
        )
    return kernels


def bank_length(folder: str, digest: str) -> int:
    """How many kernels a bank has."""
    return len(_bank(folder, digest))


@functools.lru_cache(maxsize=KERNELS_KEPT)
def bank_kernel(
    folder: str, digest: str, index: int, subpixel: bool
) -> tuple[Floats, tuple[float, float]]:
    """A bank's kernel, centred, and its first moments (y, x); raises TraceError where it has none such."""
    kernels = _bank(folder, digest)
    if index >= len(kernels):
        raise TraceError(
            f"kernel_bank_blur: kernel {index} of {folder!r}; expected 0 to {len(kernels) - 1}"
        )
    try:
        return centred_kernel(kernels[index], subpixel)
    except ValueError as error:
        raise TraceError(f"kernel_bank_blur: kernel {index} of {folder!r}: {error}") from error


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


KERNEL_BANK_BLUR = Operator(
    name="kernel_bank_blur",
    version=1,
    parameters=KernelBankBlurParameters,
    kernel=correlating(_psfs),
    single=psf_single,
    tables=psf_tables(_psfs),
    words=_words,
    strength=psf_strength(_psfs),
    summary="Blur with a measured kernel from a bank of files.",
    source="convolution with a measured point spread function",
    border="reflect101",
    place=_place,
)

ROWS: tuple[Operator[Any], ...] = (KERNEL_BANK_BLUR,)
