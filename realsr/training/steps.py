"""One step of a training, in two functions that read like the papers' algorithm.

report = generator_step(state, batch)
if state.rival:
    discriminator_step(state, batch, report.sr)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from degrade.functional.matlab import imresize, line_by_size
from realsr.losses.base import Batch
from realsr.losses.discriminator import PENALTIES
from realsr.losses.objective import Losses, term_gradients
from realsr.models.base import DeeplySupervised
from realsr.models.discriminators.base import TellsClasses
from realsr.training import moving_average
from realsr.training.batches import TrainingBatch
from realsr.training.optimisers import clip, gradient_norm, parameters_of, set_rates
from realsr.training.pausing import accuracy
from realsr.training.processes import any_of, average_buffers, average_gradients, mean_over
from realsr.training.schedule import rate_factor
from realsr.training.state import Lazy, Rival, TrainState
from realsr.training.surgery import TermGradients, cosines
from realsr.training.views import View, bands_of, drawn_view

if TYPE_CHECKING:
    from lightning_fabric import Fabric


@dataclass
class StepReport:
    """raw, weighted: means over the batch, by term, on the device. norms: of the terms' gradients on the last
    layer, in the first part of the batch, where they were asked for; cosines: between them. gradient: length of
    the whole gradient before clipping. taken: False where something was no finite number, and the step left
    out. sr: the generator's output, detached. accuracy: of a discriminator on real and generated images, (2,).
    exploded: terms that did, and how many times their mean they are. rested: whether the network was only
    looked at, and did not learn. Terms and sr are of this process's share of the batch, the rest of the whole.
    """

    raw: dict[str, Tensor]
    weighted: dict[str, Tensor]
    gradient: Tensor
    taken: bool
    norms: dict[str, float]
    cosines: dict[str, float] = field(default_factory=dict)
    exploded: dict[str, float] = field(default_factory=dict)
    sr: Tensor | None = None
    accuracy: Tensor | None = None
    rested: bool = False


def generator_step(state: TrainState, batch: TrainingBatch, *, norms: bool = False) -> StepReport:
    """Moves the generator, and its average, by one batch; `state.step` is counted by the caller.

    Where the discriminator is given several steps a step of it, it only makes its images in the others.
    """
    _all_in_training(state)
    config = state.config
    if (state.step + 1) % config.generator_every:
        return looked_at(state, batch)
    state.optimiser.zero_grad(set_to_none=True)
    parts, found, seen = batch.parts(config.accumulate), [], []
    apart = TermGradients(parameters_of(state.optimiser)) if config.gradient_surgery else None
    pulls, angles = dict[str, float](), dict[str, float]()
    for index, part in enumerate(parts):
        with _still(state.rival):
            losses, sr = _generator_losses(state, part)
        if norms and index == 0:
            pulls, angles = _pulls(state.fabric, losses, last_weight(state.generator, part))
        if apart is None:
            state.fabric.backward(losses.total / len(parts))
        else:
            apart.add(losses, 1 / len(parts))
        found.append(losses)
        seen.append(sr.detach())
    if apart is not None:
        apart.operate(state.fabric, config.seed, state.step)
    report = _stepped(state, state.optimiser, state.generator, found)
    if report.taken and state.ema is not None and state.config.ema is not None:
        decay = moving_average.decay_at(state.config.ema, state.step)
        moving_average.update(state.ema, state.generator, decay)
    return replace(report, norms=pulls, cosines=angles, sr=torch.cat(seen))


@torch.no_grad()
def looked_at(state: TrainState, batch: TrainingBatch) -> StepReport:
    """A step in which the generator makes its images and learns nothing."""
    parts = batch.parts(state.config.accumulate)
    found = [_generator_losses(state, part) for part in parts]
    average_buffers(state.fabric, state.generator)
    return replace(_rested([each for each, _ in found]), sr=torch.cat([sr for _, sr in found]))


def discriminator_step(state: TrainState, batch: TrainingBatch, sr: Tensor) -> StepReport:
    """Moves the discriminator on real HR against `sr`, the generator's output before its own step."""
    rival = state.rival
    assert rival is not None
    _all_in_training(state)
    rival.optimiser.zero_grad(set_to_none=True)
    rests = rival.pause is not None and rival.pause.due
    parts, found, told = batch.parts(state.config.accumulate), [], []
    for part, fake in zip(parts, sr.chunk(len(parts)), strict=True):
        losses, right = _discriminator_losses(state, rival, part, fake)
        if not rests:
            state.fabric.backward(losses.total / len(parts))
        found.append(losses)
        told.append(right)
    report = _rested(found) if rests else _stepped(state, rival.optimiser, rival.network, found)
    right = mean_over(state.fabric, torch.stack(told).mean(dim=0))
    if rival.pause is not None:
        rival.pause.see(right)
    if rival.adaptation is not None:
        rival.adaptation.see(right)
    if report.taken and rival.objective.every > 1:
        _keep_penalties(state, rival, report)
    return replace(report, accuracy=right)


def _keep_penalties(state: TrainState, rival: Rival, report: StepReport) -> None:
    """The log's steps and those of a lazy penalty may never meet, so the last ones are kept for it."""
    for name in PENALTIES:
        if name in report.raw:
            values = torch.stack([report.raw[name], report.weighted[name]])
            rival.lazy[name] = Lazy(state.step + 1, mean_over(state.fabric, values))


def _pulls(
    fabric: Fabric, losses: Losses, parameter: Tensor
) -> tuple[dict[str, float], dict[str, float]]:
    """Length of each term's gradient, the mean over all processes, on a parameter; and the cosines between."""
    found = {
        label: mean_over(fabric, gradient)
        for label, gradient in term_gradients(losses, parameter).items()
    }
    norms = {label: float(torch.linalg.vector_norm(each)) for label, each in found.items()}
    return norms, cosines(found)


def _all_in_training(state: TrainState) -> None:
    """Both networks: whether one was looked at between the steps must not change them."""
    state.generator.train()
    if state.rival is not None:
        state.rival.network.train()


def _generator_losses(state: TrainState, part: TrainingBatch) -> tuple[Losses, Tensor]:
    with state.fabric.autocast():
        sr, levels = _outputs(state, part)
        batch = Batch(
            *(sr, part.hr, part.lr, levels, part.degrade_again),
            labels=part.labels,
            autoencode=state.autoencoder,
        )
        batch = _judged(state, _ranked(state, _averaged(state, batch, part)), part.lr)
    return state.objective.evaluate(batch, state.step), sr


def _outputs(state: TrainState, part: TrainingBatch) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
    """SR, and the outputs on the way there beside HR of their size where a term is summed over them."""
    network, summed = state.generator, any(term.levels for term in state.objective.terms)
    if not summed:
        return part.enlarged_by(state.enlarge), []
    assert isinstance(network, DeeplySupervised)  # as `check` has seen
    *inner, sr = part.outputs_of(network)
    return sr, [(each, _reduced(part.hr, each)) for each in inner]


def _reduced(hr: Tensor, like: Tensor) -> Tensor:
    """HR in the size of an output on the way: MATLAB's imresize, which LapSRN's levels are compared with, in
    floating point."""
    if hr.shape[-2:] == like.shape[-2:]:
        return hr
    sides = zip(hr.shape[-2:], like.shape[-2:], strict=True)
    rows, columns = ([line_by_size(*side, True, "symmetric")] * len(hr) for side in sides)
    return imresize(hr, rows, columns, eight_bit=False).to(hr)


def _averaged(state: TrainState, batch: Batch, part: TrainingBatch) -> Batch:
    """With the moving average's output, where a term looks at it."""
    if "ema" not in state.objective.needs or state.ema is None:
        return batch
    with torch.no_grad():
        return replace(batch, ema=part.enlarged_by(state.ema))


def _ranked(state: TrainState, batch: Batch) -> Batch:
    """With the ranker's scores, where there is one."""
    return batch if state.ranker is None else replace(batch, scores=state.ranker(batch.sr))


def _judged(state: TrainState, batch: Batch, lr: Tensor) -> Batch:
    """With the discriminator's answers, where there is one, to one view of both images."""
    if state.rival is None:
        return batch
    view, bands = _view(state, state.rival, lr), state.config.discriminator_bands
    fake = state.rival.network.judge(bands_of(bands, view(batch.sr)), view(lr))
    with torch.no_grad():
        real = state.rival.network.judge(bands_of(bands, view(batch.hr)), view(lr))
    network = state.rival.network
    return replace(
        batch,
        fake_classes=network.classes_of(fake) if isinstance(network, TellsClasses) else None,
        fake_logits=fake.logits,
        real_logits=real.logits,
        fake_features=fake.features,
        real_features=real.features,
    )


def _discriminator_losses(
    state: TrainState, rival: Rival, part: TrainingBatch, fake: Tensor
) -> tuple[Losses, Tensor]:
    """The losses of a part, and the accuracies there."""
    mix = torch.rand(len(fake), device=fake.device)
    view = _view(state, rival, part.lr)
    judge = _Judge(state, rival, part.lr, view)
    losses = rival.objective.evaluate(judge, part.hr, fake.float(), state.step, mix)
    on_real, on_fake, *_ = judge.answers
    if rival.objective.auxiliary and part.labels is not None:
        real, generated, *_ = (each.float() for each in judge.classes)
        losses = rival.objective.with_classes(losses, real, generated, part.labels)
    return losses, accuracy(rival.objective.kind, on_real, on_fake)


def _view(state: TrainState, rival: Rival, lr: Tensor) -> View:
    share = None if rival.adaptation is None else rival.adaptation.share
    return drawn_view(state.config.discriminator_view, lr, share)


class _Judge:
    """The discriminator as a function of images, all seen in one view; it keeps its answers, in order."""

    def __init__(self, state: TrainState, rival: Rival, lr: Tensor, view: View) -> None:
        self.state, self.rival, self.view = state, rival, view
        self.lr = view(lr)
        self.answers: list[Tensor] = []
        self.classes: list[Tensor] = []

    def __call__(self, images: Tensor) -> Tensor:
        network = self.rival.network
        with self.state.fabric.autocast():
            seen = bands_of(self.state.config.discriminator_bands, self.view(images))
            judged = network.judge(seen, self.lr)
            if isinstance(network, TellsClasses):
                self.classes.append(network.classes_of(judged))
        self.answers.append(judged.logits.detach().float())
        return judged.logits.float()


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
    exploded = _exploded(state, network, parts) if taken else {}
    taken = taken and not exploded
    if taken:
        set_rates(optimiser, rate_factor(config.schedule, state.step, config.steps))
        clip(optimiser, config.clip)
        fabric.strategy.optimizer_step(optimiser)
        average_buffers(fabric, network)
    elif (scaler := getattr(fabric.strategy.precision, "scaler", None)) is not None:
        scaler.update()
    return StepReport(*_means(parts), length, taken, {}, exploded=exploded)


def _exploded(state: TrainState, network: nn.Module, parts: list[Losses]) -> dict[str, float]:
    """Terms that did, the same in all processes; where none did, the terms are taken into their means."""
    if state.levels is None:
        return {}
    side = "generator" if network is state.generator else "discriminator"
    raw = {name: mean_over(state.fabric, value) for name, value in _means(parts)[0].items()}
    found = state.levels.exploded(side, raw)
    if not found:
        state.levels.see(side, raw)
    return found


def _rested(parts: list[Losses]) -> StepReport:
    """Of a step that moved nothing, as it was meant to."""
    raw, weighted = _means(parts)
    return StepReport(raw, weighted, torch.zeros(()), True, {}, rested=True)


def _finite(fabric: Fabric, parts: list[Losses], gradient: Tensor, *, scaled: bool) -> bool:
    """Whether a step may be taken. Under fp16 an endless gradient is the scaler's affair."""
    numbers = [each.total.detach() for each in parts] + ([] if scaled else [gradient])
    return not any_of(fabric, not bool(torch.isfinite(torch.stack(numbers)).all()))


def _means(parts: list[Losses]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Raw and weighted."""
    return _mean([each.raw for each in parts]), _mean([each.weighted for each in parts])


def _mean(parts: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.stack([part[name].detach() for part in parts]).mean() for name in parts[0]}


@torch.no_grad()
def last_weight(network: nn.Module, batch: TrainingBatch) -> nn.Parameter:
    """The weight of two dimensions or more that is used last on the way to the SR of a batch.

    Seen in a forward pass of the first sample: the order in which layers are registered says nothing (z's and
    the image branch's come last there), and of several upsamplers one is used.
    """
    used: list[nn.Parameter] = []

    def note(module: nn.Module, *_: object) -> None:
        used.extend(each for each in module.parameters(recurse=False) if each.ndim > 1)

    was, first = network.training, batch.parts(len(batch.hr))[0]
    hooks = [module.register_forward_hook(note) for module in network.modules()]
    try:
        first.enlarged_by(network.eval())
    finally:
        network.train(was)
        for hook in hooks:
            hook.remove()
    return used[-1] if used else list(network.parameters())[-1]


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
