"""On-line degradation's share of a training step: EDSR-baseline x4, 16 crops of 192 pixels, L1, Adam.

    python -m benchmarks.training.step --help

Two trainings take turns, some steps at a time: one on pairs that are there already, one that makes the pairs of
every step by `OnlineDegradation`, laid out ahead. What the second takes longer is the degradation's share.
Reading photographs is in neither. `--device cpu` rehearses it where there is no card.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

import degrade
from benchmarks import harness
from benchmarks.gpu import describe, device_of, finished, photographs_on
from benchmarks.harness import Contender, Spread
from realsr.models.edsr import EDSR_BASELINE_ROW, EDSRBaselineArguments

READY = "pairs that are there"
ONLINE = "pairs made on line"
SCALE = 4
RATE = 1e-4


class Training:
    """EDSR-baseline, a step at a time. blocks, features: of the paper where they are not given."""

    def __init__(self, device: torch.device, blocks: int, features: int) -> None:
        arguments = EDSRBaselineArguments(scale=SCALE, blocks=blocks, features=features)
        network: nn.Module = EDSR_BASELINE_ROW.build(arguments)
        self.network = network.to(device).to(memory_format=torch.channels_last)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=RATE)

    def step(self, pair: degrade.Pair) -> None:
        hr, lr = (image.contiguous(memory_format=torch.channels_last) for image in pair)
        loss = nn.functional.l1_loss(self.network(lr), hr)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()


class OnReady:
    """Steps on one batch of pairs."""

    def __init__(self, training: Training, pair: degrade.Pair, steps: int) -> None:
        self.training = training
        self.pair = pair
        self.steps = steps

    def run(self, item: int) -> None:
        for _ in range(self.steps):
            self.training.step(self.pair)


class OnLine:
    """Steps whose pairs are made within them, laid out during the step before."""

    def __init__(self, training: Training, pipeline: str, hr: torch.Tensor, steps: int) -> None:
        self.training = training
        self.degradation = degrade.OnlineDegradation(pipeline, scale=SCALE)
        self.hr = hr
        self.sources = [str(number) for number in range(len(hr))]
        self.steps = steps

    def ahead(self, variant: int) -> Any:
        height, width = self.hr.shape[-2:]
        return self.degradation.ahead(self.sources, variant, (height, width), self.hr.device)

    def run(self, item: int) -> None:
        """Variants item * steps and on; the first batch of them waits for its layout."""
        first = item * self.steps
        ready = self.ahead(first)
        for variant in range(first, first + self.steps):
            now, ready = ready, self.ahead(variant + 1)
            self.training.step(self.degradation(self.hr, self.sources, variant, now))


def _waiting(run: Callable[[int], None], device: torch.device) -> Callable[[int], None]:
    def wait(item: int) -> None:
        run(item)
        finished(device)

    return wait


def measure(options: argparse.Namespace, device: torch.device, pipeline: str) -> dict[str, Any]:
    """Milliseconds a step of both, and the share of the degradation in the second's."""
    hr = photographs_on(device, options.batch, options.side)
    training = Training(device, options.blocks, options.features)
    online = OnLine(training, pipeline, hr, options.steps)
    pair = online.degradation(hr, online.sources, 0)
    runs = {READY: OnReady(training, pair, options.steps).run, ONLINE: online.run}
    contenders = [Contender(name, _waiting(run, device)) for name, run in runs.items()]
    seconds = harness.interleave(contenders, range(options.blocks_a_round), options.rounds, print)
    steps = options.steps * options.blocks_a_round
    shares = [
        1.0 - sum(ready) / sum(made)
        for ready, made in zip(seconds[READY], seconds[ONLINE], strict=True)
    ]
    return {
        "pipeline": pipeline,
        "milliseconds_a_step": {
            name: harness.spread([1e3 * sum(one) / steps for one in rounds])
            for name, rounds in seconds.items()
        },
        "share": harness.spread(shares),
    }


def show(row: dict[str, Any]) -> None:
    times = ", ".join(f"{name} {time} ms" for name, time in row["milliseconds_a_step"].items())
    share: Spread = row["share"]
    print(f"{row['pipeline']}: {times} a step; the degradation's share {100 * share.median:.1f} %")


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.training.step",
        description="On-line degradation's share of an EDSR-baseline training step.",
    )
    add, paper = parser.add_argument, EDSRBaselineArguments(scale=SCALE)
    add("--device", default="cuda", help="the device, such as cuda or cuda:1; cpu rehearses")
    add("--pipelines", nargs="+", default=["realesrgan", "second_order"], help="names")
    add("--batch", type=int, default=16, help="pairs a step")
    add("--side", type=int, default=192, help="side of the HR, a multiple of 4")
    add("--steps", type=int, default=20, help="steps of one before the other's turn")
    add("--blocks-a-round", type=int, default=5, help="turns a round")
    add("--rounds", type=int, default=5, help="medians and extremes are over them")
    add("--blocks", type=int, default=paper.blocks, help="residual blocks of the network")
    add("--features", type=int, default=paper.features, help="its channels")
    add("--out", type=Path, help="where the JSON goes (default: benchmarks/results/)")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> None:
    options = arguments(given)
    device = device_of(options.device)
    machine, rows = describe(device), list[dict[str, Any]]()
    for pipeline in options.pipelines:
        rows.append(measure(options, device, pipeline))
        show(rows[-1])
    names = "batch", "side", "steps", "blocks_a_round", "rounds", "blocks", "features"
    body = {"scale": SCALE, **{name: vars(options)[name] for name in names}, "rows": rows}
    print(f"written: {harness.write('training_step', body, machine, options.out)}")


if __name__ == "__main__":
    main()
