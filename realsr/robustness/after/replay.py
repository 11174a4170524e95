"""One answer made again from a run's record: the LR from HR and trace, the SR from the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from realsr.files.whole import make_directory, write_whole
from realsr.images.png import encode_png
from realsr.images.remaking import Difference, difference, remade
from realsr.robustness.cases.sets import Case, Frozen, given_set
from realsr.robustness.errors import StudyError
from realsr.robustness.results.store import Results, Row
from realsr.robustness.running.answers import answers
from realsr.robustness.running.contestants import Contestant, contestants
from realsr.robustness.study.study import ModelEntry


@dataclass(frozen=True)
class Replay:
    """folder: where the pictures are. remade: the LR made again against the frozen one, if it has a trace."""

    folder: Path
    remade: Difference | None
    words: tuple[str, ...]


def replay(
    results: Results, model: str, test: str, key: str, out: Path | None = None, device: str = "cpu"
) -> Replay:
    """Writes `hr.png`, `lr.png` and `MODEL.png`, by default to `replayed/SET/KEY` in the run's folder.

    Raises StudyError for names that the run has not, and for a model that is no longer the one of the run.
    """
    contestant = _contestant(results, model, device)
    case = _case(results, _entry(results.record["sets"], "name", test, "set"), key)
    frozen = case.lr.read()
    hr = None if case.hr is None else case.hr.read()
    lr = frozen
    if hr is not None and case.trace is not None:
        lr = remade(case.trace, hr, torch.device("cpu"))
    [answer] = answers(contestant, [lr])
    if isinstance(answer, str):
        raise StudyError(answer)
    folder = out or results.root / "replayed" / test / key
    make_directory(folder)
    for name, image in (("hr", hr), ("lr", lr), (model, answer)):
        if image is not None:
            write_whole(folder / f"{name}.png", encode_png(image))
    told = None if case.trace is None else difference([(lr, frozen)])
    return Replay(folder, told, case.words)


def _contestant(results: Results, name: str, device: str) -> Contestant:
    row = _entry(results.record["models"], "name", name, "model")
    inside = results.root / row["path"]
    path = str(inside) if inside.is_file() else row["path"]
    entry = ModelEntry(name=name, path=path)
    found = contestants([entry], row["scale"], torch.device(device))[-1]
    if found.digest != row["digest"]:
        raise StudyError(
            f"{path} is no longer the model of this run (digest {found.digest[:12]}, then "
            f"{row['digest'][:12]}); put that file back or run the study again"
        )
    return found


def _entry(rows: Sequence[Row], field: str, name: str, kind: str) -> Row:
    for row in rows:
        if row[field] == name:
            return row
    known = ", ".join(row[field] for row in rows[:20])
    raise StudyError(f"the run has no {kind} {name!r}; it has {known}")


def _case(results: Results, test: Row, key: str) -> Case:
    image = _entry(test["images"], "key", key, "picture")
    if test["kind"] == "pipeline":
        cases = given_set(test["name"], results.root / test["folder"], test["scale"], None).cases
        return next(case for case in cases if case.key == key)
    parts = {
        part: Frozen(
            results.root / image[part]["file"],
            (image[part]["size"][0], image[part]["size"][1]),
            image[part]["digest"],
        )
        for part in ("lr", "hr")
        if part in image
    }
    return Case(image["image"], image["variant"], key, parts["lr"], parts.get("hr"), None, ())
