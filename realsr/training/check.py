"""What is looked at before the first step: data, sizes, scales, and what the objective needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import signature

import torch

import degrade
from degrade import Pipeline
from degrade.errors import PipelineError
from degrade.operators.table import OPERATORS
from realsr.conditions.network import undecided
from realsr.files.faults import Faults, all_of, named
from realsr.losses.base import HOW
from realsr.models.base import DeeplySupervised
from realsr.models.discriminators.base import TellsClasses
from realsr.models.elsewhere.detection import check_read_back
from realsr.models.elsewhere.network import SpandrelNetwork
from realsr.models.errors import ModelError
from realsr.pairs.soundness import DRAWS, check_ends
from realsr.training.batches import TrainingBatch
from realsr.training.config import TrainingConfig
from realsr.training.errors import TrainingError
from realsr.training.samples import Photographs, StoredPairs
from realsr.training.state import TrainState
from realsr.training.validation import ValidationSet


@dataclass(frozen=True)
class Material:
    """What a training reads: every file has been looked at."""

    photographs: Photographs | None
    stored: StoredPairs | None
    pipelines: Mapping[int, Pipeline]
    sets: tuple[ValidationSet, ...]

    @property
    def trained_on(self) -> str:
        """The pipeline's name, and the folders of stored pairs."""
        names = list(dict.fromkeys(pipeline.name for pipeline in self.pipelines.values()))
        folders = (
            dict.fromkeys(each.store.root.name for each in self.stored.pairs) if self.stored else {}
        )
        return "+".join([*names, *(f"pairs:{name}" for name in folders)])

    @property
    def held_out(self) -> str:
        """What the validation sets keep from training, in words; nothing where they keep nothing."""
        if self.photographs is None or not self.photographs.config.validation.held_out:
            return ""
        held = {source.id for each in self.sets if each.held_out for source in each.sources}
        whole = len(held) + len(self.photographs)
        return f"held out for validation, {len(held)} of {whole} photographs: {named(sorted(held))}"


def material(config: TrainingConfig, *, compared: bool = True) -> Material:
    """Opens the data. compared: whether stored pairs must be those of their manifests.

    Raises TrainingError, SourceError, RequestError, PipelineError, SeveralFaultsError.
    """
    data = config.data
    faults = Faults()
    photographs = faults.of(lambda: Photographs(data.hr, config) if data.hr else None)
    stored = faults.of(
        lambda: StoredPairs(data.pairs, config, compared=compared) if data.pairs else None
    )
    pipelines = faults.of(lambda: _pipelines(config) if data.hr else {})
    sets = faults.of(
        lambda: all_of(lambda each: ValidationSet(each, config), config.validation.sets)
    )
    faults.check()
    return Material(photographs, stored, pipelines or {}, tuple(sets or ()))


def _pipelines(config: TrainingConfig) -> dict[int, Pipeline]:
    scales = config.data.scales or (config.model.scale,)
    made = all_of(lambda scale: _pipeline(config, scale), scales)
    return dict(zip(scales, made, strict=True))


def _pipeline(config: TrainingConfig, scale: int) -> Pipeline:
    try:
        pipeline = degrade.load_pipeline(config.data.pipeline, scale, config.own.operators)
    except PipelineError as error:
        raise TrainingError(f"data.pipeline at scale {scale}: {error}") from error
    check_ends(pipeline, config.data.crop)
    if config.data.maps is not None:
        _check_stays(pipeline, config)
    return pipeline


def _check_stays(pipeline: Pipeline, config: TrainingConfig) -> None:
    """Raises TrainingError where the HR is moved after its crop was cut: its maps would stay behind."""
    operators = OPERATORS.with_rows(pipeline.own_operators)
    for trace in degrade.draw(pipeline, degrade.keys(0, [f"check {n}" for n in range(DRAWS)])):
        for step in trace.hr:
            if operators[step.op].facts.hr_only:
                raise TrainingError(
                    f"{config.where('data', 'pipeline')}: {pipeline.name} has {step.op} on the HR, which may "
                    "move it, and its maps would stay where they are: leave that stage out"
                )


def check(state: TrainState) -> None:
    """Runs the networks once on grey and asks the objective for its needs. Raises TrainingError."""
    _check_needs(state)
    config = state.config
    channels = config.model_arguments["channels"]
    if channels != (1 if config.seen == "y" else 3):
        raise TrainingError(
            f"model.channels {channels} with colour {config.seen}: leave channels out"
        )
    _check_levels(state)
    _check_scales(state)
    with torch.no_grad(), state.fabric.autocast():
        for batch in _greys(state):
            sr = _enlarged(state, batch)
            _check_rival(state, sr, batch.lr)
            _check_ranker(state, sr)
    _check_file(state)


def _greys(state: TrainState) -> Iterator[TrainingBatch]:
    """One grey image of each scale that steps may have."""
    config, device = state.config, state.fabric.device
    crop, channels = config.data.crop, config.model_arguments["channels"]
    for scale in config.data.scales or (config.model.scale,):
        hr, lr = (
            torch.full((1, channels, side, side), 0.5, device=device)
            for side in (crop, crop // scale)
        )
        told = undecided(state.generator, lr, scale)
        yield TrainingBatch(hr, lr, scale=scale if config.data.scales else None, conditions=told)


def _enlarged(state: TrainState, batch: TrainingBatch) -> torch.Tensor:
    config = state.config
    try:
        sr = batch.enlarged_by(state.generator.eval())
    except RuntimeError as error:
        if not isinstance(state.generator, SpandrelNetwork):
            raise
        reason = str(error).strip().splitlines()[0]
        raise TrainingError(
            f"{config.where('model')}: {config.model.name} fails on {tuple(batch.lr.shape)}: {reason}; see "
            f"whether its arguments go together, and data.crop: `realsr models show {config.model.name}`"
        ) from error
    except ValueError as error:
        if batch.scale is None:
            raise
        raise TrainingError(
            f"{config.where('data', 'scales')}: {config.model.name} cannot be told the scale "
            f"{batch.scale}: {error}"
        ) from error
    if sr.shape != batch.hr.shape:
        raise TrainingError(
            f"{config.where('model')}: {config.model.name} makes {tuple(sr.shape)} of "
            f"{tuple(batch.lr.shape)}; expected {tuple(batch.hr.shape)}"
        )
    return sr


def _check_file(state: TrainState) -> None:
    """Raises TrainingError where the file that this training ends with would open as another network."""
    if not isinstance(state.generator, SpandrelNetwork):
        return
    try:
        check_read_back(state.generator, state.config.model.name)
    except (ModelError, RuntimeError) as error:
        raise TrainingError(f"{state.config.where('model')}: {error}") from error


def _check_scales(state: TrainState) -> None:
    """Raises TrainingError where steps have scales and the network is told none."""
    config = state.config
    if config.data.scales and "scale" not in signature(state.generator.forward).parameters:
        raise TrainingError(
            f"{config.where('data', 'scales')}: {config.model.name} enlarges by its one scale, "
            f"{config.model.scale}: leave scales out, or take a network of several, say mdsr"
        )


def _check_levels(state: TrainState) -> None:
    """Raises TrainingError where a term looks at images that the network does not make."""
    config = state.config
    for number, term in enumerate(state.objective.terms):
        if term.levels and not isinstance(state.generator, DeeplySupervised):
            raise TrainingError(
                f"{config.where(*_term_place(config, number))}: the term {term.label} looks at levels, and "
                f"{config.model.name} gives no images on the way to the SR: leave levels out, or take one "
                "that does, say lapsrn"
            )


def _term_place(config: TrainingConfig, number: int) -> tuple[str | int, ...]:
    """Where a term stands; the whole objective where that is a name."""
    match config.objective:
        case list():
            return ("objective", number, "levels")
        case {"terms": _}:
            return ("objective", "terms", number, "levels")
        case _:
            return ("objective",)


def _check_rival(state: TrainState, sr: torch.Tensor, lr: torch.Tensor) -> None:
    if state.rival is None:
        return
    try:
        state.rival.network.eval()(sr.float(), lr)
    except (ValueError, RuntimeError) as error:
        raise TrainingError(
            f"{state.config.where('discriminator')}: it does not take crops of {sr.shape[-1]} pixels beside an "
            f"LR of {lr.shape[-1]}: {error}"
        ) from error


def _check_ranker(state: TrainState, sr: torch.Tensor) -> None:
    if state.ranker is None:
        return
    try:
        state.ranker(sr.float())
    except RuntimeError as error:
        raise TrainingError(
            f"{state.config.where('ranker')}: it does not take crops of {tuple(sr.shape[1:])}: {error}; a "
            "ranker looks at 32 pixels or more"
        ) from error


def _check_needs(state: TrainState) -> None:
    there = {"lr"} | _of_data(state.config)
    if state.ema is not None:
        there.add("ema")
    if state.ranker is not None:
        there.add("scores")
    if state.autoencoder is not None:
        there.add("autoencode")
    if state.rival is not None:
        there |= {"fake_logits", "real_logits", "fake_features", "real_features"}
    if state.rival is not None and isinstance(state.rival.network, TellsClasses):
        there.add("fake_classes")
    for need in sorted(_needed(state) - there):
        raise TrainingError(
            f"{state.config.where('objective')}: the objective needs {need}, which this training lacks: "
            f"{_REMEDY[need]}"
        )


def _needed(state: TrainState) -> frozenset[str]:
    """What both sides look at."""
    asks = state.rival is not None and state.rival.objective.auxiliary > 0
    return state.objective.needs | (frozenset({"fake_classes", "labels"}) if asks else frozenset())


def _of_data(config: TrainingConfig) -> set[str]:
    alone = not config.data.pairs and config.seen == "rgb"
    maps = {"labels"} if config.data.maps else set()
    return maps | ({"degrade_again"} if alone else set())


_LACKS_RIVAL = "add `discriminator: {name: vgg}` and an adversarial term"

_REMEDY: dict[str, str] = dict(HOW) | {
    "degrade_again": "take photographs under data.hr alone, and colour rgb",
    "autoencode": "add `autoencoder: {}`, which trains one before the first step",
    "ema": "set ema, say 0.999",
    "fake_classes": "add `discriminator: {name: sftgan}`, which tells classes",
    "labels": "give data.maps, and a network that is told them",
    "scores": "give `ranker`, the weights of a trained ranker",
    "fake_logits": _LACKS_RIVAL,
    "real_logits": _LACKS_RIVAL,
    "fake_features": _LACKS_RIVAL,
    "real_features": _LACKS_RIVAL,
}
