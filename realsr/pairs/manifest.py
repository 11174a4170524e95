"""The manifest: a header line, then one line per pair in key order, as JSON.

It holds no clock value, no absolute path and nothing else that tells where or how the run went: equal requests
give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ValidationError

from degrade.errors import ManifestError
from degrade.foreign import ForeignFileError, open_foreign
from degrade.reader.records import Strict
from degrade.reader.sentences import of_data
from realsr.files.errors import RequestError
from realsr.files.json_lines import json_line
from realsr.images.sources import why_unsafe
from realsr.pairs.store.protocol import PairStore
from realsr.rows import RowFile

FORMAT = "realsr-pairs"
LONGEST_LINE = 2**24
"""Bytes of a manifest's line."""
FORMAT_VERSION = 1


def _safe(key: str) -> str:
    reason = why_unsafe(key)
    if reason:
        raise ValueError(f"the key {key!r} {reason}, so it could name a file outside its folder")
    return key


class ManifestLine(Strict):
    """Base of manifest lines."""

    def to_bytes(self) -> bytes:
        """The line as it stands in the file, with its end."""
        return json_line(self.content())

    def content(self) -> dict[str, Any]:
        """The line as plain data."""
        return self.model_dump()


class HeaderPipeline(ManifestLine):
    """The pipeline's name, version and digest, and the digest of `pipeline.yaml`."""

    name: str
    version: int
    digest: str
    file_digest: str


class HeaderSources(ManifestLine):
    """How many sources were found, and the SHA-256 of their sorted ids joined by NUL."""

    count: int
    digest: str


class ManifestHeader(ManifestLine):
    """What decides every pair of the folder: a run with another header does not belong in it. rows: files of a
    person's own rows; not written where there are none.
    """

    format: Literal["realsr-pairs"]
    format_version: Literal[1]
    pipeline: HeaderPipeline
    scale: int
    seed: int
    crop: int | Literal["full"]
    tiles: int | None
    variants: int
    alpha: str
    sources: HeaderSources
    device: str
    versions: dict[str, str]
    rows: tuple[RowFile, ...] = ()

    def content(self) -> dict[str, Any]:
        return self.model_dump(exclude=None if self.rows else {"rows"})


class Digests(ManifestLine):
    """SHA-256 digests. source_pixels: of the cut source, where HR steps changed it before it was saved."""

    hr_pixels: str
    lr_pixels: str
    hr_file: str
    lr_file: str
    source_pixels: str | None = None


class PairLine(ManifestLine):
    """One pair. box: y, x, height, width in the upright source; sizes: height, width. colours: the profile that
    the source was converted from, where it was not in sRGB.
    """

    key: Annotated[str, AfterValidator(_safe)]
    source: str
    file: str
    source_digest: str
    variant: int
    box: tuple[int, int, int, int]
    hr_size: tuple[int, int]
    lr_size: tuple[int, int]
    scale: int
    digests: Digests
    colours: dict[str, str] | None = None
    trace: dict[str, Any]
    physical: list[dict[str, Any]]

    def content(self) -> dict[str, Any]:
        data = self.model_dump()
        if self.digests.source_pixels is None:
            del data["digests"]["source_pixels"]
        if self.colours is None:
            del data["colours"]
        return data


def parse_header(line: bytes, path: Path) -> ManifestHeader:
    """The header of a manifest. Raises ManifestError."""
    try:
        return ManifestHeader.model_validate_json(line)
    except ValidationError as error:
        raise ManifestError(
            f"{path}:1: not the header of a pairs manifest: {of_data(error, ManifestHeader)[0]}"
        ) from error


def parse_pair(line: bytes, path: Path, number: int) -> PairLine:
    """One pair's line. Raises ManifestError with file and line number."""
    try:
        return PairLine.model_validate_json(line)
    except ValidationError as error:
        raise ManifestError(
            f"{path}:{number}: not a pair: {of_data(error, PairLine)[0]}"
        ) from error


def read_manifest(store: PairStore) -> tuple[ManifestHeader, Iterator[PairLine]]:
    """The header and the pairs, read one by one, of a finished place.

    Raises RequestError if there is no manifest or the run has not ended, ManifestError for a wrong line.
    """
    manifest = store.books.manifest
    _refuse_unfinished(store)
    with manifest_lines(manifest) as lines:
        header = parse_header(next(lines, b""), manifest)
    return header, _pairs(manifest)


def _refuse_unfinished(store: PairStore) -> None:
    manifest, growing = store.books.manifest, store.books.partial
    if growing.exists():
        raise RequestError(
            f"the run in {store.root} has not ended ({growing.name} is there); "
            "run the same make-pairs command again to end it"
        )
    if not manifest.exists():
        raise RequestError(f"{store.root} is no folder of pairs: it has no {manifest.name}")


@contextmanager
def manifest_lines(path: Path) -> Iterator[Iterator[bytes]]:
    """A manifest's lines with their ends, whatever else lies in its place. Raises ManifestError.

    What is longer than any line of ours comes in parts, none of which is one.
    """
    try:
        with open_foreign(path, inside=path.parent) as file:
            yield iter(partial(file.readline, LONGEST_LINE), b"")
    except ForeignFileError as error:
        raise ManifestError(str(error)) from error


def _pairs(path: Path) -> Iterator[PairLine]:
    last = ""
    with manifest_lines(path) as lines:
        next(lines, None)
        for number, line in enumerate(lines, start=2):
            pair = parse_pair(line, path, number)
            if pair.key <= last:
                fault = "stands twice" if pair.key == last else f"stands behind {last!r}"
                raise ManifestError(
                    f"{path}:{number}: the key {pair.key!r} {fault}; expected one line a key, in key order"
                )
            last = pair.key
            yield pair
