"""Real pairs and photographs without truth."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from realsr.metrics import ACADEMIC, Convention, score
from realsr.metrics.interpolation import reduced
from realsr.metrics.registration import shifted_psnr
from realsr.robustness.cases.photographs import photographs as freeze_photographs
from realsr.robustness.cases.photographs import real_pairs
from realsr.robustness.errors import StudyError
from realsr.robustness.results.store import Results
from realsr.robustness.study.study import PairsEntry, PhotographsEntry, Study
from tests.robustness.conftest import METRICS, model, nearest, save

COFFEE = data.coffee()[100:166, 200:283]


def entry(low: Path, high: Path) -> PairsEntry:
    return PairsEntry(name="camera", lr=low, hr=high)


def test_pairs_on_one_grid_are_reduced_and_that_is_told(tmp_path: Path) -> None:
    root = tmp_path / "city"
    save(root / "001H.png", COFFEE)
    save(root / "001L.png", cv2.GaussianBlur(COFFEE, (5, 5), 1.2))
    test = real_pairs(entry(root, root), 4, tmp_path / "set", None)
    [case] = test.pictures
    blurred = cv2.GaussianBlur(COFFEE, (5, 5), 1.2)[:64, :80]
    assert np.array_equal(case.lr.read(), reduced(blurred, 4))
    assert case.hr is not None
    assert np.array_equal(case.hr.read(), COFFEE[:64, :80])
    assert test.notes == ("LR and HR came on one grid; LR was reduced by matlab_bicubic 1/4",)


def test_pairs_at_the_scale_are_taken_as_they_are(tmp_path: Path) -> None:
    low = reduced(COFFEE[:64, :80], 4)
    save(tmp_path / "lr" / "ax4.png", low)
    save(tmp_path / "hr" / "a.png", COFFEE[:66, :83])
    test = real_pairs(entry(tmp_path / "lr", tmp_path / "hr"), 4, tmp_path / "set", None)
    [case] = test.pictures
    assert np.array_equal(case.lr.read(), low)
    assert case.hr is not None
    assert np.array_equal(case.hr.read(), COFFEE[:64, :80])
    assert test.notes == ()


def test_equal_names_are_not_shortened_and_lone_pictures_are_told(tmp_path: Path) -> None:
    for part, names in (("lr", ("tail", "b")), ("hr", ("tail", "tai"))):
        for name in names:
            save(tmp_path / part / f"{name}.png", COFFEE)
    test = real_pairs(entry(tmp_path / "lr", tmp_path / "hr"), 4, tmp_path / "set", None)
    assert [case.key for case in test.pictures] == ["tail"]
    assert test.failures == ("b: it has no partner", "tai: it has no partner")


def test_a_pair_of_unfitting_sizes_is_a_failure_by_name(tmp_path: Path) -> None:
    save(tmp_path / "lr" / "a.png", COFFEE[:16, :20])
    save(tmp_path / "hr" / "a.png", COFFEE[:50, :50])
    save(tmp_path / "lr" / "b.png", COFFEE[:16, :20])
    save(tmp_path / "hr" / "b.png", COFFEE[:66, :82])
    test = real_pairs(entry(tmp_path / "lr", tmp_path / "hr"), 4, tmp_path / "set", None)
    assert [case.key for case in test.pictures] == ["b"]
    assert "expected HR of 64 x 80" in test.failures[0]


def test_no_partner_is_an_error(tmp_path: Path) -> None:
    save(tmp_path / "lr" / "a.png", COFFEE)
    save(tmp_path / "hr" / "z.png", COFFEE)
    with pytest.raises(StudyError, match="no picture"):
        real_pairs(entry(tmp_path / "lr", tmp_path / "hr"), 4, tmp_path / "set", None)


def test_changed_sources_are_named_or_frozen_anew(tmp_path: Path) -> None:
    photo = PhotographsEntry(name="own", dir=tmp_path / "own")
    save(tmp_path / "own" / "a.png", COFFEE)
    first = freeze_photographs(photo, 4, tmp_path / "set", None)
    assert freeze_photographs(photo, 4, tmp_path / "set", None) == first
    save(tmp_path / "own" / "a.png", 255 - COFFEE)
    with pytest.raises(
        StudyError, match=r"the set own: pictures changed .*: a; put .*--accept-changed"
    ):
        freeze_photographs(photo, 4, tmp_path / "set", None)
    taken = freeze_photographs(photo, 4, tmp_path / "set", None, accept_changed=True)
    assert (taken.digest != first.digest, taken.taken) == (True, ("a",))
    assert freeze_photographs(photo, 4, tmp_path / "set", None) == replace(taken, taken=())


def test_a_set_of_the_first_version_is_read(tmp_path: Path) -> None:
    """It had no `hr` where there was none, and was written over many lines."""
    photo = PhotographsEntry(name="own", dir=tmp_path / "own")
    save(tmp_path / "own" / "a.png", COFFEE)
    first, path = (
        freeze_photographs(photo, 4, tmp_path / "set", None),
        tmp_path / "set" / "set.json",
    )
    old = json.loads(path.read_text())
    del old["images"][0]["hr"]
    path.write_text(json.dumps(old, indent=1))
    before = path.read_bytes()
    assert freeze_photographs(photo, 4, tmp_path / "set", None) == first
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "text", ["5", "null", "[]", "{}", "[" * 9000, '{"request": 1, "images": 2}']
)
def test_a_damaged_set_is_made_again(tmp_path: Path, text: str) -> None:
    photo = PhotographsEntry(name="own", dir=tmp_path / "own")
    save(tmp_path / "own" / "a.png", COFFEE)
    first = freeze_photographs(photo, 4, tmp_path / "set", None)
    (tmp_path / "set" / "set.json").write_text(text)
    assert freeze_photographs(photo, 4, tmp_path / "set", None) == first


def test_the_best_shift_is_found() -> None:
    base = data.camera()[100:180, 100:190]
    moved = data.camera()[102:182, 97:187]
    convention = Convention("y").resolved(4)
    value, rows, columns = shifted_psnr(moved, base, 4, convention)
    assert (rows, columns) == (-2, 3)
    assert value == np.inf
    assert shifted_psnr(base, base, 4, convention)[1:] == (0, 0)
    cropped = score("psnr", moved, base, scale=4, convention=ACADEMIC)
    assert shifted_psnr(moved, base, 0, Convention("y", crop=4))[0] == pytest.approx(cropped.value)


def test_scores_of_pairs_and_of_photographs(tmp_path: Path, go: Callable[..., Results]) -> None:
    root = tmp_path / "city"
    for number in ("001", "002"):
        save(root / f"{number}H.png", COFFEE)
        save(root / f"{number}L.png", np.roll(COFFEE, 2, axis=1))
    save(tmp_path / "own" / "a.png", COFFEE)
    study = Study(
        pairs=(entry(root, root),),
        real=(PhotographsEntry(name="own", dir=tmp_path / "own"),),
        metrics=(*METRICS, "psnr_y_registered", "niqe_own"),
    )
    results = go(study, tmp_path / "out", model("near", nearest))
    cells = results.by_key()
    pair = cells["near", "camera", "001", 0]
    assert pair.scores["psnr_y_registered"] > pair.scores["psnr_y"] + 1
    assert "not known" in pair.not_computed["lr_consistency_true"]
    own = cells["near", "own", "a", 0]
    assert own.scores["psnr_y"] is None
    assert "needs the HR" in own.not_computed["psnr_y"]
    assert own.scores["niqe_own"] is not None
    kinds = [test.kind for test in results.record.sets]
    assert kinds == ["pairs", "real"]


@pytest.mark.data
def test_city100_is_one_grid(shared_data: Path, tmp_path: Path) -> None:
    city = shared_data / "pairs" / "city100_iphonex"
    test = real_pairs(entry(city, city), 4, tmp_path / "set", 1)
    [case] = test.pictures
    assert case.key == "001"
    assert case.hr is not None
    assert case.hr.size == tuple(4 * side for side in case.lr.size)


def test_a_directory_without_pictures_is_no_set(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(StudyError, match="no images in"):
        freeze_photographs(
            PhotographsEntry(name="photo", dir=tmp_path / "none"), 4, tmp_path / "set", None
        )
