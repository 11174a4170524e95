"""Graded outputs: crops of photographs, degraded, enlarged by several models, each result scored by a metric.

A crop's results lie in `graded/NAME.M.png`, M the model's number, its scores in `graded/NAME.json`. These are
written last: what a killed run left behind is made again, and the rest is kept.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

import degrade
from degrade import Key, Pipeline
from degrade.errors import DegradeError, PipelineError
from degrade.foreign import ForeignFileError
from realsr.files.faults import all_of
from realsr.files.json_lines import read_json
from realsr.files.prints import printed
from realsr.files.whole import drop_leftovers, make_directory, write_whole
from realsr.images.crops import Cut
from realsr.images.png import encode_png
from realsr.images.raster import Bytes
from realsr.images.reading import Reading, opened
from realsr.images.sources import Source, discover
from realsr.inference.loading import load
from realsr.inference.upscaler import Upscaler
from realsr.metrics.metric import Score
from realsr.metrics.scoring import score
from realsr.metrics.table import METRICS
from realsr.pairs.crops import crop_of_photograph
from realsr.pairs.soundness import check_ends
from realsr.training.errors import TrainingError
from realsr.training.ranking_config import RankingConfig
from realsr.training.samples import image_of

Tell = Callable[[str], None]
MADE_BY = "made_by.json"


@dataclass(frozen=True)
class GradedCrop:
    """source: the photograph's id. files: the results, a model each. scores: theirs, lower is better."""

    source: str
    files: tuple[Path, ...]
    scores: tuple[float, ...]

    def picture(self, model: int) -> Tensor:
        """A model's result, `3 h w` in [0, 1]."""
        with opened(self.files[model], Reading()) as image:
            return image_of(image.pixels())


class Grader:
    """Everything that grades, checked before the first crop. Raises what is at fault, with its line."""

    def __init__(self, config: RankingConfig, device: torch.device) -> None:
        self.config, self.metric = config, METRICS[config.ranks.metric]
        self.cut = self._cut()
        self.pipeline = self._pipeline()
        numbers = range(len(config.ranks.models))
        self.models = all_of(lambda number: self._model(number, device), numbers)
        self.sources = list(discover(config.data.hr).sources)
        if len(self.sources) < 2:
            raise TrainingError(
                f"{config.where('data', 'hr')}: {len(self.sources)} photographs; expected two or more, of "
                "which one is held out"
            )
        all_of(self._check, self.sources)
        self._check_metric()

    def _cut(self) -> Cut:
        data = self.config.data
        if data.crop % data.scale:
            raise TrainingError(
                f"{self.config.where('data', 'crop')}: {data.crop} is no multiple of the scale {data.scale}"
            )
        return Cut(data.scale, data.crop)

    def _pipeline(self) -> Pipeline:
        data = self.config.data
        try:
            pipeline = degrade.load_pipeline(data.pipeline, data.scale)
            check_ends(pipeline, data.crop)
        except PipelineError as error:
            raise TrainingError(f"{self.config.where('data', 'pipeline')}: {error}") from error
        return pipeline

    def _model(self, number: int, device: torch.device) -> Upscaler:
        name, data = self.config.ranks.models[number], self.config.data
        try:
            upscaler = load(name, scale=data.scale, device=device)
            upscaler(torch.full((1, 3, *(data.crop // data.scale,) * 2), 0.5))
        except DegradeError as error:
            raise TrainingError(
                f"{self.config.where('ranks', 'models', number)}: {error}"
            ) from error
        return upscaler

    def _check(self, source: Source) -> None:
        with opened(source.path, Reading()) as image:
            self.cut.check(image.size)

    def _check_metric(self) -> None:
        side = self.config.data.crop
        noise = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
        found = self.scored(noise)
        if not isinstance(found, Score):
            raise TrainingError(f"{self.config.where('ranks', 'metric')}: {found}")

    def scored(self, picture: Bytes) -> object:
        """The metric of `h w 3`: a Score, or why there is none."""
        return score(self.metric, picture, parameters=self.config.ranks.parameters)

    def made_by(self) -> dict[str, object]:
        """What decides the graded outputs beside the configuration."""
        paths = [Path(name) for name in self.config.ranks.models]
        digests = [
            hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else str(p) for p in paths
        ]
        return {
            "photographs": {each.id: printed(each.path).sha256 for each in self.sources},
            "models": digests,
            "pipeline": self.pipeline.digest,
            "metric": f"{self.metric.name} {self.metric.version}",
        }


def graded(
    grader: Grader, folder: Path, tell: Tell, asked: Callable[[], bool]
) -> list[GradedCrop] | None:
    """Every photograph's crops, made where they are not there; those that the metric cannot score are counted
    and left out. None where an interruption was asked for. Raises TrainingError, SourceError, StorageError.
    """
    make_directory(folder)
    drop_leftovers(folder)
    _claim(grader, folder)
    found: list[GradedCrop] = []
    unscored, total = 0, len(grader.sources) * grader.config.ranks.crops
    for source in grader.sources:
        for variant in range(grader.config.ranks.crops):
            if asked():
                return None
            crop = _graded_crop(grader, folder, source, variant)
            unscored += crop is None
            found += [crop] if crop is not None else []
    names = ", ".join(grader.config.ranks.models)
    tell(f"{len(found)} of {total} crops graded by {grader.metric.name}: {names}")
    if unscored:
        tell(f"{unscored} crops have no {grader.metric.name} and are left out")
    return found


def _claim(grader: Grader, folder: Path) -> None:
    path, now = folder / MADE_BY, grader.made_by()
    if not path.exists():
        write_whole(path, json.dumps(now, indent=1).encode() + b"\n")
    elif (was := _read(path)) != now:
        changed = [key for key in now if not isinstance(was, dict) or was.get(key) != now[key]]
        raise TrainingError(
            f"{folder} was graded by other {' and '.join(changed)}; put them back, or give another --out"
        )


def _graded_crop(grader: Grader, folder: Path, source: Source, variant: int) -> GradedCrop | None:
    name = f"{source.stem}.{variant}"
    path = folder / f"{name}.json"
    files = tuple(folder / f"{name}.{number}.png" for number in range(len(grader.models)))
    if not path.exists():
        scores = _make(grader, files, source, variant)
        write_whole(path, json.dumps(scores).encode() + b"\n")
    values = read_scores(path, len(files))
    if values is None:
        return None
    turned = -1.0 if grader.metric.better == "higher" else 1.0
    return GradedCrop(source.id, files, tuple(turned * value for value in values))


def read_scores(path: Path, count: int) -> list[float] | None:
    """The scores of a crop's `count` outputs; None where the metric has none of some. Raises TrainingError."""
    values = _read(path)
    if not isinstance(values, list) or len(values) != count or not all(map(_is_score, values)):
        raise TrainingError(_damaged(path))
    return None if None in values else list(map(float, values))


def _is_score(value: object) -> bool:
    return value is None or (type(value) in (int, float) and abs(float(str(value))) < math.inf)


def _read(path: Path) -> Any:
    try:
        return read_json(path)
    except ForeignFileError as error:
        raise TrainingError(str(error)) from error
    except ValueError as error:
        raise TrainingError(_damaged(path)) from error


def _damaged(path: Path) -> str:
    return f"{path} is damaged; remove it to have it made again"


def _make(
    grader: Grader, files: Sequence[Path], source: Source, variant: int
) -> list[float | None]:
    key = Key(grader.config.seed, source.id, variant)
    with opened(source.path, Reading()) as image:
        hr = image_of(crop_of_photograph(image.pixels(), grader.cut, key))[None]
    traces, own = degrade.draw(grader.pipeline, [key]), grader.pipeline.own_operators
    lr = degrade.apply_lr(traces, degrade.apply_hr(traces, hr, rows=own), rows=own)
    scores: list[float | None] = []
    for file, model in zip(files, grader.models, strict=True):
        picture = model(lr)[0].clamp(0, 1).mul(255).round().byte().permute(1, 2, 0).numpy()
        write_whole(file, encode_png(np.ascontiguousarray(picture)))
        found = grader.scored(picture)
        scores.append(found.value if isinstance(found, Score) else None)
    return scores
