"""How well a fresh discriminator tells a frozen generator's images from photographs that it has never seen.

The discriminator of a training has a history with its generator, and may have stopped learning. A probe begins
anew: the same small network for every generator, without normalisation over a batch (its answers in training
and in evaluation differ, which would pass for memory), trained on the training's photographs and judged on
those that a validation set holds out. At 0.5 it is at chance: nothing that it can find tells the images apart.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from realsr.losses.penalties import score
from realsr.models.discriminators.table import build_discriminator
from realsr.rows import NO_ROWS, Rows
from realsr.training.areas import Ranged, Witnesses, area, difference
from realsr.training.batches import Batches, Told, TrainingBatch
from realsr.training.check import Material, material
from realsr.training.config import TrainingConfig
from realsr.training.config_file import read_config
from realsr.training.errors import TrainingError
from realsr.training.folder import TrainingFolder
from realsr.training.launch import launched
from realsr.training.model_files import load_model
from realsr.training.state import TrainState, first_state
from realsr.training.watched import Sets, WatchedSet, watched_sets

RATE = 1e-3
STEPS = 300


@dataclass(frozen=True)
class ProbedGenerator:
    """areas: by watched set, how often a photograph looks more real than a generated image, `train` first.
    above_chance: of the held-out sets, the area's distance from 0.5. gaps: by how much less than on `train`."""

    steps: int
    seed: int
    areas: dict[str, Ranged]
    gaps: dict[str, Ranged]

    @property
    def above_chance(self) -> dict[str, Ranged]:
        """In [-0.5, 0.5]; an interval that holds 0 tells of no difference."""
        half = Ranged(0.5, 0.5, 0.5)
        return {name: difference(each, half) for name, each in self.areas.items()}


def probe(
    root: Path,
    *,
    steps: int = STEPS,
    seed: int = 0,
    features: int = 16,
    rows: Rows = NO_ROWS,
    tell: Callable[[str], None] = lambda sentence: None,
) -> ProbedGenerator:
    """Trains a fresh discriminator for so many steps against the model of a finished or stopped training.

    Its pairs are those of the training at steps 0, 1, ...; seed: of its weights. Raises TrainingError
    where there is no model, or where no photograph is held out that is as large as a crop.
    """
    run = TrainingFolder(root)
    if not run.config.exists() or not run.model.exists():
        raise TrainingError(
            f"{root} holds no training with a model: expected config.yaml and model.safetensors"
        )
    config = read_config(run.config, rows=rows).model_copy(update={"start_from": None})
    given = material(config, compared=False)
    state = first_state(config, launched(config))
    state.generator = load_model(run.model, rows).to(state.fabric.device).requires_grad_(False)
    sets = watched_sets(given, state)
    if len(sets) == 1:
        raise TrainingError(f"{root}: no validation set holds out a photograph as large as a crop")
    judge = _trained(state, given, steps, seed, features, tell)
    areas = {name: _area(state, judge, each) for name, each in sets.items()}
    return ProbedGenerator(steps, seed, areas, _gaps(areas, sets))


def _gaps(areas: dict[str, Ranged], sets: Sets) -> dict[str, Ranged]:
    own = areas["train"]
    return {name: difference(own, areas[name]) for name in sets if name != "train"}


def _trained(
    state: TrainState,
    given: Material,
    steps: int,
    seed: int,
    features: int,
    tell: Callable[[str], None],
) -> nn.Module:
    config, device = state.config, state.fabric.device
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        judge: nn.Module = build_discriminator(
            "patch",
            channels=config.model_arguments["channels"],
            layers=_layers(config),
            features=features,
            norm="none",
        )
    judge = judge.to(device).train()
    optimiser = torch.optim.Adam(judge.parameters(), lr=RATE, betas=(0.5, 0.99))
    batches = Batches(
        config, given.photographs, given.stored, given.pipelines, told=Told.of(state.generator)
    )
    with closing(batches):
        for step in range(steps):
            loss = _loss(judge, batches.at(step, device), state.generator)
            optimiser.zero_grad(set_to_none=True)
            state.fabric.backward(loss)
            optimiser.step()
            if (step + 1) % max(steps // 4, 1) == 0:
                tell(f"probe, step {step + 1}/{steps}: {loss.item():.4g}")
    return judge.eval()


def _layers(config: TrainingConfig) -> int:
    """As many as leave a map of logits: a crop of 8 pixels has one."""
    return max(1, min(3, config.data.crop.bit_length() - 4))


def _loss(judge: nn.Module, batch: TrainingBatch, generator: nn.Module) -> Tensor:
    """-E log D(real) - E log (1 - D(generated))."""
    with torch.no_grad():
        fake = batch.enlarged_by(generator)
    return functional.softplus(-judge(batch.hr)).mean() + functional.softplus(judge(fake)).mean()


@torch.no_grad()
def _area(state: TrainState, judge: nn.Module, each: WatchedSet) -> Ranged:
    device, size = state.fabric.device, state.config.data.batch
    real, fake = [], []
    for start in range(0, len(each.sources), size):
        part = each.batch.share(slice(start, start + size)).moved(device)
        real.append(score(judge(part.hr)).double())
        fake.append(score(judge(part.enlarged_by(state.generator))).double())
    told = (Witnesses(torch.cat(side).tolist(), each.sources) for side in (real, fake))
    return area(*told)
