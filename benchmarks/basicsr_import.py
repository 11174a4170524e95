"""BasicSR 1.4.2 as installed, with the two patches without which it does not run today.

1. `basicsr.data.degradations` imports `torchvision.transforms.functional_tensor`, which torchvision
   0.17 removed: `realsr.interop.basicsr_import` puts an alias in its place during the import.
2. `filter2D` takes a `view` of its input, which fails for images that are not contiguous, as
   DiffJPEG's are: the input is made contiguous first.
"""

from __future__ import annotations

from types import ModuleType

import torch

from realsr.interop import basicsr_import

PATCHES = (
    "torchvision.transforms.functional_tensor aliased during the import",
    "filter2D's input made contiguous",
)


def load(name: str) -> ModuleType:
    """Import a BasicSR module, e.g. `basicsr.data.degradations`; without it the benchmark ends."""
    try:
        return basicsr_import.load(name)
    except basicsr_import.MissingBasicSRError as error:
        raise SystemExit(f"this benchmark cannot run: {error}") from error


def filter2d(images: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
    """BasicSR's `filter2D` with the second patch."""
    filtered: torch.Tensor = load("basicsr.utils.img_process_util").filter2D(
        images.contiguous(), kernels
    )
    return filtered
