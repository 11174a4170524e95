"""Trains the networks on the collected shards, sets intervals and thresholds, writes the file that ships.

Folds are by source: a picture's content is never in the training of the network that it is calibrated with.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import save_file
from scipy.stats import norm as normal
from scipy.stats import t as student
from torch import Tensor, nn

from degrade.functional.mtf import NYQUIST
from realsr.estimation.single.intervals import GROUPS, NARROWEST, WIDEST, kind
from realsr.estimation.single.network import FOLDS, LIMIT
from tools.predictor.sources import soft

Array = npt.NDArray[np.float32]
Kinds = npt.NDArray[np.int64]
TARGET = Path(__file__).parents[2] / "realsr/estimation/single/data/predictor.safetensors"
HIDDEN = (128, 64)
EPOCHS, BATCH, RATE, DECAY = 50, 96, 1e-3, 1e-2
LEVEL, FALSE_ALARMS = 0.95, 0.01
LEAST_NOISE = 0.4
"""On 0..255: less is not told from none."""


@dataclass(frozen=True)
class Task:
    """kinds: of rows. truths: columns behind features. loss: of outputs and truths. known: of which rows."""

    name: str
    kinds: tuple[str, ...]
    truths: int
    outputs: int
    loss: Callable[[Tensor, Tensor], Tensor]
    known: Callable[[Array], npt.NDArray[np.bool_]]


def _likelihood(mean: Tensor, log_scale: Tensor, truth: Tensor) -> Tensor:
    """Laplace's, for a sample (n,) each."""
    width = log_scale.clamp(NARROWEST, WIDEST)
    return (mean - truth).abs() / width.exp() + width


def blur_loss(out: Tensor, truth: Tensor) -> Tensor:
    """Outputs: log MTF50 and its width."""
    return _likelihood(out[:, 0], out[:, 1], truth[:, 0].log()).mean()


def noise_loss(out: Tensor, truth: Tensor) -> Tensor:
    """Outputs: log noise and its width, whether the noise is grey."""
    sigma = truth[:, 1]
    size = _likelihood(out[:, 0], out[:, 1], sigma.clamp(min=LEAST_NOISE).log()).mean()
    noisy = sigma > 1
    grey = nn.functional.binary_cross_entropy_with_logits(out[noisy, 2], truth[noisy, 2])
    return size + 0.3 * grey


def enlarged_loss(out: Tensor, truth: Tensor) -> Tensor:
    """Outputs: whether enlarged, log factor and its width, three filters."""
    large = truth[:, 0] > 1
    said = nn.functional.binary_cross_entropy_with_logits(out[:, 0], large.float())
    factor = _likelihood(out[large, 1], out[large, 2], truth[large, 0].log()).mean()
    way = nn.functional.cross_entropy(out[large, 3:6], truth[large, 1].long())
    return 2 * said + 0.5 * factor + 0.3 * way


def of_sharp(truths: Array) -> npt.NDArray[np.bool_]:
    return np.asarray((truths[:, 0] > 0) & ~np.isin(truths[:, -1], list(soft())))


TASKS = (
    Task("blur", ("degraded",), 5, 2, blur_loss, of_sharp),
    Task("noise", ("degraded", "noisy"), 5, 3, noise_loss, lambda truths: truths[:, 1] >= 0),
    Task("enlarged", ("enlarged",), 4, 6, enlarged_loss, lambda truths: truths[:, 0] >= 1),
)


def rows_of(folder: Path, task: Task) -> tuple[Array, Array]:
    """Features and truths."""
    paths = [path for kind in task.kinds for path in sorted(folder.glob(f"{kind}-*.npy"))]
    rows = np.concatenate([np.load(path) for path in paths])
    found, truths = rows[:, : -task.truths], rows[:, -task.truths :]
    known = task.known(truths)
    return found[known], truths[known]


def fold_of(sources: Array) -> npt.NDArray[np.int64]:
    return np.asarray((sources.astype(np.int64) * 7 % 11) % FOLDS, np.int64)


def trained(task: Task, found: Array, truths: Array, seed: int) -> dict[str, Array]:
    """One network's tensors."""
    torch.manual_seed(seed)
    mean, scale = found.mean(0), found.std(0) + 1e-3
    inputs = torch.from_numpy(np.clip((found - mean) / scale, -LIMIT, LIMIT))
    sizes = (inputs.shape[1], *HIDDEN, task.outputs)
    layers = [nn.Linear(a, b) for a, b in pairwise(sizes)]
    network = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
    _fit(network, inputs, torch.from_numpy(truths), task)
    held = {"mean": mean, "scale": scale}
    for place, layer in enumerate(layers):
        held[f"{place}.weight"] = layer.weight.detach().numpy()
        held[f"{place}.bias"] = layer.bias.detach().numpy()
    return held


def _fit(network: nn.Sequential, inputs: Tensor, truths: Tensor, task: Task) -> None:
    steps = EPOCHS * -(-len(inputs) // BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3 * RATE, total_steps=steps)
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(inputs)).split(BATCH):  # type: ignore[no-untyped-call]
            optimiser.zero_grad()
            noisy = inputs[chosen] + 0.02 * torch.randn(len(chosen), inputs.shape[1])
            task.loss(network(noisy), truths[chosen]).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            schedule.step()


def outputs(held: dict[str, Array], found: Array) -> Array:
    """As the estimator computes them, for many rows at once."""
    values = np.clip((found - held["mean"]) / held["scale"], -LIMIT, LIMIT)
    for layer in range(3):
        values = values @ held[f"{layer}.weight"].T + held[f"{layer}.bias"]
        values = np.maximum(values, 0) if layer < 2 else values
    return np.asarray(values, np.float32)


def crossed(task: Task, folder: Path) -> tuple[list[dict[str, Array]], Array, Array, Array]:
    """The folds' networks; features, truths and the outputs of the network that saw none of a row's source."""
    found, truths = rows_of(folder, task)
    fold = fold_of(truths[:, -1])
    networks, outside = [], np.zeros((len(found), task.outputs), np.float32)
    for each in range(FOLDS):
        held = trained(task, found[fold != each], truths[fold != each], each)
        outside[fold == each] = outputs(held, found[fold == each])
        networks.append(held)
    return networks, found, truths, outside


def stretch(error: Array, log_width: Array) -> float:
    """By what a width is multiplied so that LEVEL of errors lie within it (split conformal)."""
    ratio = np.abs(error) / np.exp(np.clip(log_width, NARROWEST, WIDEST))
    return float(np.quantile(ratio, min(1.0, LEVEL * (1 + 1 / len(ratio)))))


def groups(found: Array, quality: Array) -> npt.NDArray[np.int64]:
    """0 to 3: below 128 px or not, compressed or not."""
    return np.asarray(2 * (found[:, -1] >= np.log(120)) + (quality > 0), np.int64)


def few(sources: int) -> float:
    """By what an interval for another scene is wider, errors being seen on so few: Student's t over normal."""
    wide = student.ppf((1 + LEVEL) / 2, sources - 1) * (1 + 1 / sources) ** 0.5
    return float(wide / normal.ppf((1 + LEVEL) / 2))


def _stretches(name: str, error: Array, outside: Array, truths: Array, group: Kinds) -> Array:
    """Factors for every kind of picture and answer, told apart as the estimator tells them."""
    each = kind(name, group, outside[:, 0])
    within = [each == place for place in range(2 * GROUPS)]
    wider = few(len(np.unique(truths[:, -1])))
    return np.array([wider * stretch(error[one], outside[one, 1]) for one in within], np.float32)


def blur_calibration(found: Array, truths: Array, outside: Array) -> dict[str, Array]:
    error = outside[:, 0] - np.log(truths[:, 0])
    _say("MTF50", error, truths[:, 0] < NYQUIST)
    return {
        "mtf50.stretch": _stretches("mtf50", error, outside, truths, groups(found, truths[:, 3]))
    }


def noise_calibration(found: Array, truths: Array, outside: Array) -> dict[str, Array]:
    error = outside[:, 0] - np.log(np.maximum(truths[:, 1], LEAST_NOISE))
    _say("noise", error, truths[:, 1] >= 3)
    _say("noise, coded", error, (truths[:, 1] >= 5) & (truths[:, 3] >= 75))
    grey = (outside[:, 2] > 0) == (truths[:, 2] > 0.5)
    print("grey right", grey[truths[:, 1] >= 3].mean())
    return {
        "noise.stretch": _stretches("noise", error, outside, truths, groups(found, truths[:, 3]))
    }


def enlarged_calibration(found: Array, truths: Array, outside: Array) -> dict[str, Array]:
    """Thresholds at FALSE_ALARMS among what was not enlarged, by whether it was compressed."""
    large = truths[:, 0] > 1
    coded = truths[:, 2] > 0
    limits = []
    for one in (~coded, coded):
        limits.append(np.quantile(outside[one & ~large, 0], 1 - FALSE_ALARMS))
        print("enlarged found", (outside[one & large, 0] > limits[-1]).mean())
    error = outside[:, 1] - np.log(np.maximum(truths[:, 0], 1))
    _say("factor", error, large)
    print("filter right", (outside[large, 3:6].argmax(1) == truths[large, 1]).mean())
    wide = stretch(error[large], outside[large, 2])
    return {
        "enlarged.limits": np.array(limits, np.float32),
        "factor.stretch": np.array([wide], np.float32),
    }


def _say(name: str, error: Array, chosen: npt.NDArray[np.bool_]) -> None:
    size = np.abs(np.exp(error[chosen]) - 1)
    print(name, "median error", np.nanmedian(size), "90th percentile", np.nanquantile(size, 0.9))


CALIBRATIONS = {
    "blur": blur_calibration,
    "noise": noise_calibration,
    "enlarged": enlarged_calibration,
}


def main(folder: Path) -> None:
    kept: dict[str, Array] = {}
    for task in TASKS:
        networks, *rest = crossed(task, folder)
        kept |= CALIBRATIONS[task.name](*rest)
        for fold, held in enumerate(networks):
            kept |= {f"{task.name}.{fold}.{name}": value for name, value in held.items()}
    TARGET.parent.mkdir(exist_ok=True)
    save_file(
        {name: np.ascontiguousarray(value, np.float32) for name, value in kept.items()}, TARGET
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
