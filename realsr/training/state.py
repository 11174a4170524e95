"""All that changes while a training runs, in one place, and its way into a file and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from realsr.losses.discriminator import DiscriminatorObjective
from realsr.losses.objective import Objective
from realsr.models.autoencoder import Autoencoder, AutoencoderArguments, autoencoder_of
from realsr.models.bounds import built_within
from realsr.models.checkpoints import LoadReport, load_weights
from realsr.models.discriminators.base import Discriminator
from realsr.models.discriminators.table import build_discriminator
from realsr.models.errors import ModelError
from realsr.models.ranker import ranker_of
from realsr.models.table import build
from realsr.training.adapting import Adaptation
from realsr.training.checkpoints import counted, restoring
from realsr.training.config import TrainingConfig
from realsr.training.errors import TrainingError
from realsr.training.levels import Levels
from realsr.training.moving_average import frozen_copy
from realsr.training.optimisers import load_optimiser, optimiser_for
from realsr.training.pausing import Pause

if TYPE_CHECKING:
    from lightning_fabric import Fabric

N = TypeVar("N", bound=nn.Module)


class Lazy(NamedTuple):
    """A penalty as it was last taken. step: how many lay behind then, its own included. values: raw and
    weighted, (2,), means over all processes."""

    step: int
    values: Tensor


@dataclass
class Rival:
    """The discriminator's side of the game. lazy: penalties that are not of every step, by name. adaptation:
    how often its images are changed, where that follows it."""

    network: Discriminator
    optimiser: Optimizer
    objective: DiscriminatorObjective
    pause: Pause | None = None
    adaptation: Adaptation | None = None
    lazy: dict[str, Lazy] = field(default_factory=dict)


@dataclass
class TrainState:
    """enlarge: the generator, or its compiled form. step: how many steps lie behind. skipped: how many of the
    last ones, in a row, the guard left out. started: what the weights to start from filled. ranker: scores SR,
    unchanging. autoencoder: of the loss aesop, unchanging once it is trained. levels: what terms
    usually are, where one may explode.

    There is no random generator and no scheduler here: draws and rates are functions of the step.
    """

    config: TrainingConfig
    fabric: Fabric
    generator: nn.Module
    enlarge: Callable[..., Tensor]
    optimiser: Optimizer
    objective: Objective
    ema: nn.Module | None = None
    rival: Rival | None = None
    ranker: nn.Module | None = None
    autoencoder: nn.Module | None = None
    levels: Levels | None = None
    step: int = 0
    skipped: int = 0
    started: LoadReport | None = None

    @property
    def best(self) -> nn.Module:
        """The network to use: the moving average where there is one."""
        return self.generator if self.ema is None else self.ema


def first_state(config: TrainingConfig, fabric: Fabric) -> TrainState:
    """The state before the first step, with the weights that the seed decides.

    Raises ModelError, LossError, MissingWeightsError, TrainingError.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        generator = _generator(config)
        rival = None if config.discriminator is None else _discriminator(config)
    started = None
    if (start := config.start) is not None:
        started = load_weights(generator, start.path, start.mode)
    generator = _placed(generator, config, fabric)
    objective = config.recipe.objective(config.steps)
    objective.prepare()
    return TrainState(
        config,
        fabric,
        generator,
        torch.compile(generator) if config.compile else generator,
        optimiser_for(generator, config.optimiser),
        objective,
        ema=frozen_copy(generator) if config.ema is not None else None,
        rival=None if rival is None else _rival(_placed(rival, config, fabric), config, fabric),
        ranker=_ranker(config, fabric),
        autoencoder=_autoencoder(config, fabric),
        levels=None if config.guard.explodes is None else Levels(config.guard.explodes),
        started=started,
    )


def _generator(config: TrainingConfig) -> nn.Module:
    """The network; of a file's arguments no larger than the file."""

    def made() -> nn.Module:
        return build(config.model.row, **config.model_arguments)

    file = config.model.file
    if file is None or not file.is_file():  # which load_weights says in its own words
        return made()
    return built_within(made, file.stat().st_size, str(file))


def _ranker(config: TrainingConfig, fabric: Fabric) -> nn.Module | None:
    if config.ranker is None:
        return None
    try:
        ranker = ranker_of(config.ranker)
    except ModelError as error:
        raise TrainingError(f"{config.where('ranker')}: {error}") from error
    return _placed(ranker, config, fabric).requires_grad_(False).eval()


def _discriminator(config: TrainingConfig) -> Discriminator:
    assert config.discriminator is not None
    channels = {"channels": config.model_arguments["channels"]}
    return build_discriminator(
        config.discriminator.row, **(channels | config.discriminator.arguments)
    )


def _autoencoder(config: TrainingConfig, fabric: Fabric) -> nn.Module | None:
    """As its seed makes it; it is trained, or read, before the first step."""
    if config.autoencoder is None:
        return None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        found = _made(config)
    return _placed(found, config, fabric).requires_grad_(False).eval()


def _made(config: TrainingConfig) -> Autoencoder:
    """As torch's generators make it, or as its file has it. Raises TrainingError for one of another scale."""
    asked = config.autoencoder
    assert asked is not None
    scale, channels = config.model.scale, config.model_arguments["channels"]
    if asked.file is None:
        return Autoencoder(
            AutoencoderArguments(
                scale=scale, channels=channels, features=asked.features, blocks=asked.blocks
            )
        )
    where = config.where("autoencoder", "file")
    try:
        found = autoencoder_of(asked.file)
    except ModelError as error:
        raise TrainingError(f"{where}: {error}") from error
    ours = found.decoder[0].in_channels
    if (found.scale, ours) != (scale, channels):
        raise TrainingError(
            f"{where}: {asked.file} is of scale {found.scale} and {ours} channels; expected {scale} and "
            f"{channels}"
        )
    return found


def _rival(network: Discriminator, config: TrainingConfig, fabric: Fabric) -> Rival:
    objective = config.recipe.discriminator
    assert objective is not None
    optimiser = optimiser_for(network, config.discriminator_optimiser or config.optimiser)
    pause = None if config.discriminator_pause is None else Pause(config.discriminator_pause)
    view = config.discriminator_view
    adapts = None if view is None else view.adaptive
    batch = config.data.batch * fabric.world_size
    adaptation = None if adapts is None else Adaptation(adapts, batch)
    return Rival(network, optimiser, objective, pause, adaptation)


def _placed(network: N, config: TrainingConfig, fabric: Fabric) -> N:
    network = network.to(fabric.device)
    if config.channels_last:
        network = network.to(memory_format=torch.channels_last)
    return network


def content(state: TrainState) -> dict[str, Any]:
    """The state as tensors and plain data."""
    found: dict[str, Any] = {
        "step": state.step,
        "skipped": state.skipped,
        "global_batch": state.config.data.batch * state.fabric.world_size,
        "generator": state.generator.state_dict(),
        "optimiser": state.optimiser.state_dict(),
        "precision": state.fabric.strategy.precision.state_dict(),
    }
    if (levels := state.levels) is not None:
        found["levels"] = {"means": levels.means, "seen": levels.seen}
    if state.ema is not None:
        found["ema"] = state.ema.state_dict()
    if state.rival is not None:
        found["discriminator"] = state.rival.network.state_dict()
        found["discriminator_optimiser"] = state.rival.optimiser.state_dict()
        if (pause := state.rival.pause) is not None:
            found["pause"] = {"running": pause.running, "rested": pause.rested}
        if (adaptation := state.rival.adaptation) is not None:
            told = ("share", "total", "seen")
            found["adaptation"] = {name: getattr(adaptation, name) for name in told}
        if lazy := state.rival.lazy:
            found["lazy"] = {name: each._asdict() for name, each in lazy.items()}
    return found


def restore(state: TrainState, found: dict[str, Any]) -> None:
    """Fills a first state with a stored one. Raises TrainingError where the global batch is another, or where
    it is the state of no such training.
    """
    with restoring():
        _fill(state, found)


def _fill(state: TrainState, found: dict[str, Any]) -> None:
    batch = state.config.data.batch * state.fabric.world_size
    if found["global_batch"] != batch:
        raise TrainingError(
            f"this training takes {found['global_batch']} pairs a step over all processes, not {batch}: "
            "go on with as many processes, or change data.batch to match"
        )
    state.generator.load_state_dict(found["generator"])
    load_optimiser(state.optimiser, found["optimiser"])
    state.fabric.strategy.precision.load_state_dict(found["precision"])
    if state.ema is not None:
        state.ema.load_state_dict(found["ema"])
    if state.rival is not None:
        state.rival.network.load_state_dict(found["discriminator"])
        load_optimiser(state.rival.optimiser, found["discriminator_optimiser"])
        if (pause := state.rival.pause) is not None:
            running = found["pause"]["running"]
            pause.running = None if running is None else float(running)
            pause.rested = counted(found["pause"]["rested"])
        if (adaptation := state.rival.adaptation) is not None:
            adaptation.share = float(found["adaptation"]["share"])
            adaptation.total = float(found["adaptation"]["total"])
            adaptation.seen = counted(found["adaptation"]["seen"])
        lazy = found.get("lazy", {})  # absent before the first, and in states of 0.1.0
        state.rival.lazy = {name: Lazy(**each) for name, each in lazy.items()}
    if state.levels is not None:  # the guard may be another since
        stored = found.get("levels", {"means": {}, "seen": {}})
        state.levels.means = {str(name): float(mean) for name, mean in stored["means"].items()}
        state.levels.seen = {str(name): counted(each) for name, each in stored["seen"].items()}
    state.step, state.skipped = counted(found["step"]), counted(found["skipped"])
