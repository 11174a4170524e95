"""One step of a training, in two functions that read like the papers' algorithm.

report = generator_step(state, batch)
if state.rival:
    discriminator_step(state, batch, report.sr)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import Optimizer

from realsr.losses.base import Batch
from realsr.losses.objective import Losses, gradient_norms
from realsr.training import moving_average
from realsr.training.batches import TrainingBatch
from realsr.training.optimisers import clip, gradient_norm, parameters_of, set_rates
from realsr.training.processes import any_of, average_buffers, average_gradients
from realsr.training.schedule import rate_factor
from realsr.training.state import Rival, TrainState

if TYPE_CHECKING:
    from lightning_fabric import Fabric


@dataclass
class StepReport:
    """raw, weighted: means over the batch, by term, on the device. norms: of the terms' gradients on the last
    layer, where they were asked for. gradient: length of the whole gradient before clipping. taken: False where
    something was no finite number, and the step left out. sr: the generator's output, detached.
    """

    raw: dict[str, Tensor]
    weighted: dict[str, Tensor]
    gradient: Tensor
    taken: bool
    norms: dict[str, float]
    sr: Tensor | None = None


def generator_step(state: TrainState, batch: TrainingBatch, *, norms: bool = False) -> StepReport:
    """Moves the generator, and its average, by one batch; `state.step` is counted by the caller."""
    _all_in_training(state)
    state.optimiser.zero_grad(set_to_none=True)
    parts, found, seen = batch.parts(state.config.accumulate), [], []
    pulls: dict[str, float] = {}
    for index, part in enumerate(parts):
        with _still(state.rival):
            losses, sr = _generator_losses(state, part)
        if norms and index == 0:
            pulls = gradient_norms(losses, last_weight(state.generator))
        state.fabric.backward(losses.total / len(parts))
        found.append(losses)
        seen.append(sr.detach())
    report = _stepped(state, state.optimiser, state.generator, found)
    if report.taken and state.ema is not None and state.config.ema is not None:
        decay = moving_average.decay_at(state.config.ema, state.step)
        moving_average.update(state.ema, state.generator, decay)
    return replace(report, norms=pulls, sr=torch.cat(seen))


def discriminator_step(state: TrainState, batch: TrainingBatch, sr: Tensor) -> StepReport:
    """Moves the discriminator on real HR against `sr`, the generator's output before its own step."""
    rival = state.rival
    assert rival is not None
    _all_in_training(state)
    rival.optimiser.zero_grad(set_to_none=True)
    parts, found = batch.parts(state.config.accumulate), []
    for part, fake in zip(parts, sr.chunk(len(parts)), strict=True):
        losses = _discriminator_losses(state, rival, part, fake)
        state.fabric.backward(losses.total / len(parts))
        found.append(losses)
    return _stepped(state, rival.optimiser, rival.network, found)


def _all_in_training(state: TrainState) -> None:
    """Both networks: whether one was looked at between the steps must not change them."""
    state.generator.train()
    if state.rival is not None:
        state.rival.network.train()


def _generator_losses(state: TrainState, part: TrainingBatch) -> tuple[Losses, Tensor]:
    with state.fabric.autocast():
        sr, levels = _outputs(state, part)
        batch = Batch(sr, part.hr, part.lr, levels, part.degrade_again)
        batch = _judged(state, _ranked(state, _averaged(state, batch)))
    return state.objective.evaluate(batch, state.step), sr


def _outputs(state: TrainState, part: TrainingBatch) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
    """SR, and the smaller outputs beside HR of their size where a term is summed over them."""
    pyramid = getattr(state.generator, "pyramid", None)
    if pyramid is None or not any(term.levels for term in state.objective.terms):
        told = () if part.scale is None else (part.scale,)
        return state.enlarge(part.lr, *told), []
    *smaller, sr = pyramid(part.lr)
    return sr, [(each, _reduced(part.hr, each)) for each in smaller]


def _reduced(hr: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(hr, like.shape[-2:], mode="bicubic", antialias=True)


def _averaged(state: TrainState, batch: Batch) -> Batch:
    """With the moving average's output, where a term looks at it."""
    if "ema" not in state.objective.needs or state.ema is None or batch.lr is None:
        return batch
    with torch.no_grad():
        return replace(batch, ema=state.ema(batch.lr))


def _ranked(state: TrainState, batch: Batch) -> Batch:
    """With the ranker's scores, where there is one."""
    return batch if state.ranker is None else replace(batch, scores=state.ranker(batch.sr))


def _judged(state: TrainState, batch: Batch) -> Batch:
    """With the discriminator's answers, where there is one."""
    if state.rival is None:
        return batch
    fake = state.rival.network.judge(batch.sr, batch.lr)
    with torch.no_grad():
        real = state.rival.network.judge(batch.hr, batch.lr)
    return replace(
        batch,
        fake_logits=fake.logits,
        real_logits=real.logits,
        fake_features=fake.features,
        real_features=real.features,
    )


def _discriminator_losses(
    state: TrainState, rival: Rival, part: TrainingBatch, fake: Tensor
) -> Losses:
    def judge(images: Tensor) -> Tensor:
        with state.fabric.autocast():
            logits: Tensor = rival.network(images, part.lr)
        return logits.float()

    mix = torch.rand(len(fake), device=fake.device)
    return rival.objective.evaluate(judge, part.hr, fake.float(), state.step, mix)


def _stepped(
    state: TrainState, optimiser: Optimizer, network: nn.Module, parts: list[Losses]
) -> StepReport:
    """From gradients to new weights, unless something is no finite number."""
    fabric, config = state.fabric, state.config
    parameters = parameters_of(optimiser)
    average_gradients(fabric, parameters)
    fabric.strategy.precision.unscale_gradients(optimiser)
    length = gradient_norm(parameters)
    taken = _finite(fabric, parts, length, scaled=config.precision == "fp16")
    if taken:
        set_rates(optimiser, rate_factor(config.schedule, state.step, config.steps))
        clip(optimiser, config.clip)
        fabric.strategy.optimizer_step(optimiser)
        average_buffers(fabric, network)
    elif (scaler := getattr(fabric.strategy.precision, "scaler", None)) is not None:
        scaler.update()
    raw, weighted = _mean([each.raw for each in parts]), _mean([each.weighted for each in parts])
    return StepReport(raw, weighted, length, taken, {})


def _finite(fabric: Fabric, parts: list[Losses], gradient: Tensor, *, scaled: bool) -> bool:
    """Whether a step may be taken. Under fp16 an endless gradient is the scaler's affair."""
    numbers = [each.total.detach() for each in parts] + ([] if scaled else [gradient])
    return not any_of(fabric, not bool(torch.isfinite(torch.stack(numbers)).all()))


def _mean(parts: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.stack([part[name].detach() for part in parts]).mean() for name in parts[0]}


def last_weight(network: nn.Module) -> nn.Parameter:
    """The weight of the last layer that has one of two dimensions or more."""
    return [parameter for parameter in network.parameters() if parameter.ndim > 1][-1]


@contextmanager
def _still(rival: Rival | None) -> Iterator[None]:
    """The discriminator's weights as constants: the generator's step needs the gradient of its input alone."""
    if rival is not None:
        rival.network.requires_grad_(False)
    try:
        yield
    finally:
        if rival is not None:
            rival.network.requires_grad_(True)


@contextmanager
def randomness_of(state: TrainState) -> Iterator[None]:
    """torch's global generators set by (seed, step, process), and as they were afterwards.

    What a layer draws is then a function of the step: an interrupted training goes on with the very draws, and
    the caller's generators are left alone.
    """
    device = state.fabric.device
    address = f"{state.config.seed} {state.step} {state.fabric.global_rank}".encode()
    seed = int.from_bytes(hashlib.blake2b(address, digest_size=8).digest()) >> 1
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield
