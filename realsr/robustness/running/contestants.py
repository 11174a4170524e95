"""Models as a run sees them: a function with a name, a digest, and what is known of its origin."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from degrade.trust import NOTHING, Trust
from realsr.files.faults import all_of
from realsr.images.pixels import to_bytes, to_float
from realsr.inference.errors import ProbeError
from realsr.inference.interpolation import INTERPOLATIONS
from realsr.inference.loading import load
from realsr.inference.upscaler import Metadata
from realsr.interop.onnx_files import external_files
from realsr.metrics.interpolation import enlarged
from realsr.models.table import ARCHITECTURES
from realsr.robustness.errors import StudyError
from realsr.robustness.study.line_choice import BASELINE
from realsr.robustness.study.study import ModelEntry
from realsr.rows import NO_ROWS, Rows

_INTERPOLATION_VERSIONS = {"area": 2, "box": 2, "hermite": 2}
"""1 where none is named. Another number makes a run ask that interpolation again."""

DEFAULT_SCALE = 4

Enlarge = Callable[[Tensor], Tensor]
"""b c h w, float32, [0, 1], c = 1 or 3 -> b c scale*h scale*w."""


@dataclass(frozen=True)
class Contestant:
    """One model. path: as it was asked for. digest: changes whenever its answers may. None is unknown."""

    name: str
    path: str
    digest: str
    scale: int
    run: Enlarge = field(repr=False)
    trained_on: str | None = None
    loss: str | None = None
    seed: int | None = None
    family: str | None = None


@dataclass(frozen=True)
class _Silent:
    """A model that failed its probe: it takes part, so that its cells say why they are empty."""

    entry: ModelEntry
    fault: ProbeError

    def at(self, scale: int) -> Contestant:
        entry = self.entry
        return Contestant(
            entry.name,
            entry.path,
            _digest(entry.path, scale),
            scale,
            self._refuse,
            entry.trained_on,
            entry.loss,
            entry.seed,
            entry.family,
        )

    def _refuse(self, images: Tensor) -> Tensor:
        raise self.fault


def contestants(
    entries: Sequence[ModelEntry],
    scale: int | None,
    device: torch.device,
    trust: Trust | Iterable[str] = NOTHING,
    rows: Rows = NO_ROWS,
) -> tuple[Contestant, ...]:
    """The baseline, and the models in order. scale: None is the models' own, or 4. trust, rows: as `load` takes
    them.

    A model that fails its probe takes part with a function that raises, if a scale is told or another model
    has one. Raises StudyError where models differ in scale, and what `load` raises, of all models at once.
    """
    loading = _Loading(scale, device, Trust.of(trust), rows)
    met = [each for each in all_of(loading.met, entries) if each is not None]
    common = _common_scale([each for each in met if isinstance(each, Contestant)]) or scale
    silent = [each for each in met if isinstance(each, _Silent)]
    if silent and common is None:
        raise silent[0].fault
    factor = common or DEFAULT_SCALE
    models = (each.at(factor) if isinstance(each, _Silent) else each for each in met)
    return (baseline(factor), *models)


def _common_scale(models: Sequence[Contestant]) -> int | None:
    scales = {model.scale for model in models}
    if len(scales) > 1:
        told = ", ".join(f"{model.name} x{model.scale}" for model in models)
        raise StudyError(
            f"models of several scales ({told}); one run has one scale: run them apart"
        )
    return next(iter(scales), None)


def baseline(scale: int) -> Contestant:
    """Bicubic enlargement by MATLAB's rules, to the pixel."""
    digest = _interpolation_digest(BASELINE, scale)
    return Contestant(BASELINE, BASELINE, digest, scale, lambda images: _enlarged(images, scale))


def _is_baseline(entry: ModelEntry) -> bool:
    if entry.name == BASELINE and entry.path != BASELINE:
        raise StudyError(f"{BASELINE!r} is the baseline's name; give {entry.path} another one")
    return entry.name == BASELINE


@dataclass(frozen=True)
class _Loading:
    """How models are loaded."""

    scale: int | None
    device: torch.device
    trust: Trust
    rows: Rows

    def met(self, entry: ModelEntry) -> Contestant | _Silent | None:
        """None for the baseline, which takes part in any case."""
        try:
            return None if _is_baseline(entry) else self._contestant(entry)
        except ProbeError as fault:
            return _Silent(entry, fault)

    def _contestant(self, entry: ModelEntry) -> Contestant:
        upscaler = load(
            entry.path, scale=self.scale, device=self.device, trust=self.trust, rows=self.rows
        )
        known = upscaler.metadata
        return Contestant(
            entry.name,
            entry.path,
            self._digest(entry.path, upscaler.scale, known.architecture),
            upscaler.scale,
            upscaler,
            known.trained_on if entry.trained_on is None else entry.trained_on,
            known.loss if entry.loss is None else entry.loss,
            known.seed if entry.seed is None else entry.seed,
            entry.family or _family(known),
        )

    def _digest(self, path: str, scale: int, architecture: str | None) -> str:
        """Of a network that is a person's own, its file and that of its row."""
        digest = _digest(path, scale)
        if architecture is None or architecture in ARCHITECTURES:
            return digest
        if architecture not in self.rows.architectures:
            return digest
        files = "".join(f"\0{file.sha256}" for file in self.rows.files)
        return hashlib.sha256(f"{digest}{files}".encode()).hexdigest()


def _family(known: Metadata) -> str | None:
    """Architecture, budget and whether it is a moving average, where they are known: siblings share them."""
    if known.architecture is None or known.steps is None:
        return None
    average = ", moving average" if known.averaged else ""
    return f"{known.architecture}, {known.steps} steps{average}"


def _digest(path: str, scale: int) -> str:
    """SHA-256 of the file and of weights beside it; of an interpolation its name; of a Python function its name
    and its module."""
    if path in INTERPOLATIONS:
        return _interpolation_digest(path, scale)
    state = hashlib.sha256()
    file = Path(path)
    if not file.is_file():
        state.update(f"{path}\0".encode())
        file = _module_file(path)
    beside = external_files(file) if file.suffix.lower() == ".onnx" else ()
    for part in (file, *beside):
        state.update(part.read_bytes())
    state.update(f"\0x{scale}".encode())
    return state.hexdigest()


def _module_file(path: str) -> Path:
    found = importlib.util.find_spec(path.partition(":")[0])
    if found is None or found.origin is None:
        raise StudyError(
            f"{path}: its module has no file, so nothing tells one version from another"
        )
    return Path(found.origin)


def _interpolation_digest(name: str, scale: int) -> str:
    version = _INTERPOLATION_VERSIONS.get(name, 1)
    text = f"interpolation {name} x{scale} version {version}"
    return hashlib.sha256(text.encode()).hexdigest()


def _enlarged(images: Tensor, scale: int) -> Tensor:
    pictures = [enlarged(to_bytes(image), scale) for image in images]
    return torch.stack([to_float(picture, images.device) for picture in pictures])
