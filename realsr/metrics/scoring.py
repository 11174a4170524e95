"""One number of one metric, with everything that makes it comparable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from realsr.backbones.errors import MissingWeightsError
from realsr.metrics.consistency import Operator
from realsr.metrics.convention import Convention
from realsr.metrics.errors import MetricError, NotDefinedError
from realsr.metrics.metric import Compute, Distance, Inputs, Metric, NotComputed, Score
from realsr.metrics.planes import Picture, check_pair, check_picture, depth
from realsr.metrics.table import METRICS


def score(
    metric: str | Metric,
    sr: Picture,
    hr: Picture | None = None,
    *,
    lr: Picture | None = None,
    scale: int | None = None,
    convention: Convention | None = None,
    true_operator: Operator | None = None,
    assumed_operator: Operator | None = None,
    parameters: Path | None = None,
    distance: Distance | None = None,
    compute: Compute | None = None,
) -> Score | NotComputed:
    """The metric of `sr`, by its own convention or another.

    sr, hr, lr: uint8 on 0..255 or float in [0, 1], h w or h w c; SR and HR of one shape and one type. scale: HR
    side / LR side. compute: the metric with its files inside (`weights.found_weights`). For the rest see
    `Inputs`. metric: a name, or a row. NotComputed says why there is no number: weights missing, or not
    defined for this picture. Raises MetricError for an unknown metric, a convention it is not defined on and
    absent inputs, and ImageError for pictures that are none or differ in shape: nothing is ever resized.
    """
    row = metric if isinstance(metric, Metric) else METRICS.row(metric)
    inputs = Inputs(sr, hr, lr, scale, true_operator, assumed_operator, parameters, distance)
    _check_inputs(row, inputs)
    used = _settled(row, inputs, convention or row.convention)
    try:
        value = (compute or row.compute)(inputs, used)
    except MissingWeightsError as error:
        return NotComputed(row.name, f"weights missing: {error}")
    except NotDefinedError as error:
        return NotComputed(row.name, f"not defined: {error}")
    return Score(value, row.name, used, row.version)


def _check_inputs(row: Metric, inputs: Inputs) -> None:
    missing = sorted(need for need in row.needs if getattr(inputs, need) is None)
    if missing:
        raise MetricError(f"{row.name} needs {', '.join(f'{name}=' for name in missing)}")
    for picture, name in ((inputs.sr, "SR"), (inputs.hr, "HR"), (inputs.lr, "LR")):
        if picture is not None:
            check_picture(picture, name)
    if inputs.hr is not None and "hr" in row.needs:
        check_pair(inputs.sr, inputs.hr, ("SR", "HR"))


def _settled(row: Metric, inputs: Inputs, convention: Convention) -> Convention:
    """The convention with the crop in pixels, the pictures' depth, and a window where the metric has one."""
    if convention.channel not in row.channels:
        raise MetricError(
            f"{row.name} is defined on {', '.join(row.channels)}, not on {convention.channel}"
        )
    if convention.rounded and not row.may_round:
        raise MetricError(f"{row.name} is not defined on rounded planes; give rounded=False")
    window = (convention.window or row.convention.window) if row.convention.window else None
    return replace(convention.resolved(inputs.scale), window=window, depth=depth(inputs.sr))
