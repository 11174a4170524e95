"""Finding and checking files of weights: by path, or torchvision's own by name."""

from __future__ import annotations

import hashlib
import urllib.error
from pathlib import Path

import torch
from torch import Tensor

from realsr.backbones.errors import MissingWeightsError
from realsr.files.tensors import TensorsError, read_tensors

TORCHVISION = "torchvision"
"""The word for torchvision's ImageNet weights, in place of a path."""

SOURCE = "https://download.pytorch.org/models/"


def load_weights(path: Path, digest: str | None = None) -> dict[str, Tensor]:
    """The tensors of a .safetensors file or of a pickle read with `weights_only`, on the CPU.

    digest: the file's SHA-256 in hexadecimal, or its beginning. Raises MissingWeightsError.
    """
    if not path.is_file():
        raise MissingWeightsError(f"no weights at {path}: put the file there or give another path")
    check_digest(path, digest)
    try:
        tensors = read_tensors(path)
    except TensorsError as error:
        raise MissingWeightsError(
            f"{path} is not a file of weights: {error}; expected .safetensors or a torch state dict"
        ) from error
    if not isinstance(tensors, dict):
        raise MissingWeightsError(
            f"{path} holds a {type(tensors).__name__}, expected tensors by name"
        )
    return tensors


def check_digest(path: Path, digest: str | None) -> None:
    """Raises MissingWeightsError where a file's SHA-256 does not begin with what was expected."""
    if digest is None:
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if not found.startswith(digest.lower()):
        raise MissingWeightsError(
            f"{path}: its SHA-256 is {found}, expected {digest}; the file is damaged or another one: "
            "fetch it again, or correct the digest"
        )


def torchvision_file(name: str) -> Path:
    """torchvision's file of this name in torch's cache, fetched there if it is absent.

    Such a name ends in the first eight digits of the file's SHA-256. Raises MissingWeightsError.
    """
    path = Path(torch.hub.get_dir()) / "checkpoints" / name
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        torch.hub.download_url_to_file(
            SOURCE + name, str(path), hash_prefix=named_digest(name), progress=False
        )
    except (urllib.error.URLError, OSError, RuntimeError) as error:
        raise MissingWeightsError(
            f"{name} is neither at {path} nor to be had from {SOURCE} ({error}): put it there, "
            "or give `weights` a path"
        ) from error
    return path


def named_digest(name: str) -> str:
    """The digest that a file of torchvision has in its name: vgg19-dcbb9e9d.pth -> dcbb9e9d."""
    return Path(name).stem.rpartition("-")[2]
