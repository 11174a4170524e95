"""Triton kernels: one launch on a GPU for what the torch definitions beside them say in many.

Each function here has the signature of the torch function that it stands in for, and its bits where integers or
separate roundings allow. A pixel is computed by one thread, from its own sample alone, in a fixed order: no
atomics, no tuning, block sizes fixed, so that company in a batch cannot count.

The modules import triton, which torch brings on Linux and which nothing else needs: they are imported where
they are used, once `usable` has been asked.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from functools import cache


@cache
def usable() -> bool:
    """Whether Triton's kernels can be built here: it is installed, and so is the C compiler that it calls."""
    if importlib.util.find_spec("triton") is None:
        return False
    return bool(os.environ.get("CC") or shutil.which("gcc") or shutil.which("clang"))
