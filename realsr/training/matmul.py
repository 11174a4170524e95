"""Fast multiplication of float32 matrices on GPUs that have it (TF32), for the time of a training."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def fast_matmul(wanted: bool) -> Iterator[None]:
    """With 10 bits of mantissa in products, matrices' and convolutions'; afterwards as the caller had it.

    Not wanted, nothing is touched.
    """
    if not wanted:
        yield
        return
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    try:
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.allow_tf32 = True
        yield
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.allow_tf32 = before[1]
