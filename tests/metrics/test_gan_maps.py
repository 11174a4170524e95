"""Maps of what GANs are blamed for: by straight lines of Python, by law, and by what is planted."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from realsr.losses.artefacts import artefact_map
from realsr.metrics.errors import NotDefinedError
from realsr.metrics.gan_maps import (
    LEAST_AREA,
    contrast_similarity,
    desra,
    desra_regions,
    drift,
    halo,
    ldl,
)
from realsr.metrics.interpolation import cut_to_multiple, enlarged, reduced
from realsr.metrics.planted import REQUIRED, plant_checkerboard
from realsr.metrics.planted_gan import ALL_MAPS, FINDERS, GAN_PLANTINGS, found_by_maps


def noise(seed: int, side: int = 24) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3)).astype(np.uint8)


def tensor(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1)[None].double() / 255


def test_ldl_is_the_loss_s_map() -> None:
    sr, hr, steadier = (noise(seed) for seed in range(3))
    by_loss = artefact_map(*(tensor(one) for one in (sr, hr, steadier)))[0, 0].numpy()
    assert ldl(sr, hr, steadier) == pytest.approx(by_loss, rel=1e-9, abs=1e-12)
    assert 0.2 < (by_loss == 0).mean() < 0.8


def test_ldl_straight_on() -> None:
    sr, hr = noise(0, 12), noise(1, 12)
    error = np.abs(hr.astype(float) - sr).sum(2) / 255
    inside = error[2:9, 1:8]
    expected = inside.var(ddof=1) * error.var(ddof=1) ** 0.2
    assert ldl(sr, hr)[5, 4] == pytest.approx(expected)
    with pytest.raises(NotDefinedError, match="window of 7"):
        ldl(noise(0, 3), noise(1, 3))


def test_contrast_straight_on() -> None:
    sr, sibling = noise(3, 16), noise(4, 16)
    place = np.arange(-5, 6)
    weight = np.exp(-(place[:, None] ** 2 + place[None] ** 2) / (2 * 1.5**2))
    weight /= weight.sum()
    c, expected = (0.03 * 255) ** 2, []
    for channel in range(3):
        parts = [p[3:14, 2:13, channel].astype(float) for p in (sr, sibling)]
        s, t = (np.sqrt((w**2 * weight).sum() - (w * weight).sum() ** 2) for w in parts)
        expected.append((2 * s * t + c) / (s**2 + t**2 + c))
    assert contrast_similarity(sr, sibling)[8, 7] == pytest.approx(np.mean(expected), rel=1e-9)


@given(st.integers(0, 30), st.integers(0, 30))
def test_laws_of_contrast(first: int, second: int) -> None:
    a, b = noise(first, 12), noise(second, 12)
    there, back = desra(a, b), desra(b, a)
    assert there == pytest.approx(back)
    assert ((there >= -1e-12) & (there <= 1)).all()
    assert desra(a, a) == pytest.approx(0.0, abs=1e-12)


def test_regions_by_hand() -> None:
    similar = np.ones((100, 200))
    similar[10:40, 20:60] = 0.5
    similar[20:24, 30:40] = 0.9  # a hole, which is filled
    similar[70:74, 100:104] = 0.1  # eroded away
    similar[60:66, 150:156] = 0.1  # stays as 14 px after erosion and dilation
    found = desra_regions(similar, least_area=0.02)
    assert found.boxes == ((6, 16, 44, 64),)
    assert found.area == pytest.approx(38 * 48 / similar.size, rel=0.03)
    assert found.mask[22, 35]
    both = desra_regions(similar, least_area=0.001)
    assert both.boxes == ((6, 16, 44, 64), (56, 146, 70, 160))
    at_the_limit = np.full((30, 30), 0.7)
    assert desra_regions(at_the_limit).boxes == ()
    assert desra_regions(np.full((30, 30), 0.69)).area == 1.0


def test_the_area_limit_grows_with_the_picture() -> None:
    """A region of 26 x 26 px counts in a small picture and not in one of DIV2K's size."""
    small, large = np.ones((128, 128)), np.ones((1356, 2040))
    for similar in (small, large):
        similar[40:58, 40:58] = 0.1
    assert len(desra_regions(small).boxes) == 1
    assert desra_regions(large).boxes == ()
    assert round(LEAST_AREA * large.size) == 4000


def test_a_halo_is_overshoot_and_blur_is_none() -> None:
    step = np.full((64, 64, 3), 60, np.uint8)
    step[:, 32:] = 180
    over = step.copy()
    over[:, 28:32] -= 20
    over[:, 32:36] += 20
    values = halo(over, step)
    assert values[32, 33] > 8 > 1 > values[32, 4]
    assert halo(step, step).max() == 0
    under = step.copy()
    under[:, 28:32] += 20
    under[:, 32:36] -= 20
    assert halo(under, step).max() < 0.5


def test_drift_of_a_cast() -> None:
    grey = np.full((48, 48, 3), 128, np.uint8)
    cast = grey.copy()
    cast[..., 1] -= 16
    bright = grey + np.uint8(16)
    assert drift(grey, grey).max() == 0
    # L* of grey 128 is 53.585 and of 144 it is 59.789.
    assert drift(bright, grey)[24, 24] == pytest.approx(59.789 - 53.585, abs=0.01)
    assert drift(cast, grey).min() > 5


@pytest.fixture(scope="module", params=["astronaut", "coffee", "rocket"])
def honest(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    """Two answers to one LR: bicubic, and a sharper one."""
    data = pytest.importorskip("skimage.data")
    lr = reduced(cut_to_multiple(getattr(data, request.param)()[:240, :280], 4), 2)
    sibling = enlarged(lr, 2)
    sharper = np.clip(1.3 * sibling - 0.3 * enlarged(reduced(lr, 2), 4), 0, 255)
    return sharper.astype(np.uint8), sibling


@pytest.mark.parametrize("kind", GAN_PLANTINGS)
def test_what_is_planted_is_found(honest, kind: str) -> None:
    areas = found_by_maps(kind, *honest)
    assert set(areas) == set(ALL_MAPS)
    assert {name: areas[name] for name in FINDERS[kind] if areas[name] <= REQUIRED} == {}


def test_ldl_is_blind_where_it_is_said_to_be(honest) -> None:
    assert found_by_maps("cast", *honest)["ldl"] < 0.5
    assert found_by_maps("checkerboard", *honest)["ldl"] < 0.8


def test_desra_marks_where_it_is_planted(honest) -> None:
    sr, sibling = honest
    planted = plant_checkerboard(sr, sibling, 24.0)
    before, after = (
        desra_regions(contrast_similarity(one, sibling)) for one in (sr, planted.picture)
    )
    overlap = (after.mask & planted.mask).sum() / (after.mask | planted.mask).sum()
    assert overlap > 0.5 > before.area
