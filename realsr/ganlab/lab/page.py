"""The laboratory as one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from realsr.ganlab.degraded import middle
from realsr.ganlab.lab.answers import LabTests, picture
from realsr.ganlab.lab.artefacts import COLUMNS, NOTES, ArtefactScores
from realsr.ganlab.lab.memory import HEAD, Watched, memory_plots
from realsr.ganlab.lab.plane import WAYS, PlanePoint, PlaneSummary, plane_plot
from realsr.ganlab.lab.trainings import SCALE
from realsr.ganlab.samples.page import Strip, StripPicture, page_values
from realsr.ganlab.samples.scoring import SampleScores
from realsr.ganlab.two_modes.demonstration import Demonstration
from realsr.ganlab.two_modes.page import exact_values, way_values
from realsr.images.pixels import to_bytes
from realsr.images.png import encode_png
from realsr.metrics.gan_maps import desra
from realsr.pages import data_uri, rendered

SIDE = 112
"""Of what is shown of a picture: its middle, in HR pixels."""
SHOWN = 2


@dataclass(frozen=True)
class LabFindings:
    """Everything that the page tells."""

    averaging: Demonstration
    artefacts: Mapping[str, ArtefactScores]
    artefact_strips: Sequence[Strip]
    watched: Sequence[Watched]
    scores: Sequence[SampleScores]
    sample_strips: Sequence[Strip]
    points: Sequence[PlanePoint]
    summary: PlaneSummary


def artefact_strips(tests: LabTests, answers: Mapping[str, Sequence[Tensor]]) -> list[Strip]:
    """LR, HR, every network's answer and the DeSRA map of the last; the first network is the sibling."""
    return [
        Strip(tests.names[place], list(_strip(tests, answers, place)))
        for place in range(min(SHOWN, len(tests.names)))
    ]


def _strip(
    tests: LabTests, answers: Mapping[str, Sequence[Tensor]], place: int
) -> Iterator[StripPicture]:
    pair = tests.tests[place].pair
    yield _shown("LR", functional.interpolate(pair.lr.clamp(0, 1), scale_factor=float(SCALE)))
    yield _shown("HR", pair.hr)
    sibling, *others = answers.items()
    yield _shown(sibling[0], sibling[1][place])
    for title, each in others:
        yield _shown(title, each[place])
        marks = desra(picture(each[place]), picture(sibling[1][place]))
        grey = torch.from_numpy(np.ascontiguousarray(marks)).expand(1, 3, -1, -1)
        yield _shown(f"DeSRA's map of {title}", grey)


def _shown(title: str, image: Tensor) -> StripPicture:
    part = middle(image[0], SIDE).to(torch.float32).contiguous()
    return StripPicture(title, data_uri(encode_png(to_bytes(part))))


def page(found: LabFindings, facts: Mapping[str, Any]) -> str:
    """One HTML document that asks for nothing outside itself."""
    return rendered(
        "realsr.ganlab.lab",
        "lab.html",
        "realsr.ganlab.samples",
        "realsr.ganlab.two_modes",
        facts=facts,
        **_averaging(found.averaging),
        **_artefacts(found),
        **_memory(found.watched),
        **page_values(found.scores, found.sample_strips),
        **_plane(found),
    )


def _averaging(found: Demonstration) -> dict[str, Any]:
    return {
        "mode_rows": found.rows[:1],
        "mode_facts": found.facts,
        **way_values(found.measures),
        **exact_values(found.smallest),
    }


def _artefacts(found: LabFindings) -> dict[str, Any]:
    return {
        "artefact_head": ["", *COLUMNS.values()],
        "artefact_rows": [[name, *one.words] for name, one in found.artefacts.items()],
        "artefact_notes": NOTES,
        "artefact_strips": found.artefact_strips,
    }


def _memory(watched: Sequence[Watched]) -> dict[str, Any]:
    return {
        "memory_head": HEAD,
        "memory_rows": [one.words for one in watched],
        "memory_plots": memory_plots(watched) if any(one.checks for one in watched) else [],
    }


def _plane(found: LabFindings) -> dict[str, Any]:
    points = [
        [
            WAYS[p.way][0],
            p.label,
            f"{p.rmse:.3f}",
            f"{p.perception:.3f}",
            "yes" * (p in found.summary.front),
        ]
        for p in found.points
    ]
    volumes = [[WAYS[way][0], f"{value:.2f}"] for way, value in found.summary.volume.items()]
    return {
        "plane": plane_plot(found.points, found.summary),
        "plane_rows": points,
        "plane_volumes": volumes,
        "plane_reference": found.summary.reference,
        "plane_limit": found.summary.limit,
    }
