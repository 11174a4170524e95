"""Where files of weights are: named by the caller, or put there by another package. Nothing is fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from importlib import util
from pathlib import Path

import torch

from degrade.errors import DegradeError
from realsr.backbones.networks import ARCHITECTURES, BackboneName
from realsr.backbones.weights import SOURCE
from realsr.losses.errors import MissingWeightsError
from realsr.metrics import niqe
from realsr.robustness.errors import StudyError

Files = Mapping[str, str]
"""Paths by what they hold, a `WeightName`; `niqe` may also be the word of `IN_BASICSR`."""

IN_BASICSR = "basicsr"

NETWORKS: Mapping[str, BackboneName] = {
    "lpips_alex": "alexnet",
    "lpips_vgg": "vgg16",
    "lpips_squeeze": "squeezenet1_1",
    "dists": "vgg16",
}
"""Metrics with a network: each needs the file of its own name and its backbone's."""


def refuse_unserviceable(files: Files, metrics: Collection[str]) -> None:
    """Raises StudyError for a named file that no metric asks for, or that is not there."""
    for name, path in files.items():
        users = {metric for metric, backbone in NETWORKS.items() if name in (metric, backbone)}
        users |= {name} - set(ARCHITECTURES)
        if not users & set(metrics):
            raise StudyError(
                f"weights for {name}, and no column that needs them: add {' or '.join(sorted(users))} to the "
                f"metrics, or leave {name} out"
            )
        if not Path(path).is_file() and (name, path) != ("niqe", IN_BASICSR):
            raise StudyError(
                f"weights {name}={path}: no such file; give the path of a file of weights"
            )


def niqe_parameters(named: str | None) -> Path:
    """The file of the official parameters. Raises StudyError for a named one, WeightsMissingError otherwise."""
    by_path = named is not None and named != IN_BASICSR
    try:
        path = niqe.official_file(Path(named) if named and by_path else None)
        niqe.load(path)
    except DegradeError as error:
        if named is None:
            raise
        raise StudyError(f"weights niqe={named}: {error}") from error
    return path


def path_of(name: str, files: Files) -> Path:
    """Where a file of weights is: where it was named, or its usual place. Raises MissingWeightsError."""
    if name in files:
        return Path(files[name])
    candidates, advice = _usual_places(name)
    for path in candidates:
        if path.is_file():
            return path
    raise MissingWeightsError(f"no file for {name}: {advice}, or name one (--weights {name}=FILE)")


def _usual_places(name: str) -> tuple[list[Path], str]:
    """Where another package may have put a file, and what would put it there."""
    cache = Path(torch.hub.get_dir())
    for backbone, architecture in ARCHITECTURES.items():
        if backbone == name:
            path = cache / "checkpoints" / architecture.file
            return [path], f"put {SOURCE}{architecture.file} at {path}"
    if name == "dists":
        own = [folder / "weights.pt" for folder in _package("DISTS_pytorch")]
        cached = sorted(
            path for part in ("checkpoints", "pyiqa") for path in _dists_in(cache / part)
        )
        return [
            *own,
            *cached,
        ], f"put DISTS' weights.pt at {cache / 'checkpoints' / 'DISTS_weights.pt'}"
    file = Path("weights", "v0.1", f"{name.removeprefix('lpips_')}.pth")
    heads = [folder / file for folder in _package("lpips")]
    return heads, "pip install 'realsr-toolkit[metrics]' brings the heads of LPIPS"


def _dists_in(folder: Path) -> list[Path]:
    return list(folder.glob("DISTS_weights*.pt*"))


def _package(name: str) -> list[Path]:
    """The folders of an installed package, which is looked up and not imported."""
    found = util.find_spec(name)
    return [Path(folder) for folder in (found and found.submodule_search_locations) or ()]


def digest_of(paths: Sequence[Path]) -> str:
    """Twelve digits of the SHA-256 over the files' own."""
    state = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            state.update(hashlib.file_digest(file, "sha256").digest())
    return state.hexdigest()[:12]
