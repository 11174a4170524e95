"""The made test pictures, and what networks answer to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import degrade
from realsr.ganlab.degraded import DegradedImage, as_picture, cases, hr_image
from realsr.ganlab.lab.trainings import PIPELINE, SCALE
from realsr.images.sources import discover
from realsr.inference.after.consistency import Consistency, declared
from realsr.metrics.convention import Convention
from realsr.metrics.patches import patch_distance
from realsr.metrics.planes import Picture, Plane, plane
from realsr.training.model_files import load_model

_INSIDE = Convention("y", crop=SCALE)


@dataclass(frozen=True)
class LabTests:
    """Pictures by their names, degraded by the pipeline of the training."""

    names: tuple[str, ...]
    tests: tuple[DegradedImage, ...]

    @staticmethod
    def read(folder: Path, seed: int) -> LabTests:
        """Every picture under a folder."""
        hr = {source.id: hr_image(source, SCALE) for source in discover([folder]).sources}
        tests = cases(hr, degrade.load_pipeline(PIPELINE, SCALE), seed)
        return LabTests(tuple(hr), tuple(tests))

    @property
    def hr(self) -> list[Tensor]:
        """1 3 h w each."""
        return [case.pair.hr for case in self.tests]

    def rmse(self, answers: Sequence[Tensor]) -> float:
        """Root mean square error of all answers, in grey levels of RGB, without `SCALE` px of border."""
        squares = [
            float((255.0 * (_cut(sr) - _cut(hr))).square().mean())
            for sr, hr in zip(answers, self.hr, strict=True)
        ]
        return float(np.sqrt(np.mean(squares)))

    def perception(self, answers: Sequence[Tensor]) -> float:
        """Distance between the answers' patches and those of HR, in grey levels."""
        return patch_distance(_lumas(answers), _lumas(self.hr))

    def consistency(self, answers: Sequence[Tensor]) -> float:
        """Mean LR-consistency in dB."""
        return float(
            np.mean([case.consistency(sr) for case, sr in zip(self.tests, answers, strict=True)])
        )

    @torch.no_grad()
    def answered(self, network: torch.nn.Module) -> list[Tensor]:
        """The answers of a network, each 1 3 h w in [0, 1], as 8-bit files would hold them."""
        return [_eight_bits(network(case.pair.lr)) for case in self.tests]

    def made_consistent(self, answers: Sequence[Tensor]) -> list[Tensor]:
        """Answers projected onto what has their LR."""
        after = Consistency(declared(degrade.load_pipeline(PIPELINE, SCALE), PIPELINE), PIPELINE)
        return [
            _eight_bits(after(sr, case.pair.lr))
            for case, sr in zip(self.tests, answers, strict=True)
        ]


def loaded_answers(tests: LabTests, files: Mapping[str, Path]) -> dict[str, list[Tensor]]:
    """The answers of every network, by its name."""
    return {name: tests.answered(load_model(path)) for name, path in files.items()}


def picture(image: Tensor) -> Picture:
    """`1 3 h w` as 8-bit `h w 3`."""
    return np.rint(255.0 * as_picture(image[0])).astype(np.uint8)


def _lumas(images: Sequence[Tensor]) -> list[Plane]:
    return [plane(as_picture(image[0]), _INSIDE) for image in images]


def _cut(image: Tensor) -> Tensor:
    return image[..., SCALE:-SCALE, SCALE:-SCALE].double()


def _eight_bits(image: Tensor) -> Tensor:
    return image.clamp(0, 1).mul(255).round().div(255)
