"""What metrics cannot do without: NIQE's parameters, and the networks of LPIPS and DISTS.

A metric whose files are not there is said to lack them, and the rest of a run goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from realsr.backbones.networks import Backbone
from realsr.backbones.weights import check_digest, named_digest
from realsr.images.pixels import to_float
from realsr.losses.errors import MissingWeightsError
from realsr.losses.lpips import LPIPS, LPIPSArguments
from realsr.metrics.errors import NotDefinedError, WeightsMissingError
from realsr.metrics.learned.dists import DISTS
from realsr.metrics.learned.weight_files import (
    NETWORKS,
    Files,
    digest_of,
    niqe_parameters,
    path_of,
    refuse_unserviceable,
)
from realsr.metrics.metric import Distance
from realsr.metrics.planes import Picture
from realsr.robustness.errors import StudyError
from realsr.robustness.results.columns import Column

LEAST_SIDE: Mapping[str, int] = {
    "lpips_alex": 31,
    "lpips_vgg": 16,
    "lpips_squeeze": 17,
    "dists": 1,
}
"""Pixels below which a layer has no position left."""


@dataclass(frozen=True)
class Weights:
    """What was found. distances: networks with their weights inside, by metric. niqe: the file of NIQE's
    official parameters. digests: of the files behind a metric. reasons: why a metric has none.
    """

    distances: Mapping[str, Distance] = field(default_factory=dict)
    niqe: Path | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def absent(self, columns: Sequence[Column]) -> dict[str, str]:
        """Why columns cannot be computed on this machine, by column."""
        found = {column.name: self.reasons.get(column.metric) for column in columns}
        return {name: f"weights missing: {reason}" for name, reason in found.items() if reason}

    def marked(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """The columns with the digest of their weights: other weights make other numbers."""
        return tuple(
            replace(column, weights=self.digests.get(column.metric, "")) for column in columns
        )


def found_weights(files: Files, metrics: Collection[str], device: torch.device) -> Weights:
    """Everything that is there for `metrics`; the networks are loaded, on the device.

    Raises StudyError for a file that was named and cannot serve, or that no metric asks for.
    """
    refuse_unserviceable(files, metrics)
    distances: dict[str, Distance] = {}
    digests: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for metric in (name for name in NETWORKS if name in metrics):
        try:
            paths = path_of(NETWORKS[metric], files), path_of(metric, files)
            distances[metric] = _loaded(metric, paths, files, device)
        except MissingWeightsError as error:
            reasons[metric] = str(error)
        else:
            digests[metric] = digest_of(paths)
    parameters = None
    if "niqe" in metrics:
        try:
            parameters = niqe_parameters(files.get("niqe"))
        except WeightsMissingError as error:
            reasons["niqe"] = str(error)
        else:
            digests["niqe"] = digest_of([parameters])
    return Weights(distances, parameters, digests, reasons)


def _loaded(metric: str, paths: tuple[Path, Path], files: Files, device: torch.device) -> Distance:
    try:
        if NETWORKS[metric] not in files:
            check_digest(paths[0], named_digest(paths[0].name))
        network = _dists(paths, device) if metric == "dists" else _lpips(metric, paths)
        distance = _of_pictures(network, LEAST_SIDE[metric], device)
        _tried(distance, LEAST_SIDE[metric], paths)
    except MissingWeightsError as error:
        if {metric, NETWORKS[metric]} & set(files):
            raise StudyError(f"weights for {metric}: {error}") from error
        raise
    return distance


def _tried(distance: Distance, side: int, paths: tuple[Path, Path]) -> None:
    """On one small picture: heads of another network have the same names, and show only here."""
    black = np.zeros((side, side, 3), np.uint8)
    try:
        distance(black, black)
    except RuntimeError as error:
        raise MissingWeightsError(
            f"{paths[0]} and {paths[1]} do not fit one another ({error}); give the heads of that network"
        ) from error


def _lpips(metric: str, paths: tuple[Path, Path]) -> Callable[[Tensor, Tensor], Tensor]:
    backbone, heads = map(str, paths)
    source = Backbone(name=NETWORKS[metric], weights=backbone)
    loss = LPIPS(LPIPSArguments(backbone=source, heads=heads))
    loss.prepare()
    return loss.distances


def _dists(paths: tuple[Path, Path], device: torch.device) -> Callable[[Tensor, Tensor], Tensor]:
    network: Callable[[Tensor, Tensor], Tensor] = DISTS(*paths).to(device)
    return network


def _of_pictures(
    network: Callable[[Tensor, Tensor], Tensor], least: int, device: torch.device
) -> Distance:
    def distance(sr: Picture, hr: Picture) -> float:
        if min(sr.shape[:2]) < least:
            raise NotDefinedError(
                f"a picture of {sr.shape[0]} x {sr.shape[1]} px; the network needs {least} each way"
            )
        with torch.no_grad():
            return float(network(_batch(sr, device), _batch(hr, device))[0])

    return distance


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
