"""Four trainings of one small network on the same task; only the losses, and one of them the noise, differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import torch
from torch import Tensor

from realsr.ganlab.two_modes.task import LR_SIDE, SCALE, coins, draw_scenes, to_lr
from realsr.losses.base import Batch
from realsr.losses.discriminator import DiscriminatorObjective
from realsr.losses.objective import Objective
from realsr.losses.terms import LossTerm
from realsr.models.discriminators.base import Discriminator
from realsr.models.discriminators.patch import Patch, PatchArguments
from realsr.models.noise_srvgg import NoiseSRVGG, NoiseSRVGGArguments

STEPS = 400
BATCH = 16
RATE = 3e-3
LOUDNESS = 10.0
"""How much stronger than usual the noise comes in: what is not heard at first is soon ignored for good."""

WayName = Literal["mse", "l1", "gan", "noise_gan"]


@dataclass(frozen=True)
class LossWay:
    """One way of training. terms: losses and their weights. noise: whether the network is given any."""

    title: str
    terms: Mapping[str, float]
    noise: bool = False

    @property
    def adversarial(self) -> bool:
        """Whether a discriminator plays."""
        return "adversarial" in self.terms

    def objective(self) -> Objective:
        """The generator's side."""
        return Objective(
            [LossTerm(name=name, weight=weight) for name, weight in self.terms.items()]
        )


_GAN = {"lr_consistency": 1.0, "adversarial": 0.1}
"""The consistency holds the background, and does not care which way the stripes lean."""

WAYS: Mapping[WayName, LossWay] = MappingProxyType(
    {
        "mse": LossWay("MSE", {"mse": 1.0}),
        "l1": LossWay("L1", {"l1": 1.0}),
        "gan": LossWay("GAN", _GAN),
        "noise_gan": LossWay("GAN with noise", _GAN, noise=True),
    }
)
JUDGING = DiscriminatorObjective(kind="vanilla", r1=0.3, every=2)


@dataclass
class Players:
    """Both networks with what moves them."""

    network: NoiseSRVGG
    discriminator: Discriminator
    descent: torch.optim.Optimizer
    judging: torch.optim.Optimizer


def train(
    way: LossWay, seed: int, steps: int = STEPS, told: Callable[[int], None] = lambda step: None
) -> NoiseSRVGG:
    """The network of one way; equal arguments give equal weights, and no global generator is moved.

    told: called before every step with the number of those that are done.
    """
    generator = torch.Generator().manual_seed(seed)
    players, objective = _players(seed), way.objective()
    for step in range(steps):
        told(step)
        _set_rates(players, RATE * (1 - step / steps))
        _step(players, way, objective, generator, step)
    return players.network.eval()


def draw_noise(count: int, generator: torch.Generator) -> Tensor:
    """`count 1 6 6`: a coin an image, -1 or 1 at all its pixels.

    A coin and not a normal number, because a network is continuous in its noise: out of a normal number it
    would also make what lies between the modes.
    """
    signs = torch.where(coins(count, generator), 1.0, -1.0)
    return signs.expand(-1, -1, LR_SIDE, LR_SIDE)


def _step(
    players: Players, way: LossWay, objective: Objective, generator: torch.Generator, step: int
) -> None:
    scenes = draw_scenes(BATCH, generator)
    hr = scenes.either(generator)
    sr = players.network(scenes.lr, draw_noise(BATCH, generator) if way.noise else None)
    logits = None
    if way.adversarial:
        _descend(players.judging, JUDGING.evaluate(players.discriminator, hr, sr, step).total)
        logits = players.discriminator(sr)
    batch = Batch(sr, hr, lr=scenes.lr, degrade_again=to_lr, fake_logits=logits)
    _descend(players.descent, objective.evaluate(batch).total)


def _players(seed: int) -> Players:
    with torch.random.fork_rng(devices=[]):
        # Initial weights come from the global generator, which the caller finds as it was.
        torch.default_generator.manual_seed(seed)
        network = NoiseSRVGG(
            NoiseSRVGGArguments(scale=SCALE, features=16, convolutions=1, noise_channels=1)
        )
        discriminator = Patch(PatchArguments(norm="none", layers=2, features=16))
    with torch.no_grad():
        for weight in network.injections.parameters():
            weight.mul_(LOUDNESS)
    return Players(network, discriminator, _adam(network), _adam(discriminator))


def _adam(network: torch.nn.Module) -> torch.optim.Optimizer:
    return torch.optim.Adam(network.parameters(), RATE, betas=(0.5, 0.99))


def _set_rates(players: Players, rate: float) -> None:
    for optimiser in (players.descent, players.judging):
        for group in optimiser.param_groups:
            group["lr"] = rate


def _descend(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
