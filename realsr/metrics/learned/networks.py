"""Learned distances as rows: the files that a network needs, and the network as a metric of two pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import util
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from realsr.backbones.errors import MissingWeightsError
from realsr.backbones.networks import BACKBONES, BackboneName
from realsr.backbones.weights import SOURCE, named_digest
from realsr.images.pixels import to_float
from realsr.metrics.convention import Convention
from realsr.metrics.errors import NotDefinedError
from realsr.metrics.metric import Compute, Distance, Inputs, Metric, Trained, WeightFile, row
from realsr.metrics.planes import Picture, cropped

Network = Callable[[Tensor, Tensor], Tensor]
"""SR and HR, b 3 h w in [0, 1] each, to one distance a sample, (b,)."""


def distance_row(
    name: str,
    source: str,
    files: tuple[WeightFile, ...],
    network: Callable[[Sequence[Path], torch.device], Network],
    least: int = 1,
) -> Metric:
    """A learned distance of SR and HR in RGB, lower is better.

    network: the paths of `files`, in order, and a device -> the network there. least: pixels of a side below
    which a layer has no position left.
    """

    def load(paths: Sequence[Path], device: torch.device) -> Compute:
        distance = of_pictures(network(paths, device), least, device)
        _tried(distance, least, paths)
        return lambda inputs, convention: _between(distance, inputs, convention)

    return row(
        name, "lower", _given, source, channels=("rgb",), trained=Trained(tuple(files), load)
    )


def backbone_file(name: BackboneName) -> WeightFile:
    """torchvision's weights of a backbone, where torch keeps them."""
    file = BACKBONES[name].file

    def usual() -> list[Path]:
        return [cached() / "checkpoints" / file]

    return WeightFile(
        name,
        usual,
        lambda: missing(name, f"put {SOURCE}{file} at {usual()[0]}"),
        named_digest(file),
    )


def missing(name: str, advice: str) -> str:
    """The sentence for a machine without a file."""
    return f"no file for {name}: {advice}, or name one (--weights {name}=FILE)"


def cached() -> Path:
    """torch's cache."""
    return Path(torch.hub.get_dir())


def in_package(name: str, file: Path) -> list[Path]:
    """Where a file of an installed package would be; the package is looked up and not imported."""
    found = util.find_spec(name)
    return [Path(folder) / file for folder in (found and found.submodule_search_locations) or ()]


def of_pictures(network: Network, least: int, device: torch.device) -> Distance:
    """A network as a distance of pictures, which raises NotDefinedError for those below `least` pixels."""

    def distance(sr: Picture, hr: Picture) -> float:
        if min(sr.shape[:2]) < least:
            raise NotDefinedError(
                f"a picture of {sr.shape[0]} x {sr.shape[1]} px (height x width); the network needs {least} "
                "each way"
            )
        with torch.no_grad():
            return float(network(_batch(sr, device), _batch(hr, device))[0])

    return distance


def _given(inputs: Inputs, convention: Convention) -> float:
    if inputs.distance is None:
        raise MissingWeightsError(
            "a learned metric; give distance=, the network with its weights loaded"
        )
    return _between(inputs.distance, inputs, convention)


def _between(distance: Distance, inputs: Inputs, convention: Convention) -> float:
    sr, hr = (cropped(picture, convention) for picture in (inputs.sr, inputs.reference))
    return float(distance(sr, hr))


def _tried(distance: Distance, side: int, paths: Sequence[Path]) -> None:
    """On one small picture: heads of another network have the same names, and show only here."""
    black = np.zeros((side, side, 3), np.uint8)
    try:
        distance(black, black)
    except RuntimeError as error:
        raise MissingWeightsError(
            f"{' and '.join(map(str, paths))} do not fit one another ({error}); give the heads of that network"
        ) from error


def _batch(picture: Picture, device: torch.device) -> Tensor:
    """1 3 h w in [0, 1]; grey counts as R = G = B."""
    if picture.dtype == np.uint8:
        image = to_float(
            np.array(np.atleast_3d(picture)), device
        )  # a copy: torch warns of read-only arrays
    else:
        values = np.ascontiguousarray(np.atleast_3d(picture), dtype=np.float32)
        image = torch.from_numpy(values).to(device).permute(2, 0, 1)
    return image.expand(3, -1, -1)[None]
