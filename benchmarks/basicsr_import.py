"""BasicSR 1.4.2 as installed, with the two patches without which it does not run today.

1. `basicsr.data.degradations` imports `torchvision.transforms.functional_tensor`, which torchvision
   0.17 removed: an alias with the one function it wants stands in, only while BasicSR is imported.
2. `filter2D` takes a `view` of its input, which fails for images that are not contiguous, as
   DiffJPEG's are: the input is made contiguous first.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from types import ModuleType

import torch

PATCHES = (
    "torchvision.transforms.functional_tensor aliased during the import",
    "filter2D's input made contiguous",
)
_ALIAS = "torchvision.transforms.functional_tensor"


@cache
def load(name: str) -> ModuleType:
    """Import a BasicSR module, e.g. `basicsr.data.degradations`."""
    try:
        importlib.import_module(_ALIAS)
    except ImportError:
        return _load_with_alias(name)
    return importlib.import_module(name)


def _load_with_alias(name: str) -> ModuleType:
    functional = importlib.import_module("torchvision.transforms.functional")
    alias = ModuleType(_ALIAS)
    alias.rgb_to_grayscale = functional.rgb_to_grayscale  # type: ignore[attr-defined]
    sys.modules[_ALIAS] = alias
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise SystemExit(
            f"this benchmark needs BasicSR 1.4.2 ({error}); `make environment` installs it, or: "
            "pip install addict future && "
            "pip install --no-deps --no-build-isolation basicsr==1.4.2"
        ) from error
    finally:
        del sys.modules[_ALIAS]


def filter2d(images: torch.Tensor, kernels: torch.Tensor) -> torch.Tensor:
    """BasicSR's `filter2D` with the second patch."""
    filtered: torch.Tensor = load("basicsr.utils.img_process_util").filter2D(
        images.contiguous(), kernels
    )
    return filtered
