"""Weights from a file into a network, with a report of what did not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from torch import Tensor, nn

from realsr.files.tensors import NoTensorsError, TensorsError, read_tensors
from realsr.models.dialects import StateDict, understood
from realsr.models.errors import ModelError

Mode = Literal["strict", "relaxed"]


@dataclass(frozen=True)
class LoadReport:
    """loaded: keys that were filled. missing: the network's that the checkpoint lacks. unexpected: the
    checkpoint's that the network lacks. mismatched: key, the network's shape, the checkpoint's.
    """

    loaded: tuple[str, ...]
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    mismatched: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...]

    @property
    def complete(self) -> bool:
        """Everything of the checkpoint is in the network, and everything of the network was filled."""
        return not (self.missing or self.unexpected or self.mismatched)

    def __str__(self) -> str:
        shapes = [f"{key} is {theirs}, not {ours}" for key, ours, theirs in self.mismatched]
        parts = [
            f"{len(self.loaded)} tensors loaded",
            _listed("missing", self.missing),
            _listed("unexpected", self.unexpected),
            _listed("of another shape", shapes),
        ]
        return "; ".join(part for part in parts if part)


def read_checkpoint(path: Path) -> Mapping[str, Any]:
    """A .safetensors file, or a torch file without code in it (`weights_only`), on the CPU.

    Raises ModelError for any other file; nothing in the file is executed.
    """
    try:
        checkpoint = read_tensors(path)
    except NoTensorsError as error:
        raise ModelError(f"no weights at {path}") from error
    except TensorsError as error:
        raise ModelError(
            f"{path}: not weights that can be read without running the file's code: {error}; expected "
            ".safetensors or a torch state dict"
        ) from error
    if not isinstance(checkpoint, Mapping):
        raise ModelError(f"{path}: holds a {type(checkpoint).__name__}; expected a state dict")
    return checkpoint


def load_weights(
    network: nn.Module, checkpoint: Path | Mapping[str, Any], mode: Mode = "strict"
) -> LoadReport:
    """Fills a network from a file or a checkpoint in any known dialect.

    strict: ModelError, and an untouched network, unless everything fits. relaxed: what fits by name and shape
    is loaded and the report lists the rest (x2 -> x4 transfer); ModelError where nothing fits.
    """
    where = str(checkpoint) if isinstance(checkpoint, Path) else "checkpoint"
    content = read_checkpoint(checkpoint) if isinstance(checkpoint, Path) else checkpoint
    state = understood(content)
    report = compare(network.state_dict(), state)
    if not report.loaded:
        raise ModelError(f"{where}: no tensor fits {type(network).__name__}: {report}")
    if mode == "strict" and not report.complete:
        raise ModelError(
            f"{where} does not fit {type(network).__name__}: {report}; mode 'relaxed' loads what fits"
        )
    network.load_state_dict({key: state[key] for key in report.loaded}, strict=False)
    return report


def compare(ours: Mapping[str, Tensor], theirs: StateDict) -> LoadReport:
    """What of `theirs` would fill `ours`."""
    shared = [key for key in ours if key in theirs]
    fits = [key for key in shared if ours[key].shape == theirs[key].shape]
    differ = [key for key in shared if ours[key].shape != theirs[key].shape]
    return LoadReport(
        loaded=tuple(fits),
        missing=tuple(key for key in ours if key not in theirs),
        unexpected=tuple(key for key in theirs if key not in ours),
        mismatched=tuple((k, tuple(ours[k].shape), tuple(theirs[k].shape)) for k in differ),
    )


def _listed(what: str, keys: tuple[str, ...] | list[str], most: int = 6) -> str:
    if not keys:
        return ""
    rest = f" and {len(keys) - most} more" if len(keys) > most else ""
    return f"{len(keys)} {what}: {', '.join(keys[:most])}{rest}"
