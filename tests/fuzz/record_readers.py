"""Readers of what runs, studies and trainings leave behind, and of what stands beside pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from degrade.functional.learned import load_module, measured_geometry
from degrade.geometry import Size
from degrade.operators.base import canonical_json
from realsr.conditions.labels import LabelFolder
from realsr.images.reading import Reading
from realsr.inference.pictures import read_picture
from realsr.inference.record import ResultRecord
from realsr.measuring.items import Item
from realsr.measuring.kept import KeptResults
from realsr.measuring.reading import read_seen
from realsr.measuring.records import KEPT
from realsr.metrics import niqe
from realsr.pairs.store.table import opened
from realsr.rating.rater_file import read_rater_file
from realsr.robustness.cases.case_folder import representative_cases
from realsr.robustness.cases.freezing import Freezing, frozen_set
from realsr.robustness.results.store import RunFolder
from realsr.robustness.results.sweeps import read_sweeps
from realsr.robustness.running.changes import notes
from realsr.robustness.running.pictures import read_index
from realsr.sheets.stored import check_out
from realsr.training import read_config
from realsr.training.data_record import read_record
from realsr.training.folder import TrainingFolder
from realsr.training.grading import read_scores
from realsr.training.logs import Log
from realsr.training.ranking_config import read_ranking
from realsr.training.resuming import in_force
from tests.fuzz import record_seeds, seeds
from tests.fuzz.reader import Reader, put

MAX_PIXELS = 2**24


def _named(name: str, read: Callable[[Path], object]) -> Callable[[Path, bytes], object]:
    """A reader that is given the file's path."""
    return lambda folder, data: read(put(folder, name, data))


def _in_folder(name: str, read: Callable[[Path], object]) -> Callable[[Path, bytes], object]:
    """A reader that is given the folder in which the file lies."""
    return lambda folder, data: read(put(folder, name, data).parent)


def _cases(folder: Path) -> None:
    for number in range(2):
        (folder / f"case_{number:03}.yaml").touch()
    representative_cases(folder)


def _frozen(folder: Path) -> None:
    how = Freezing(2, Reading())
    frozen_set("a", "pairs", (), folder, how)


def _kept(folder: Path) -> None:
    read_index(RunFolder(folder.parent))


def _log(folder: Path) -> None:
    Log(folder, 2, tensorboard=False).close()


def _learned(path: Path) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    load_module(str(path), digest, "cpu")
    measured_geometry(str(path), digest, 2, 2)


def _resumed(folder: Path) -> None:
    training = record_seeds.OLD / "training" / "half" / "config.yaml"
    put(folder, "config.yaml", training.read_bytes())
    in_force(TrainingFolder(folder), read_config(training))


def _measured(folder: Path, data: bytes) -> None:
    """The line is of a picture beside it."""
    picture = put(folder, "a.png", record_seeds.MEASURED)
    place = str(picture).encode("utf-8", "surrogateescape")
    path = put(folder, "measured.jsonl", data.replace(b"PLACE", place))
    kept, item = KeptResults(path, {"of": "pictures"}, KEPT), Item("a", picture)
    if kept.holds(item):
        kept.of(item)
    kept.close()


RECORD_READERS = (
    Reader("measured", record_seeds.measured, _measured),
    Reader(
        "picture-as-it-is",
        seeds.pictures(".png"),
        _named("picture.png", lambda path: read_picture(path, MAX_PIXELS)),
    ),
    Reader(
        "picture-measured",
        seeds.pictures(".jpg"),
        _named("picture.jpg", lambda path: read_seen(path, MAX_PIXELS)),
    ),
    Reader(
        "labels",
        record_seeds.labels,
        _in_folder("a.png", lambda folder: LabelFolder(folder, 3).labels("a", Size(12, 17))),
    ),
    Reader("sheet", record_seeds.sheets, _named("sheet.png", check_out)),
    Reader("niqe.npz", record_seeds.niqe_npz, _named("niqe.npz", niqe.load)),
    Reader("niqe.mat", record_seeds.niqe_mat, _named("niqe.mat", niqe.load)),
    Reader("learned", seeds.downsamplers, _named("d.safetensors", _learned), None, (ValueError,)),
    Reader("store-mark", record_seeds.marks, _in_folder(".realsr-format", opened), ()),
    Reader(
        "request",
        record_seeds.requests,
        _in_folder(
            "upscale.json",
            lambda folder: ResultRecord(folder).claim({"model": "bicubic", "scale": 2}),
        ),
        (),
    ),
    Reader("cases", record_seeds.cases, _in_folder("cases.json", _cases), ()),
    Reader("frozen-set", record_seeds.frozen_sets, _in_folder("set.json", _frozen), ()),
    Reader("ratings", record_seeds.ratings, _named("a.acr.ratings.jsonl", read_rater_file), ()),
    Reader("sweeps", record_seeds.sweeps, _in_folder("sweeps.json", read_sweeps), ()),
    Reader(
        "changes",
        record_seeds.changes,
        _in_folder("changes.jsonl", lambda folder: notes(RunFolder(folder), ())),
        (),
    ),
    Reader("kept-pictures", record_seeds.kept_pictures, _in_folder("images/index.json", _kept), ()),
    Reader(
        "data-record",
        record_seeds.data_records,
        _named("data.json", read_record),
        (),
    ),
    Reader(
        "resumed", record_seeds.resumed, _in_folder("resumed.json", _resumed), seeds.TRAINING_WORDS
    ),
    Reader("ranking", record_seeds.rankings, _named("ranking.yaml", read_ranking), ()),
    Reader("scores", record_seeds.scores, _named("a.json", lambda path: read_scores(path, 3)), ()),
    Reader(
        "arguments",
        record_seeds.arguments,
        lambda folder, data: canonical_json(data.decode("utf-8", "replace")),
        (),
        (ValueError,),
    ),
    Reader("log-gone-on", record_seeds.logs, _in_folder("log.jsonl", _log), ()),
)
