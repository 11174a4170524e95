"""Small photographs, models of a few lines, and runs in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from skimage import data
from torch import Tensor
from torch.nn import functional

from realsr.robustness.results.store import Results
from realsr.robustness.running.contestants import Contestant, baseline
from realsr.robustness.running.planning import plan_of
from realsr.robustness.running.run import run
from realsr.robustness.study.study import KeptPictures, Study

Go = Callable[..., Results]
"""go(study, out, *models): a run of these models beside the baseline."""

METRICS = ("psnr_y", "ssim_y", "lr_consistency_true", "lpips_alex")


class Quiet:
    """Nobody is told."""

    def begin(self, sources: int, pairs: int | None) -> None: ...
    def kept(self, pairs: int) -> None: ...
    def opened(self, pairs: int) -> None: ...
    def made(self) -> None: ...
    def failed(self, failure: object) -> None: ...


def save(path: Path, image: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image[..., ::-1] if image.ndim == 3 else image)
    return path


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Four photographs of two sizes, one of them grey."""
    root = tmp_path / "hr"
    save(root / "astronaut.png", data.astronaut()[40:104, 180:260])
    save(root / "cat.png", data.chelsea()[100:164, 120:200])
    save(root / "coffee.png", data.coffee()[120:192, 200:264])
    save(root / "camera.png", data.camera()[100:164, 200:280])
    return root


def nearest(images: Tensor) -> Tensor:
    return functional.interpolate(images, scale_factor=4, mode="nearest")


def bilinear(images: Tensor) -> Tensor:
    return functional.interpolate(images, scale_factor=4, mode="bilinear")


def model(name: str, run: Callable[[Tensor], Any], **known: Any) -> Contestant:
    return Contestant(name, f"tests:{name}", known.pop("digest", name), 4, run, **known)


class Counted:
    """A model that counts the pictures it was asked for."""

    def __init__(self, run: Callable[[Tensor], Tensor] = bilinear) -> None:
        self.run, self.pictures = run, 0

    def __call__(self, images: Tensor) -> Tensor:
        self.pictures += len(images)
        return self.run(images)


@pytest.fixture
def study(photographs: Path) -> Study:
    return Study(
        hr=photographs,
        pipelines=("bicubic", "gaussian8"),
        metrics=METRICS,
        pictures=KeptPictures(worst=1, typical=1),
    )


@pytest.fixture
def go() -> Go:
    """A run in this process."""

    def started(study: Study, out: Path, *models: Contestant) -> Results:
        with_baseline: Sequence[Contestant] = (baseline(4), *models)
        return run(plan_of(study, Quiet(), workers=2, models=with_baseline), out)

    return started


@pytest.fixture(autouse=True)
def _no_cached_weights(tmp_path_factory: pytest.TempPathFactory, monkeypatch: Any) -> None:
    """What torch's cache happens to hold on this machine decides no test."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path_factory.mktemp("torch")))


@pytest.fixture(autouse=True)
def _same_threads() -> Any:
    """A run leaves the caller's thread count as it was."""
    before = torch.get_num_threads()
    yield
    assert torch.get_num_threads() == before
