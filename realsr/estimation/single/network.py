"""The predictor: a few small networks over the features, whose answers are averaged; read from the package."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load

from realsr.estimation.codec.blocks import Floats

DIGEST = "7c6c718bc4d4d511b01c6138bbd056f440dc601a342a2f10462a8431143752d6"
"""SHA-256 of `data/predictor.safetensors`."""
FOLDS = 4
LAYERS = 3
LIMIT = 4.0
"""Standard deviations at which features are cut off: beyond them nothing was seen in training."""

Tensors = dict[str, npt.NDArray[np.float32]]


class PredictorError(Exception):
    """The predictor's file is not the one that was shipped."""


@cache
def tensors() -> Tensors:
    """The weights as shipped. Raises PredictorError where the file is another."""
    data = (
        resources.files("realsr.estimation.single") / "data" / "predictor.safetensors"
    ).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != DIGEST:
        raise PredictorError(
            f"realsr/estimation/single/data/predictor.safetensors has the digest {found[:16]}..., not "
            f"{DIGEST[:16]}... of the file that was shipped; install the package again"
        )
    return load(data)


def output(name: str, found: Floats) -> Floats:
    """The mean over the networks `name` of their outputs (n,) on features (m,)."""
    held = tensors()
    every = [_one(held, f"{name}.{fold}", found) for fold in range(FOLDS)]
    return np.asarray(np.mean(every, axis=0), np.float32)


def _one(held: Tensors, name: str, found: Floats) -> Floats:
    scaled = (found - held[f"{name}.mean"]) / held[f"{name}.scale"]
    values = np.clip(scaled, -LIMIT, LIMIT)
    for layer in range(LAYERS):
        values = held[f"{name}.{layer}.weight"] @ values + held[f"{name}.{layer}.bias"]
        values = np.maximum(values, 0) if layer < LAYERS - 1 else values
    return np.asarray(values, np.float32)
