"""What a run is asked to make, and whether a folder was made by the same request."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

import degrade
from degrade import Pipeline
from realsr.files.errors import RequestError
from realsr.images.crops import Cut
from realsr.images.pixels import file_digest
from realsr.images.reading import Reading
from realsr.images.sources import Source
from realsr.pairs.manifest import (
    FORMAT,
    FORMAT_VERSION,
    HeaderPipeline,
    HeaderSources,
    ManifestHeader,
)
from realsr.rows import NO_ROWS, Rows, check_files


@dataclass(frozen=True)
class PairsJob:
    """Everything that decides the pairs of given sources. device: `cpu` or `cuda`. rows: a person's own, with
    which the pipeline was read.
    """

    pipeline: Pipeline
    cut: Cut
    seed: int = 0
    variants: int = 1
    reading: Reading = field(default_factory=Reading)
    device: str = "cpu"
    rows: Rows = NO_ROWS

    def __post_init__(self) -> None:
        if self.variants < 1:
            raise RequestError(f"--variants {self.variants}: give a whole number from 1 on")
        if self.cut.scale != self.pipeline.scale:
            raise RequestError(
                f"the crops are cut for scale {self.cut.scale}, the pipeline has {self.pipeline.scale}"
            )

    def header(self, sources: Sequence[Source]) -> ManifestHeader:
        """The manifest's header for these sources, which are sorted by id."""
        ids = "\0".join(source.id for source in sources).encode("utf-8", "surrogatepass")
        return ManifestHeader(
            format=FORMAT,
            format_version=FORMAT_VERSION,
            pipeline=HeaderPipeline(
                name=self.pipeline.name,
                version=self.pipeline.version,
                digest=self.pipeline.digest,
                file_digest=file_digest(self.pipeline.to_yaml().encode()),
            ),
            scale=self.pipeline.scale,
            seed=self.seed,
            crop=self.cut.crop_words,
            tiles=self.cut.step,
            variants=self.variants,
            alpha=self.reading.alpha,
            sources=HeaderSources(count=len(sources), digest=hashlib.sha256(ids).hexdigest()),
            device=self.device,
            versions=versions(),
            rows=self.rows.files,
        )


def versions() -> dict[str, str]:
    """The versions of what decides pixels: the degradations' libraries and the reader of the sources."""
    return dict(sorted(degrade.versions().items()))


def resolve_device(name: str) -> str:
    """`auto`, `cpu` or `cuda` as the device kind to run on. Raises RequestError."""
    if name not in ("auto", "cpu", "cuda"):
        raise RequestError(f"--device {name} is not one of auto, cpu, cuda")
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise RequestError("--device cuda: torch finds no CUDA device; `realsr doctor` tells more")
    return "cuda" if available and name != "cpu" else "cpu"


def refuse_other_request(root: Path, old: ManifestHeader | None, new: ManifestHeader) -> None:
    """Raises RequestError naming every argument in which a folder's header differs from this run's."""
    if old is None or old == new:
        return
    check_files(old.rows, Rows(files=new.rows), f"the pairs in {root}")
    differences = "; ".join(_differences(old, new))
    raise RequestError(
        f"{root} was made by another request: {differences}; use the same arguments or another --out"
    )


def _differences(old: ManifestHeader, new: ManifestHeader) -> Iterator[str]:
    was, now = old.content(), new.content()
    for name in ("pipeline", "sources"):
        if was.pop(name) != now.pop(name):
            yield _nested(name, getattr(old, name), getattr(new, name))
    was_versions, now_versions = was.pop("versions"), now.pop("versions")
    yield from _changed("", was, now, "--")
    yield from _changed(" version", was_versions, now_versions, "")


def _nested(name: str, was: Any, now: Any) -> str:
    if name == "sources":
        same = " other" if was.count == now.count else ""
        return f"the sources were {was.count}, now{same} {now.count}"
    if (was.name, was.version) != (now.name, now.version):
        return (
            f"--pipeline was {was.name} version {was.version}, now {now.name} version {now.version}"
        )
    return (
        f"--pipeline {now.name} has other contents ({was.digest[:12]} then, {now.digest[:12]} now)"
    )


def _changed(suffix: str, was: dict[str, Any], now: dict[str, Any], prefix: str) -> Iterator[str]:
    for name in sorted(was.keys() | now.keys()):
        if was.get(name) != now.get(name):
            yield f"{prefix}{name}{suffix} was {_shown(was.get(name))}, now {_shown(now.get(name))}"


def _shown(value: Any) -> str:
    return "none" if value is None else str(value)
