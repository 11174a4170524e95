"""What a model that says nothing of itself takes and gives: asked by running it on a small picture."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from realsr.inference.errors import ProbeError

_HEIGHT, _WIDTH = 16, 24


def probed(
    network: Callable[[Tensor], Tensor],
    name: str,
    channels: int | None = None,
    device: torch.device | None = None,
    dtype: torch.dtype = torch.float32,
) -> tuple[int, int]:
    """Channels and scale of a model, on its device and in its precision. channels: where they are known.

    Raises ProbeError where it takes neither RGB nor one channel, or its scale is no whole number.
    """
    said = ""
    for count in (3, 1) if channels is None else (channels,):
        image = torch.linspace(0, 1, count * _HEIGHT * _WIDTH, device=device).to(dtype)
        try:
            with torch.no_grad():
                result = network(image.view(1, count, _HEIGHT, _WIDTH))
        except (
            Exception
        ) as error:  # whatever a stranger's model raises for the wrong number of channels
            said = str(error).strip().splitlines()[-1] if str(error).strip() else repr(error)
            continue
        return count, _scale(result, count, name)
    kind = str(dtype).removeprefix("torch.")
    counts = "3 channels or 1" if channels is None else f"{channels} channels"
    raise ProbeError(
        f"{name} cannot enlarge a picture of {_HEIGHT} x {_WIDTH} (height x width) pixels with {counts} in "
        f"{kind}: {said}"
    )


def _scale(result: object, channels: int, name: str) -> int:
    shape = tuple(result.shape) if isinstance(result, Tensor) else type(result).__name__
    scale = result.shape[-1] // _WIDTH if isinstance(result, Tensor) and result.ndim == 4 else 0
    if shape != (1, channels, scale * _HEIGHT, scale * _WIDTH) or scale < 1:
        raise ProbeError(
            f"{name} turned {(1, channels, _HEIGHT, _WIDTH)} into {shape}; expected a tensor with the same "
            "channels and both sides times one whole number"
        )
    return scale
