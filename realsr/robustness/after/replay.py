"""One answer made again from a run's record: the LR from HR and trace, the SR from the model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch

from degrade.trust import NOTHING, Trust
from realsr.files.whole import make_directory, write_whole
from realsr.images.png import encode_png
from realsr.images.remaking import Difference, difference, remade
from realsr.images.stored import StoredFile
from realsr.robustness.cases.sets import Frozen, TestPicture, given_set
from realsr.robustness.errors import StudyError
from realsr.robustness.results.record import RecordedFile, RecordedSet
from realsr.robustness.results.store import Results
from realsr.robustness.running.answers import answers
from realsr.robustness.running.contestants import Contestant, contestants
from realsr.robustness.study.study import ModelEntry
from realsr.rows import NO_ROWS, Rows, check_files


@dataclass(frozen=True)
class Replay:
    """folder: where the pictures are. remade: the LR made again against the frozen one, if it has a trace."""

    folder: Path
    remade: Difference | None
    words: tuple[str, ...]


def replay(
    results: Results,
    model: str,
    test: str,
    key: str,
    out: Path | None = None,
    device: str = "cpu",
    trust: Trust | Iterable[str] = NOTHING,
    rows: Rows = NO_ROWS,
) -> Replay:
    """Writes `hr.png`, `lr.png` and `MODEL.png`, by default to `replayed/SET/KEY` in the run's folder.

    trust: what code the recorded model and trace may run. rows: a person's own, those of the run. Raises
    StudyError for names that the run has not, and for a model that is no longer the one of the run.
    """
    check_files(results.record.rows, rows, f"the run in {results.root}")
    rows = rows.trusting(trust)
    contestant = _contestant(results, model, device, rows.trust, rows)
    picture = _test_picture(results, results.set(test), key, rows)
    frozen = picture.lr.read()
    hr = None if picture.hr is None else picture.hr.read()
    lr = frozen
    if hr is not None and picture.trace is not None:
        lr = remade(picture.trace, hr, torch.device("cpu"), rows.operators)
    [answer] = answers(contestant, [lr])
    if isinstance(answer, str):
        raise StudyError(answer)
    folder = out or results.root / "replayed" / test / key
    make_directory(folder)
    for name, image in (("hr", hr), ("lr", lr), (model, answer)):
        if image is not None:
            write_whole(folder / f"{name}.png", encode_png(image))
    told = None if picture.trace is None else difference([(lr, frozen)])
    return Replay(folder, told, picture.words)


def _contestant(results: Results, name: str, device: str, trust: Trust, rows: Rows) -> Contestant:
    known = results.model(name)
    inside = results.root / known.path
    path = str(inside) if inside.is_file() else known.path
    entry = ModelEntry(name=name, path=path)
    found = contestants([entry], known.scale, torch.device(device), trust, rows)[-1]
    if found.digest != known.digest:
        raise StudyError(
            f"{path} is no longer the model of this run (digest {found.digest[:12]}, then "
            f"{known.digest[:12]}); put that file back or run the study again"
        )
    return found


def _test_picture(results: Results, test: RecordedSet, key: str, rows: Rows) -> TestPicture:
    image = next((image for image in test.images if image.key == key), None)
    if image is None:
        known = ", ".join(image.key for image in test.images[:20])
        raise StudyError(f"{test.name} has no picture {key!r}; it has {known}")
    if test.kind == "pipeline":
        given = given_set(test.name, results.root / test.folder, test.scale, None, rows)
        return next(picture for picture in given.pictures if picture.key == key)
    hr = None if image.hr is None else _frozen(results, image.hr)
    return TestPicture(image.image, image.variant, key, _frozen(results, image.lr), hr, None, ())


def _frozen(results: Results, file: RecordedFile) -> Frozen:
    return Frozen(StoredFile(results.root / file.file), file.size, file.digest)
