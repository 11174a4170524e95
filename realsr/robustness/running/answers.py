"""What a model answers to a batch: 8-bit pictures, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from realsr.images.pixels import to_bytes, to_float
from realsr.images.reading import Bytes
from realsr.robustness.running.contestants import Contestant

Answer = Bytes | str
"""`scale*h scale*w c` uint8 (clipped to [0, 1], rounded to nearest), or a sentence."""


def answers(model: Contestant, pictures: Sequence[Bytes]) -> list[Answer]:
    """One answer a picture of one shape `h w c` uint8.

    Where a batch fails, its pictures are tried one by one, so that only the guilty ones are without an answer.
    """
    images = torch.stack([to_float(picture, torch.device("cpu")) for picture in pictures])
    result = _asked(model, images)
    if isinstance(result, Tensor):
        return [_checked(model, image) for image in result]
    if len(pictures) == 1:
        return [result]
    return [answer for picture in pictures for answer in answers(model, [picture])]


def _asked(model: Contestant, images: Tensor) -> Tensor | str:
    try:
        with torch.no_grad():
            result = model.run(images)
    except Exception as error:  # a model is anybody's code
        return f"{model.name} raised {type(error).__name__}: {_one_line(error)}"
    if not isinstance(result, Tensor):
        return f"{model.name} returned {type(result).__name__}; expected a tensor b c h w"
    batch, channels, height, width = images.shape
    expected = (batch, channels, model.scale * height, model.scale * width)
    if tuple(result.shape) != expected:
        return f"{model.name} returned {tuple(result.shape)}; expected {expected}"
    return result.detach().float().cpu()


def _checked(model: Contestant, image: Tensor) -> Answer:
    wrong = int((~torch.isfinite(image)).sum())
    if wrong:
        return f"{model.name} returned {wrong} of {image.numel()} values that are no finite numbers"
    return to_bytes(image)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
