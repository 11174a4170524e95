"""Folders of pictures through a model: what is made, what is kept from before, what failed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from realsr.files.errors import RequestError
from realsr.files.whole import make_directory, write_whole
from realsr.images.errors import SourceError
from realsr.images.failures import Failure, write_failures
from realsr.images.png import encode_png
from realsr.images.reading import MAX_PIXELS
from realsr.images.sources import Found, Source, discover
from realsr.inference.errors import InferenceError
from realsr.inference.pictures import AlphaBy, enlarged, read_picture
from realsr.inference.upscaler import Tiling, Upscaler
from realsr.pairs.run import Observer
from realsr.rows import RowFile, written

RECORD = "upscale.json"
"""What a folder of results was made by: another request is refused."""


@dataclass(frozen=True)
class UpscaleJob:
    """How pictures are enlarged. model: as it was named, for the record. rows: the files of a person's own rows
    that the model was loaded with.
    """

    upscaler: Upscaler
    model: str
    tiling: Tiling | None = None
    alpha: AlphaBy = "bicubic"
    max_pixels: int = MAX_PIXELS
    rows: tuple[RowFile, ...] = ()

    def record(self) -> dict[str, object]:
        """Everything that decides the pixels."""
        path = Path(self.model)
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
        overlap = None if self.tiling is None else self.tiling.overlap
        # Exact tiles give the whole picture's result, so only an overlap that was told counts.
        tile = None if self.tiling is None or overlap is None else self.tiling.side
        scale = self.upscaler.scale
        return {
            "model": path.name if digest else self.model,
            "sha256": digest,
            "scale": scale,
            "alpha": self.alpha,
            "tile": tile,
            "overlap": overlap,
            **written(self.rows),
        }


@dataclass(frozen=True)
class Upscaled:
    """made, kept: numbers of pictures. ignored: other files that were passed over."""

    made: int
    kept: int
    failures: tuple[Failure, ...]
    ignored: int


def upscale_files(
    roots: Sequence[Path], out: Path, job: UpscaleJob, observer: Observer
) -> Upscaled:
    """Enlarges every image under `roots` into `out/<id>.png`, a source's id as in a folder of pairs.

    A result that is there from an equal request is kept. A source that fails is named in `failures.jsonl` and
    the rest is made. Raises RequestError before any work: no images, a result that would take a source's
    place, a folder of another request; StorageError where the disk refuses.
    """
    found = discover(roots, leave_out=out)
    if not found.sources:
        raise RequestError(f"no images under {', '.join(map(str, roots))}; nothing was made")
    _refuse_overwriting(found, out)
    _claim(found, out, job)
    observer.begin(len(found.sources), len(found.sources))
    made = kept = 0
    failures: list[Failure] = []
    for source in found.sources:
        if target(out, source).is_file():
            kept += 1
            observer.kept(1)
        elif (failure := _made(source, out, job)) is None:
            made += 1
            observer.made()
        else:
            failures.append(failure)
            observer.failed(failure)
    write_failures(out / "failures.jsonl", failures)
    return Upscaled(made, kept, tuple(failures), found.ignored)


def target(out: Path, source: Source) -> Path:
    """Where a source's result goes."""
    return out / f"{source.id}.png"


def _made(source: Source, out: Path, job: UpscaleJob) -> Failure | None:
    """The failure of a source, None once its result is written."""
    try:
        if source.fault is not None:
            raise SourceError("name", source.fault)
        picture = read_picture(source.path, job.max_pixels)
        result = enlarged(picture.pixels, job.upscaler, job.tiling, job.alpha)
    except SourceError as error:
        return Failure(source.id, source.path.name, error.kind, error.reason)
    except InferenceError as error:
        return Failure(source.id, source.path.name, "model", str(error))
    path = target(out, source)
    make_directory(path.parent)
    write_whole(path, encode_png(result))
    return None


def _refuse_overwriting(found: Found, out: Path) -> None:
    """A result never takes a source's place, whatever links lead there."""
    places = {source.path.absolute() for source in found.sources}
    places |= {source.path.resolve() for source in found.sources}
    for source in found.sources:
        path = target(out, source)
        if places & {path.absolute(), path.resolve()}:
            raise RequestError(
                f"the result of {source.path} would take the place of {path}; give another --out"
            )


def _claim(found: Found, out: Path, job: UpscaleJob) -> None:
    """Refuses results of another request and strangers in the way; writes the record of this one."""
    if out.exists() and not out.is_dir():
        raise RequestError(f"{out} is a file; --out names a directory")
    record, path = job.record(), out / RECORD
    if path.is_file():
        _refuse_other(path, record)
        return
    for source in found.sources:
        if target(out, source).exists():
            raise RequestError(
                f"{target(out, source)} is there, and no {RECORD} tells what made it; give another --out"
            )
    make_directory(out)
    write_whole(path, (json.dumps(record, indent=2) + "\n").encode())


def _refuse_other(path: Path, record: dict[str, object]) -> None:
    try:
        old = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        old = {}
    if old == record:
        return
    was = old if isinstance(old, dict) else {}
    changes = [
        f"{name} was {was.get(name)}, now {value}"
        for name, value in record.items()
        if was.get(name) != value
    ]
    raise RequestError(
        f"{path.parent} was made by another request: {'; '.join(changes)}; use the same arguments or "
        "another --out"
    )
