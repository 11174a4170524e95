"""Sets that no pipeline made: real pairs, and photographs without truth."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from degrade.foreign import ForeignFileError
from realsr.files.json_lines import read_json
from realsr.files.whole import make_directory, write_whole
from realsr.images.errors import SourceError
from realsr.images.pixels import file_digest, pixel_digest
from realsr.images.png import encode_png
from realsr.images.reading import Alpha, Bytes, Reading, opened
from realsr.images.sources import Source, discover
from realsr.images.stored import StoredFile
from realsr.metrics.interpolation import cut_to_multiple, reduced
from realsr.robustness.cases.sets import Frozen, TestPicture, TestSet
from realsr.robustness.errors import StudyError
from realsr.robustness.results.record import Kind
from realsr.robustness.study.study import PairsEntry, PhotographsEntry

_LOW = re.compile(r"(?:[_-]?(?:lr|lq|low|l)(?:x?\d+)?|[_-]?x\d+)$", re.IGNORECASE)
_HIGH = re.compile(r"[_-]?(?:hr|gt|high|h)$", re.IGNORECASE)
_NAME = "set.json"


@dataclass(frozen=True)
class Member:
    """The files of one picture."""

    key: str
    lr: Path
    hr: Path | None


@dataclass(frozen=True)
class _Pixels:
    lr: Bytes
    hr: Bytes | None
    words: tuple[str, ...]


def real_pairs(
    entry: PairsEntry, scale: int, root: Path, limit: int | None, alpha: Alpha = "refuse"
) -> TestSet:
    """Real pairs, frozen in `root`. Pairs on one grid are brought to the scale: L by `matlab_bicubic`.

    alpha: what transparent pixels become. Raises StudyError where no LR has an HR. A pair that cannot be read
    or fitted is a failure of the set.
    """
    both, lone = partners(entry)
    test = _frozen(entry.name, "pairs", both[:limit], scale, root, Reading(alpha))
    alone = tuple(f"{name}: it has no partner" for name in lone)
    return replace(test, failures=(*test.failures, *alone))


def partners(entry: PairsEntry) -> tuple[list[Member], list[str]]:
    """The pairs by name, and the names without a partner. Raises StudyError where no LR has an HR."""
    lows, highs = _named(entry)
    both = sorted(lows.keys() & highs.keys())
    if not both:
        raise StudyError(
            f"no picture of {entry.lr} has a partner in {entry.hr}; expected equal names, or names that differ "
            "by L and H (001L, 001H), LR and HR, x4"
        )
    return [Member(name, lows[name], highs[name]) for name in both], sorted(
        lows.keys() ^ highs.keys()
    )


def photographs(
    entry: PhotographsEntry, scale: int, root: Path, limit: int | None, alpha: Alpha = "refuse"
) -> TestSet:
    """Photographs without truth, frozen in `root`. alpha: what transparent pixels become.

    Raises StudyError where there is none.
    """
    found = members(entry, leave_out=root)[:limit]
    return _frozen(entry.name, "real", found, scale, root, Reading(alpha))


def members(entry: PhotographsEntry, leave_out: Path | None = None) -> list[Member]:
    """The photographs by name. Raises StudyError where there is none."""
    found = discover([entry.dir], leave_out=leave_out).sources
    if not found:
        raise StudyError(f"no images in {entry.dir}; give a directory of photographs")
    return [Member(source.stem, source.path, None) for source in found]


def _named(entry: PairsEntry) -> tuple[dict[str, Path], dict[str, Path]]:
    """LR and HR by the names of their pairs: their own where any of them agree, else without their marks."""
    low, high = (discover([path]).sources for path in (entry.lr, entry.hr))
    same = entry.lr.resolve() == entry.hr.resolve()
    if not same and {each.stem for each in low} & {each.stem for each in high}:
        return {each.stem: each.path for each in low}, {each.stem: each.path for each in high}
    return _unmarked(low, _LOW, same), _unmarked(high, _HIGH, same)


def _unmarked(sources: Sequence[Source], mark: re.Pattern[str], marked: bool) -> dict[str, Path]:
    """Pictures by their names without the mark; with `marked` only those that bear it."""
    found: dict[str, Path] = {}
    for source in sources:
        if marked and not mark.search(source.stem):
            continue
        name = mark.sub("", source.stem)
        if found.setdefault(name, source.path) is not source.path:
            raise StudyError(f"{found[name]} and {source.path} would both be {name!r}; rename one")
    return found


def _frozen(
    name: str, kind: Kind, members: Sequence[Member], scale: int, root: Path, reading: Reading
) -> TestSet:
    request = _request(members, scale, reading)
    stored = _stored(root)
    if stored is None or stored["request"] != request:
        stored = {"request": request, **_written(members, scale, root, reading)}
        write_whole(root / _NAME, json.dumps(stored, ensure_ascii=False, indent=1).encode())
    pictures = tuple(_test_picture(root, line) for line in stored["images"])
    notes = tuple(sorted({word for picture in pictures for word in picture.words}))
    return TestSet(name, kind, None, scale, root, pictures, notes, tuple(stored["failures"]))


def _request(members: Sequence[Member], scale: int, reading: Reading) -> dict[str, Any]:
    """What decides the frozen pixels."""
    return {
        "scale": scale,
        "alpha": reading.alpha,
        "files": [[member.key, _digest(member.lr), _digest(member.hr)] for member in members],
    }


def _digest(path: Path | None) -> str | None:
    return None if path is None or not path.is_file() else file_digest(path.read_bytes())


def _stored(root: Path) -> dict[str, Any] | None:
    try:
        found = read_json(root / _NAME)
    except (ForeignFileError, ValueError):
        return None
    whole = isinstance(found, dict) and found.keys() >= {"images", "failures"}
    return found if whole else None


def _written(members: Sequence[Member], scale: int, root: Path, reading: Reading) -> dict[str, Any]:
    for part in ("lr", "hr"):
        make_directory(root / part)
    images, failures = [], []
    for member in members:
        try:
            images.append(_write(member.key, _prepared(member, scale, reading), root))
        except SourceError as error:
            failures.append(f"{member.key}: {error}")
    return {"images": images, "failures": failures}


def _write(key: str, pixels: _Pixels, root: Path) -> dict[str, Any]:
    line: dict[str, Any] = {"key": key, "words": list(pixels.words)}
    for part, image in _parts(pixels):
        write_whole(root / part / f"{key}.png", encode_png(image))
        line[part] = {"size": list(image.shape[:2]), "digest": pixel_digest(image)}
    return line


def _parts(pixels: _Pixels) -> Iterator[tuple[str, Bytes]]:
    yield "lr", pixels.lr
    if pixels.hr is not None:
        yield "hr", pixels.hr


def _prepared(member: Member, scale: int, reading: Reading) -> _Pixels:
    low = _read(member.lr, reading)
    if member.hr is None:
        return _Pixels(low, None, ())
    high = _read(member.hr, reading)
    if low.shape[2] != high.shape[2]:
        raise SourceError("channels", "one of LR and HR is grey and the other is not")
    if low.shape == high.shape:
        low, high = (cut_to_multiple(image, scale) for image in (low, high))
        return _Pixels(_bytes(reduced(low, scale)), _bytes(high), (_one_grid(scale),))
    return _fitted(low, high, scale)


def _fitted(low: Bytes, high: Bytes, scale: int) -> _Pixels:
    """HR of scale x LR, cut at the end where it has less than a further LR pixel."""
    height, width = (scale * side for side in low.shape[:2])
    spare = (high.shape[0] - height, high.shape[1] - width)
    if min(spare) < 0 or max(spare) >= scale:
        raise SourceError(
            "size",
            f"LR is {low.shape[0]} x {low.shape[1]} and HR {high.shape[0]} x {high.shape[1]} (height x width); "
            f"expected HR of {height} x {width} (x{scale}), or both on one grid",
        )
    return _Pixels(low, _bytes(high[:height, :width]), ())


def _one_grid(scale: int) -> str:
    return f"LR and HR came on one grid; LR was reduced by matlab_bicubic 1/{scale}"


def _read(path: Path, reading: Reading) -> Bytes:
    with opened(path, reading) as image:
        return image.pixels()


def _bytes(image: Any) -> Bytes:
    return np.ascontiguousarray(image, dtype=np.uint8)


def _test_picture(root: Path, line: dict[str, Any]) -> TestPicture:
    def frozen(part: str) -> Frozen | None:
        if part not in line:
            return None
        height, width = line[part]["size"]
        file = StoredFile(root / part / f"{line['key']}.png", inside=root)
        return Frozen(file, (height, width), line[part]["digest"])

    lr = frozen("lr")
    if lr is None:
        raise StudyError(
            f"{root / _NAME}: {line['key']} has no LR; remove the folder and run again"
        )
    return TestPicture(line["key"], 0, line["key"], lr, frozen("hr"), None, tuple(line["words"]))
