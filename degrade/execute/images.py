"""What comes in from a caller: images of the right form, with values that a degradation is defined on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from degrade.errors import GeometryError, ImageError
from degrade.trace import Trace

SLACK = 1e-5
"""How far beyond [0, 1] a value may lie: the float32 rounding of whatever made it."""

Batch = torch.Tensor | Sequence[torch.Tensor]
Passed = Callable[[], bool]


def wants_gradient(images: Batch) -> bool:
    """Whether autograd follows any of them."""
    return torch.is_grad_enabled() and any(image.requires_grad for image in images)


def check_images(traces: Sequence[Trace], images: Batch) -> None:
    """Their shapes, kinds and number. Raises ImageError, GeometryError."""
    if isinstance(images, torch.Tensor) and images.ndim != 4:
        raise ImageError(
            f"expected images b c h w, got a tensor of shape {tuple(images.shape)}; add the batch axis"
        )
    if len(traces) != len(images):
        raise GeometryError(
            f"{len(traces)} traces for {len(images)} images; expected one trace an image"
        )
    each = images[:1] if isinstance(images, torch.Tensor) else images
    for index, image in enumerate(each):
        _check_image(index, image)
        _check_alike(index, image, each[0])


def _check_alike(index: int, image: torch.Tensor, first: torch.Tensor) -> None:
    if image.device != first.device or image.shape[0] != first.shape[0]:
        raise ImageError(f"image {index}: differs from image 0 in its device or its channel count")


def _check_image(index: int, image: torch.Tensor) -> None:
    """One image c h w of float32; raises ImageError."""
    kind = f"{type(image).__name__} of shape {tuple(image.shape)} {image.dtype}"
    if not isinstance(image, torch.Tensor) or image.ndim != 3 or image.dtype != torch.float32:
        raise ImageError(
            f"image {index}: expected a tensor c h w of float32 in [0, 1], got {kind}; take torch.from_numpy "
            "of an array, .float() of other floats, and scale 8-bit images by 1/255, 16-bit ones by 1/65535"
        )
    if not image.numel():
        raise ImageError(
            f"image {index}: a {kind} has no pixels; expected sides and channels from 1"
        )


def check_values(images: Batch, *, ranged: bool) -> None:
    """Raises ImageError for NaN and infinite values on the CPU and, with `ranged`, for any outside [0, 1].

    On a GPU nothing is looked at, since that would wait for it: see `Lookout`.
    """
    if images[0].device.type != "cpu":
        return
    for index, image in enumerate(images):
        pixels = image.detach().numpy()
        fault = _fault(float(pixels.min()), float(pixels.max()), ranged)
        if fault:
            raise ImageError(f"image {index}: {fault}")


def _fault(low: float, high: float, ranged: bool) -> str:
    """What is wrong with an image of these least and largest values, which are NaN where any value is."""
    if not np.isfinite((low, high)).all():
        return "the HR holds NaN or infinite values; expected float32 in [0, 1]"
    if ranged and (low < -SLACK or high > 1.0 + SLACK):
        return f"the HR has values from {low:g} to {high:g}; expected float32 in [0, 1]: {_advice(low, high)}"
    return ""


def _advice(low: float, high: float) -> str:
    if high > 8.0:
        return "scale 8-bit images by 1/255, 16-bit ones by 1/65535"
    return "undo a normalisation (0.5 x + 0.5 for [-1, 1]), or clamp what a resize overshot"


class Lookout:
    """Looks at batches on a GPU and never waits for it: what is wrong with one is told when the next one comes.

    Holds nothing that a copy or another process would need, so that both begin anew.
    """

    def __init__(self) -> None:
        self._seen: tuple[torch.Tensor, Passed] | None = None

    def __reduce__(self) -> tuple[type[Lookout], tuple[()]]:
        return Lookout, ()

    def look(self, images: torch.Tensor) -> None:
        """Tells of an earlier batch, as soon as the device has got so far; then has a look at this one b c h w.

        Raises ImageError for the earlier one.
        """
        self.tell()
        if self._seen is None and images.device.type == "cuda" and images.numel():
            with torch.cuda.device(images.device):
                if not torch.cuda.is_current_stream_capturing():
                    self._seen = _ends(images), _passed()

    def tell(self) -> None:
        """Raises ImageError where the device has found an earlier batch at fault."""
        if self._seen is None:
            return
        ends, passed = self._seen
        if not passed():
            return
        self._seen = None
        low, high = ends.tolist()
        fault = _fault(low, high, ranged=True)
        if fault:
            raise ImageError(f"a batch of an earlier call: {fault}")


def _ends(images: torch.Tensor) -> torch.Tensor:
    """Least and largest value, on their way to pinned memory."""
    found = torch.stack(torch.aminmax(images.detach()))
    return torch.empty(2, pin_memory=True).copy_(found, non_blocking=True)


def _passed() -> Passed:
    """Tells whether all that has been asked of the device so far is done."""
    make: Any = torch.cuda.Event
    event = make()
    event.record()
    return lambda: bool(event.query())
