"""Problem 4: a mixed loss picks a point of a curve. The plane of distortion and perception, with its points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from realsr.ganlab.lab.answers import LabTests
from realsr.inference.mixing import mixed
from realsr.models.checkpoints import load_weights
from realsr.pages.plots import Curve, Dots, Plot, plotted
from realsr.statistics.fronts import hypervolume, pareto_front
from realsr.training.model_files import load_model

ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)
PRICE = math.sqrt(2.0)
"""What perfect perception costs at most, times the least RMSE: 3.01 dB (Blau and Michaeli, CVPR 2018)."""

WAYS = {
    "weights": ("trained, by weight of the GAN", "c0"),
    "networks": ("networks mixed", "c1"),
    "images": ("answers mixed", "c7 d1"),
}


@dataclass(frozen=True)
class PlanePoint:
    """One set of answers. way: a key of `WAYS`. label: which of that way. Both costs in grey levels."""

    way: str
    label: str
    rmse: float
    perception: float

    @property
    def costs(self) -> tuple[float, float]:
        """Distortion and perception, both better when less."""
        return self.rmse, self.perception


def plane_points(
    tests: LabTests, sweep: Mapping[str, Sequence[Tensor]], ends: tuple[Path, Path]
) -> list[PlanePoint]:
    """sweep: the answers by each trained weight's label. ends: the files of the content and GAN networks."""
    points = [_point(tests, "weights", label, answers) for label, answers in sweep.items()]
    first, second = (load_model(path) for path in ends)
    answers = tests.answered(first), tests.answered(second)
    for alpha in ALPHAS:
        between = _network(ends[0], first, second, alpha)
        points.append(_point(tests, "networks", f"{alpha:g}", tests.answered(between)))
        images = [torch.lerp(*pair, alpha) for pair in zip(*answers, strict=True)]
        points.append(_point(tests, "images", f"{alpha:g}", images))
    return points


@dataclass(frozen=True)
class PlaneSummary:
    """reference: what no point reaches, for the areas. front: labels of what nothing beats. volume: by way.

    limit: the RMSE at which perfect perception is possible by theory, from the least RMSE here, which is at
    least that of the best network there is: so the true limit may lie further left.
    """

    reference: tuple[float, float]
    front: tuple[PlanePoint, ...]
    volume: Mapping[str, float]
    limit: float


def summary(points: Sequence[PlanePoint]) -> PlaneSummary:
    """Of all points of a plane."""
    costs = [point.costs for point in points]
    reference = tuple(1.05 * max(cost[axis] for cost in costs) for axis in (0, 1))
    volume = {
        way: hypervolume([p.costs for p in points if p.way == way], (reference[0], reference[1]))
        for way in WAYS
    }
    front = tuple(points[place] for place in pareto_front(costs))
    least = min(cost[0] for cost in costs)
    return PlaneSummary((reference[0], reference[1]), front, volume, PRICE * least)


def plane_plot(points: Sequence[PlanePoint], found: PlaneSummary) -> Plot:
    """Distortion across, perception up, the front's corners, and the line of 3.01 dB."""
    curves = [
        Curve(title, ink, sorted(point.costs for point in points if point.way == way))
        for way, (title, ink) in WAYS.items()
        if way != "weights"
    ]
    top = max(point.perception for point in points)
    curves.append(
        Curve("3.01 dB from the least", "c4 d2", [(found.limit, 0.0), (found.limit, top)])
    )
    dots = [
        Dots(title, ink, [(*p.costs, f"{title}: {p.label}") for p in points if p.way == way])
        for way, (title, ink) in WAYS.items()
    ]
    return plotted(
        "Distortion and perception",
        "RMSE, grey levels (distortion)",
        "distance of patches (perception)",
        curves,
        dots,
    )


def _point(tests: LabTests, way: str, label: str, answers: Sequence[Tensor]) -> PlanePoint:
    return PlanePoint(way, label, tests.rmse(answers), tests.perception(answers))


def _network(
    path: Path, first: torch.nn.Module, second: torch.nn.Module, alpha: float
) -> torch.nn.Module:
    between = load_model(path)
    load_weights(between, mixed(first.state_dict(), second.state_dict(), alpha))
    return between.eval()
