"""Pictures for laws: deterministic, with edges, texture and colour."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

Bytes = npt.NDArray[np.uint8]


@pytest.fixture(scope="session")
def photograph() -> Bytes:
    """A real photograph 256 x 320 from scikit-image's wheel."""
    data = pytest.importorskip("skimage.data")
    return np.ascontiguousarray(data.astronaut()[:256, 100:420])


@pytest.fixture(scope="session")
def noisy(photograph: Bytes) -> list[Bytes]:
    """The photograph with Gaussian noise of sigma 0, 4, 12 and 36."""
    field = np.random.default_rng(5).standard_normal(photograph.shape)
    return [_bytes(photograph + sigma * field) for sigma in (0.0, 4.0, 12.0, 36.0)]


@pytest.fixture(scope="session")
def blurred(photograph: Bytes) -> list[Bytes]:
    """The photograph blurred by sigma 0.6, 1.2 and 2.4."""
    return [_bytes(cv2.GaussianBlur(photograph.astype(float), (0, 0), s)) for s in (0.6, 1.2, 2.4)]


def _bytes(values: npt.NDArray[np.float64]) -> Bytes:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
