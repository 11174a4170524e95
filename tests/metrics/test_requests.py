"""What a request may ask, what it gets back, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from degrade.errors import ImageError
from realsr.metrics import ACADEMIC, METRICS, Convention, MetricError, NotComputed, Score, score


def _grey(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize("name", METRICS)
def test_rows_are_whole(name) -> None:
    row = METRICS[name]
    assert row.name == name
    assert row.version >= 1
    assert row.convention.channel in row.channels
    assert row.source


@pytest.mark.parametrize("shape", [(64, 63, 3), (63, 64, 3), (32, 32, 3), (64, 64), (64, 64, 1)])
@pytest.mark.parametrize("name", [n for n in METRICS if METRICS[n].needs == {"hr"}])
def test_other_sizes_are_an_error(name, shape) -> None:
    with pytest.raises(ImageError, match="never resizes"):
        score(name, _grey(64, 64, 3), _grey(*shape))


def test_an_operator_of_another_size_is_an_error() -> None:
    picture = _grey(32, 32, 3)
    with pytest.raises(ImageError, match="never resizes"):
        score("lr_consistency_assumed", picture, lr=picture[::2, ::2], assumed_operator=lambda p: p)


@pytest.mark.parametrize(
    ("picture", "match"),
    [
        (_grey(8, 8, 4), "shape"),
        (_grey(8), "shape"),
        (_grey(0, 8), "shape"),
        (_grey(8, 8).astype(np.int32), "int32"),
        (np.full((8, 8), 1.01), "1.01"),
        (np.full((8, 8), -0.5), "clamp"),
        (np.full((8, 8), np.nan), "nan"),
    ],
)
def test_what_is_no_picture_is_refused(picture, match) -> None:
    with pytest.raises(ImageError, match=match):
        score("psnr", picture, picture)


def test_bytes_and_floats_are_not_mixed() -> None:
    with pytest.raises(ImageError, match="one type"):
        score("psnr", _grey(8, 8), _grey(8, 8) / 255.0)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"metric": "pnsr"}, "did you mean 'psnr"),
        ({"metric": "psnr"}, "needs hr="),
        ({"metric": "lr_consistency_true", "hr": _grey(16, 16)}, "needs true_operator="),
        ({"metric": "lr_consistency_assumed"}, "needs assumed_operator=, lr="),
        ({"metric": "lr_psnr", "hr": _grey(16, 16)}, "needs scale="),
        ({"metric": "psnr", "hr": _grey(16, 16), "convention": ACADEMIC}, "scale"),
        ({"metric": "psnr", "hr": _grey(16, 16), "convention": Convention(crop=-1)}, "-1"),
        ({"metric": "psnr", "hr": _grey(16, 16), "convention": Convention("rgb", True)}, "luma"),
        ({"metric": "gmsd", "hr": _grey(16, 16), "convention": Convention("rgb")}, "defined on"),
        (
            {
                "metric": "artefact_texture",
                "hr": _grey(16, 16),
                "convention": Convention("y", True),
            },
            "rounded",
        ),
    ],
)
def test_requests_that_cannot_be_met(arguments, match) -> None:
    with pytest.raises(MetricError, match=match):
        score(sr=_grey(16, 16), **arguments)


def test_a_score_carries_its_convention() -> None:
    result = score("ssim", _grey(32, 32), _grey(32, 32), scale=4, convention=ACADEMIC)
    assert isinstance(result, Score)
    assert result.convention.crop == 4
    assert "Y (BT.601), crop 4 px, Gaussian 11x11 sigma 1.5, 8 bit; version 1" in str(result)
    psnr = score("psnr", _grey(32, 32), _grey(32, 32), scale=4, convention=ACADEMIC)
    assert isinstance(psnr, Score)
    assert psnr.convention.window is None


@pytest.mark.parametrize("name", [n for n, row in METRICS.items() if row.trained and row.needs])
def test_missing_weights_are_said(name) -> None:
    result = score(name, _grey(32, 32, 3), _grey(32, 32, 3))
    assert isinstance(result, NotComputed)
    assert result.reason.startswith("weights missing: ")
    assert str(result).startswith(f"{name} not computed: weights missing: ")


def test_missing_parameters_are_said(tmp_path) -> None:
    result = score("niqe", _grey(256, 256), parameters=tmp_path / "absent.npz")
    assert isinstance(result, NotComputed)
    assert result.reason.startswith("weights missing: ")
    assert "absent.npz" in result.reason


def test_a_file_that_holds_no_parameters_is_refused(tmp_path) -> None:
    (tmp_path / "text.npz").write_text("no archive")
    np.savez(tmp_path / "other.npz", mu_pris_param=np.zeros(3))
    for name in ("text.npz", "other.npz"):
        with pytest.raises(MetricError, match=r"not a file of NIQE parameters"):
            score("niqe", _grey(256, 256), parameters=tmp_path / name)


@pytest.mark.parametrize(
    ("name", "sr", "hr"),
    [
        ("ssim", _grey(10, 64), _grey(10, 64)),
        ("ms_ssim", _grey(160, 256), _grey(160, 256)),
        ("vif", _grey(79, 256), _grey(79, 256)),
        ("vif", _grey(128, 128), np.zeros((128, 128), np.uint8)),
        ("niqe_own", _grey(95, 400), None),
        ("niqe_own", _grey(100, 100), None),
        ("niqe_own", np.full((256, 256), 9, np.uint8), None),
        ("piqe", _grey(15, 64), None),
        ("piqe", np.zeros((64, 64), np.uint8), None),
        ("energy_high", _grey(64, 64), np.full((64, 64), 9, np.uint8)),
        ("energy_high", _grey(15, 64), _grey(15, 64)),
        ("colour_shift", _grey(7, 64), _grey(7, 64)),
    ],
)
def test_what_is_not_defined_is_said(name, sr, hr) -> None:
    result = score(name, sr, hr)
    assert isinstance(result, NotComputed), result
    assert result.reason.startswith("not defined: ")


@pytest.mark.parametrize("name", ["psnr", "artefact_colour_blob"])
def test_a_crop_of_everything_is_not_defined(name) -> None:
    result = score(name, _grey(8, 8), _grey(8, 8), convention=Convention(crop=4))
    assert isinstance(result, NotComputed)


@pytest.mark.parametrize("shape", [(161, 161), (177, 179), (200, 301)])
def test_least_and_odd_sizes(shape) -> None:
    for name in ("ms_ssim", "vif", "gmsd", "piqe", "ssim"):
        result = score(name, _grey(*shape), None if name == "piqe" else _grey(*shape))
        assert isinstance(result, Score), result
        assert np.isfinite(result.value)
