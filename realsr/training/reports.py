"""A step's report in the words of the log, over all processes that train together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from realsr.training.processes import mean_over
from realsr.training.state import Rival
from realsr.training.steps import StepReport

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def over_processes(fabric: Fabric, report: StepReport) -> StepReport:
    """The same, its terms means over the processes' shares of the batch; to be called by all of them."""
    if fabric.world_size == 1:
        return report
    return replace(report, raw=_means(fabric, report.raw), weighted=_means(fabric, report.weighted))


def _means(fabric: Fabric, terms: Mapping[str, Tensor]) -> dict[str, Tensor]:
    values = mean_over(fabric, torch.stack([each.float() for each in terms.values()]))
    return dict(zip(terms, values, strict=True))


def culprit(report: StepReport, rival: StepReport | None) -> str:
    """What of a step that was left out is wrong, in words."""
    for side, each in (("the generator's", report), ("the discriminator's", rival)):
        if each is not None and not each.taken:
            wrong = [name for name, value in numbers(each.raw).items() if value - value != 0]
            if each.exploded and not wrong:
                parts = [f"{name} is {times:.3g} times" for name, times in each.exploded.items()]
                return f"{side} {', '.join(parts)} its running mean"
            return f"{side} {', '.join(wrong) or 'gradient'} is no finite number"
    raise AssertionError("all steps were taken")


def generator_values(report: StepReport, rate: float) -> dict[str, object]:
    """The generator's terms and the length of its gradient."""
    found: dict[str, object] = {
        "raw": numbers(report.raw),
        "weighted": numbers(report.weighted),
        "gradient": float(report.gradient),
        "lr": rate,
    }
    if report.rested:
        found["rests"] = True
    if report.norms:
        found |= {"gradient_norms": report.norms, "gradient_cosines": report.cosines}
    return found


def discriminator_values(rival: Rival, report: StepReport) -> dict[str, object]:
    """The discriminator's terms, how well it tells the sides, whether it rests, and in how many steps it did.

    Penalties that are not of every step are told as they were when last taken, with the step of that.
    """
    penalties = {name: each.values.tolist() for name, each in rival.lazy.items()}
    found: dict[str, object] = {
        "raw": numbers(report.raw) | {name: raw for name, (raw, _) in penalties.items()},
        "weighted": numbers(report.weighted)
        | {name: each for name, (_, each) in penalties.items()},
        "gradient": float(report.gradient),
    }
    if rival.lazy:
        found["penalties_of_step"] = {name: each.step for name, each in rival.lazy.items()}
    if report.accuracy is not None:
        real, generated = report.accuracy.tolist()
        found["accuracy"] = {"real": real, "generated": generated}
        found["r_t"] = 2.0 * real - 1.0
    if rival.adaptation is not None:
        found["view_share"] = rival.adaptation.share
    if rival.pause is not None:
        found |= {"rests": report.rested, "rested": rival.pause.rested}
    return found


def numbers(values: Mapping[str, Tensor]) -> dict[str, float]:
    """Scalars as Python's."""
    return {name: float(value) for name, value in values.items()}
