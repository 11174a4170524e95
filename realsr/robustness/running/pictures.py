"""The pictures that are kept for people: of each model on each set the worst, and a few as they usually are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from degrade.foreign import ForeignFileError
from realsr.files.json_lines import read_json
from realsr.files.whole import make_directory, write_whole
from realsr.images.png import encode_png
from realsr.images.sources import why_unsafe
from realsr.robustness.cases.sets import TestPicture, TestSet
from realsr.robustness.results.columns import Column
from realsr.robustness.results.quality import quality
from realsr.robustness.results.record import Cell
from realsr.robustness.results.store import RunFolder
from realsr.robustness.running.answers import answers
from realsr.robustness.running.cache import content_key
from realsr.robustness.running.clock import Clock
from realsr.robustness.running.contestants import Contestant
from realsr.robustness.study.line_choice import BASELINE
from realsr.robustness.study.study import KeptPictures

_INDEX = "index.json"

Pick = tuple[str, int]
"""Image and variant."""


def keep_pictures(
    folder: RunFolder,
    models: Sequence[Contestant],
    sets: Sequence[TestSet],
    cells: Sequence[Cell],
    columns: Sequence[Column],
    kept: KeptPictures,
    clock: Clock,
) -> None:
    """Writes `images/SET/IMAGE/{hr,lr,MODEL}.png` of the chosen ones and drops those of earlier choices.

    An answer is asked for again, alone: beside the scored one a last bit may be rounded the other way.
    """
    known = read_index(folder)
    index: dict[str, str] = {}
    for test in sets:
        mine = [cell for cell in cells if cell.set == test.name]
        picked = chosen(mine, columns, kept)
        for picture in (
            picture for picture in test.pictures if (picture.image, picture.variant) in picked
        ):
            index |= _kept_picture(folder, models, test, picture, known, clock)
    _drop_others(folder, known, index)
    write_index(folder, index)


def chosen(cells: Sequence[Cell], columns: Sequence[Column], kept: KeptPictures) -> set[Pick]:
    """The pictures to keep of a set, worst ones first: by the first column that has numbers there, against the
    baseline, so that they are those where a model does harm and not those that are hard for all."""
    column = next((each for each in columns if _has_numbers(cells, each)), None)
    if column is None:
        return set()
    names = list(dict.fromkeys(cell.model for cell in cells))
    judged = [name for name in names if name != BASELINE] or names
    base = dict(_qualities(cells, BASELINE, column)) if judged != [BASELINE] else {}
    ranked = [_ranked(dict(_qualities(cells, name, column)), base) for name in judged]
    turns = [[*ranks[: kept.worst], *_typical(ranks, kept.typical)] for ranks in ranked]
    longest = max(map(len, turns))
    in_turn = [picks[place] for place in range(longest) for picks in turns if place < len(picks)]
    return set(list(dict.fromkeys(pick for _, pick in in_turn))[: kept.most])


def _has_numbers(cells: Iterable[Cell], column: Column) -> bool:
    return any(cell.scores.get(column.name) is not None for cell in cells)


def _qualities(cells: Iterable[Cell], model: str, column: Column) -> Iterator[tuple[Pick, float]]:
    """A model's pictures and their qualities, higher is better."""
    for cell in cells:
        value = cell.scores.get(column.name)
        if cell.model == model and value is not None:
            yield (cell.image, cell.variant), quality(column.better, value)


def _ranked(found: Mapping[Pick, float], base: Mapping[Pick, float]) -> list[tuple[float, Pick]]:
    """What is gained over the baseline, or the quality where it has none, and the picture; worst first."""
    return sorted((quality - base.get(pick, 0.0), pick) for pick, quality in found.items())


def _typical(ranked: Sequence[tuple[float, Pick]], count: int) -> list[tuple[float, Pick]]:
    if not ranked:
        return []
    middle = median(quality for quality, _ in ranked)
    return sorted(ranked, key=lambda entry: (abs(entry[0] - middle), entry[1]))[:count]


def picture_folder(folder: RunFolder, test: str, image: str, variant: int) -> Path:
    """Where a case's pictures lie; a second variant has a folder of its own."""
    place = folder.images / test / image
    return place / str(variant) if variant else place


def _kept_picture(
    folder: RunFolder,
    models: Sequence[Contestant],
    test: TestSet,
    picture: TestPicture,
    known: dict[str, str],
    clock: Clock,
) -> dict[str, str]:
    """What is there now of a picture: relative path and the digest of what it shows."""
    place = picture_folder(folder, test.name, picture.image, picture.variant)
    index: dict[str, str] = {}
    for name, file in (("lr", picture.lr), ("hr", picture.hr)):
        if file is not None and file.picture.exists():
            path = place / f"{name}.png"
            index[_name(folder, path)] = file.digest
            if known.get(_name(folder, path)) != file.digest or not path.is_file():
                make_directory(place)
                with file.picture.file() as data:
                    write_whole(path, data.read())
    for model in models:
        path, key = place / f"{model.name}.png", content_key(model, test, picture)
        same = known.get(_name(folder, path)) == key and path.is_file()
        if same or _asked(model, picture, path, clock):
            index[_name(folder, path)] = key
    return index


def _asked(model: Contestant, picture: TestPicture, path: Path, clock: Clock) -> bool:
    try:
        lr = picture.lr.read()
    except Exception:  # its cells tell why
        return False
    with clock.on("inference"):
        [answer] = answers(model, [lr])
    if isinstance(answer, str):
        return False
    make_directory(path.parent)
    write_whole(path, encode_png(answer))
    return True


def _name(folder: RunFolder, path: Path) -> str:
    return path.relative_to(folder.images).as_posix()


def read_index(folder: RunFolder) -> dict[str, str]:
    """What the kept pictures show: by relative path the digest of all that decides their pixels."""
    try:
        found = read_json(folder.images / _INDEX)
    except (ForeignFileError, ValueError):
        return {}
    entries = found.items() if isinstance(found, dict) else ()
    # What a later run no longer keeps is removed by these names: none may lead elsewhere.
    return {
        name: digest
        for name, digest in entries
        if isinstance(digest, str) and not any(map(why_unsafe, name.split("/")))
    }


def write_index(folder: RunFolder, index: dict[str, str]) -> None:
    """In place of an earlier one. Raises StorageError."""
    make_directory(folder.images)
    write_whole(folder.images / _INDEX, json.dumps(index, indent=1).encode())


def _drop_others(folder: RunFolder, known: dict[str, str], index: dict[str, str]) -> None:
    for name in known.keys() - index.keys():
        path = folder.images / name
        path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            shutil.rmtree(path.parent)
