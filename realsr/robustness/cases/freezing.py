"""Pictures frozen as files, with `set.json` beside them: what they were made from, and what they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import field_validator

from degrade.foreign import ForeignFileError, open_foreign, read_foreign
from realsr.files.faults import named
from realsr.files.json_lines import MOST_BYTES, json_line
from realsr.files.whole import make_directory, write_whole
from realsr.images.errors import SourceError
from realsr.images.pixels import pixel_digest
from realsr.images.png import encode_png
from realsr.images.reading import Alpha, Bytes, Reading
from realsr.images.sources import why_unsafe
from realsr.images.stored import StoredFile
from realsr.robustness.cases.fitting import FittedPixels, Member, fitted
from realsr.robustness.cases.sets import Frozen, TestPicture, TestSet
from realsr.robustness.errors import StudyError
from realsr.robustness.results.record import Kind, Written

_NAME = "set.json"


@dataclass(frozen=True)
class Freezing:
    """How pictures are frozen. accept_changed: those that changed since are frozen anew."""

    scale: int
    reading: Reading
    accept_changed: bool = False


class FrozenRequest(Written):
    """What decides the frozen pixels. files: key, SHA-256 of its LR's and its HR's file; None is no file."""

    scale: int
    alpha: Alpha
    files: tuple[tuple[str, str | None, str | None], ...]


class FrozenFile(Written):
    """Height and width, and the digest of the pixels."""

    size: tuple[int, int]
    digest: str


class FrozenLine(Written):
    """A picture. key: names its files. words: what was done to it."""

    key: str
    words: tuple[str, ...]
    lr: FrozenFile
    hr: FrozenFile | None = None

    @field_validator("key")
    @classmethod
    def _names_a_file(cls, key: str) -> str:
        if reason := why_unsafe(key):
            raise ValueError(f"{key!r} {reason}")
        return key


class FrozenSet(Written):
    """`set.json`: what a set was made by, and what it holds."""

    request: FrozenRequest
    images: tuple[FrozenLine, ...]
    failures: tuple[str, ...]


def frozen_set(
    name: str, kind: Kind, members: Sequence[Member], root: Path, how: Freezing
) -> TestSet:
    """The set as it lies in `root`, frozen if it is not yet. Raises StudyError naming changed pictures."""
    request, stored = _request(members, how), _stored(root)
    changed = () if stored is None else tuple(_changed(stored.request, request))
    if changed and not how.accept_changed:
        raise StudyError(
            f"the set {name}: pictures changed since it was first tested: {named(changed)}; put them back, "
            "give another --out, or take them as they are with --accept-changed, which the record notes"
        )
    if stored is None or stored.request != request:
        stored = _written(members, root, how, request)
        write_whole(root / _NAME, json_line(stored.to_data()))
    pictures = tuple(_test_picture(root, line) for line in stored.images)
    notes = tuple(sorted({word for picture in pictures for word in picture.words}))
    test = TestSet(name, kind, None, how.scale, root, pictures, notes, stored.failures)
    return replace(test, taken=changed)


def _request(members: Sequence[Member], how: Freezing) -> FrozenRequest:
    return FrozenRequest(
        scale=how.scale,
        alpha=how.reading.alpha,
        files=tuple((member.key, _digest(member.lr), _digest(member.hr)) for member in members),
    )


def _changed(was: FrozenRequest, now: FrozenRequest) -> Iterator[str]:
    """The pictures that both have, of other bytes."""
    before = {key: digests for key, *digests in was.files}
    return (key for key, *digests in now.files if before.get(key, digests) != digests)


def _digest(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        with open_foreign(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (ForeignFileError, OSError):
        return None


def _stored(root: Path) -> FrozenSet | None:
    """None where there is none that can be read: it is then made again."""
    try:
        return FrozenSet.model_validate_json(read_foreign(root / _NAME, most=MOST_BYTES))
    except (ForeignFileError, ValueError):
        return None


def _written(
    members: Sequence[Member], root: Path, how: Freezing, request: FrozenRequest
) -> FrozenSet:
    for part in ("lr", "hr"):
        make_directory(root / part)
    images, failures = list[FrozenLine](), []
    for member in members:
        try:
            images.append(_write(member.key, fitted(member, how.scale, how.reading), root))
        except SourceError as error:
            failures.append(f"{member.key}: {error}")
    return FrozenSet(request=request, images=tuple(images), failures=tuple(failures))


def _write(key: str, pixels: FittedPixels, root: Path) -> FrozenLine:
    hr = None if pixels.hr is None else _kept(root / "hr", key, pixels.hr)
    return FrozenLine(key=key, words=pixels.words, lr=_kept(root / "lr", key, pixels.lr), hr=hr)


def _kept(folder: Path, key: str, image: Bytes) -> FrozenFile:
    write_whole(folder / f"{key}.png", encode_png(image))
    return FrozenFile(size=(image.shape[0], image.shape[1]), digest=pixel_digest(image))


def _test_picture(root: Path, line: FrozenLine) -> TestPicture:
    def frozen(part: str, file: FrozenFile) -> Frozen:
        return Frozen(
            StoredFile(root / part / f"{line.key}.png", inside=root), file.size, file.digest
        )

    hr = None if line.hr is None else frozen("hr", line.hr)
    return TestPicture(line.key, 0, line.key, frozen("lr", line.lr), hr, None, line.words)
