"""The maps find what was planted, in an output that is blurred as outputs are."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.errors import ImageError
from realsr.metrics.artefact_maps import MAPS, strongest
from realsr.metrics.errors import NotDefinedError
from realsr.metrics.interpolation import cut_to_multiple, enlarged, reduced
from realsr.metrics.planted import PLANTINGS, REQUIRED, found, roc_area


@pytest.fixture(scope="module", params=["astronaut", "chelsea", "coffee", "rocket"])
def hr(request: pytest.FixtureRequest):
    data = pytest.importorskip("skimage.data")
    return cut_to_multiple(getattr(data, request.param)()[:320, :400], 4)


@pytest.mark.parametrize("scale", [2, 4])
def test_planted_artefacts_are_found_against_the_truth(hr, scale) -> None:
    areas = found(enlarged(reduced(hr, scale), scale), hr)
    assert set(areas) == set(MAPS) == set(PLANTINGS)
    assert min(areas.values()) > REQUIRED, areas


def test_planted_artefacts_are_found_against_a_sibling(hr) -> None:
    """The sibling is an output of another method on the same LR."""
    lr = reduced(hr, 2)
    sharper = np.clip(1.3 * enlarged(lr, 2) - 0.3 * enlarged(reduced(lr, 2), 4), 0, 255)
    areas = found(sharper.astype(np.uint8), enlarged(lr, 2))
    assert min(areas.values()) > REQUIRED, areas


@pytest.mark.parametrize("name", MAPS)
def test_a_map_grows_with_the_artefact(hr, name) -> None:
    sr = enlarged(reduced(hr, 2), 2)
    inside = []
    for amplitude in (0.0, 8.0, 16.0, 32.0):
        planted = PLANTINGS[name](sr, hr, amplitude)
        inside.append(float(MAPS[name](planted.picture, hr)[planted.mask].mean()))
    assert inside == sorted(inside)
    assert inside[-1] > 2.0 * inside[0]


def test_a_checkerboard_has_its_own_amplitude() -> None:
    flat = np.full((96, 96, 3), 128, dtype=np.uint8)
    planted = PLANTINGS["checkerboard"](flat, flat, 16.0)
    values = MAPS["checkerboard"](planted.picture, flat)
    assert values[48, 48] == pytest.approx(16.0 * 219.0 / 255.0, rel=0.02)
    assert values[4, 4] == pytest.approx(0.0, abs=0.01)


def test_what_the_reference_shows_too_is_no_artefact() -> None:
    """A map of the reference itself is 0, or what the fit's ridge leaves; of a pattern it counts what is more."""
    noise = np.random.default_rng(3).integers(60, 200, (96, 96, 3), dtype=np.uint8)
    planted = {name: plant(noise, noise, 16.0).picture for name, plant in PLANTINGS.items()}
    for name, each in MAPS.items():
        least = 0.87 if name in ("ringing", "texture") else 1e-9
        assert each(planted[name], planted[name]).max() < least
    flat = np.full((96, 96, 3), 128, dtype=np.uint8)
    weak, strong = (PLANTINGS["checkerboard"](flat, flat, by).picture for by in (8.0, 24.0))
    more = MAPS["checkerboard"](strong, weak)
    assert more[48, 48] == pytest.approx(16.0 * 219.0 / 255.0, rel=0.02)
    assert MAPS["checkerboard"](weak, strong).max() == pytest.approx(0.0, abs=1e-9)


def test_blur_is_nearly_no_texture(hr) -> None:
    """An error of the same size counts much more once it has another place than the detail it came from."""
    blurred = enlarged(reduced(hr, 2), 2)
    error = blurred.astype(float) - hr
    invented = np.clip(hr + np.random.default_rng(1).permuted(error, axis=0), 0, 255)
    found_in = [strongest(MAPS["texture"](p.astype(np.uint8), hr)) for p in (blurred, invented)]
    assert found_in[1] > 1.5 * found_in[0]


def test_roc_area_by_hand() -> None:
    """Of the pairs (3, 1), (3, 2), (2, 1), (2, 2) three are in order and one is a tie: 3.5 / 4."""
    values, mask = np.array([[3.0, 2.0, 1.0, 2.0]]), np.array([[True, True, False, False]])
    assert roc_area(values, mask) == pytest.approx(3.5 / 4.0)
    assert roc_area(-values, mask) == pytest.approx(0.5 / 4.0)
    for empty in (np.zeros_like(mask), np.ones_like(mask)):
        with pytest.raises(NotDefinedError):
            roc_area(values, empty)


def test_other_pictures_are_refused(hr) -> None:
    with pytest.raises(ImageError, match="never resizes"):
        MAPS["texture"](hr, hr[1:])
    with pytest.raises(ImageError, match="uint8"):
        found(hr / 255.0, hr / 255.0)
