"""What is told of pictures that cannot be measured, and of sets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from realsr.estimation.estimator import Inquiry, PairEstimator, PictureEstimator, Quantity
from realsr.estimation.findings import Findings, Measurement, refusal
from realsr.estimation.seen import Seen, SeenPair
from realsr.measuring import records as records_module
from realsr.measuring.items import Item
from realsr.measuring.reading import read_seen
from realsr.measuring.records import looked, measured
from realsr.measuring.summary import SetSummary, together

MEAN = Quantity("mean", "mean level", "levels of 255")


def mean(seen: Seen, asked: Inquiry, found: Findings) -> Findings:
    if seen.height < 8:
        return refusal("too small", "mean")
    level = float(seen.levels().mean())
    return Findings({"mean": Measurement(level, level - 1, level + 1, MEAN.unit, "mean", "")})


def mean_of_lr(pair: SeenPair, asked: Inquiry, found: Findings) -> Findings:
    return mean(pair.lr, asked, found)


@pytest.fixture(autouse=True)
def rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table with one row, here and where records are made."""
    table = "realsr.estimation.table"
    picture, pair = (PictureEstimator((MEAN,), mean),), (PairEstimator((MEAN,), mean_of_lr),)
    monkeypatch.setattr(f"{table}.PICTURE_ROWS", picture)
    monkeypatch.setattr(f"{table}.PAIR_ROWS", pair)
    monkeypatch.setattr(records_module, "PICTURE_ROWS", picture)
    monkeypatch.setattr(records_module, "PAIR_ROWS", pair)


def saved(path: Path, pixels: Any, **options: Any) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


def flat(*shape: int, level: int = 100) -> Any:
    return np.full(shape, level, np.uint8)


def test_a_picture_is_measured(tmp_path: Path) -> None:
    record = measured(Item("a", saved(tmp_path / "a.png", flat(8, 9, 3))), Inquiry())
    assert (record["width"], record["height"], record["refused"]) == (9, 8, {})
    assert record["source"] == str(tmp_path / "a.png")
    assert record["estimates"]["mean"] == {
        "value": 100.0,
        "low": 99.0,
        "high": 101.0,
        "level": 0.95,
        "unit": "levels of 255",
        "method": "mean",
        "assumes": "",
    }


def test_sixteen_bits_are_on_the_same_scale(tmp_path: Path) -> None:
    deep = saved(tmp_path / "a.png", np.full((9, 9), 257 * 100, np.uint16))
    assert read_seen(deep).levels().mean() == pytest.approx(100, abs=1e-9)


def test_an_animation_is_refused_by_name(tmp_path: Path) -> None:
    frames = [Image.fromarray(flat(9, 9, level=level)) for level in (1, 200)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    record = measured(Item("a", tmp_path / "a.png"), Inquiry())
    assert record["estimates"] == {}
    assert "holds 2 pictures" in record["refused"]["mean"]
    assert (record["width"], record["height"]) == (None, None)
    assert looked(Item("a", tmp_path / "a.png"), Inquiry()).fault == record["refused"]["mean"]


def test_opaque_alpha_is_dropped_and_transparency_refused(tmp_path: Path) -> None:
    opaque = saved(tmp_path / "a.png", np.dstack([flat(9, 9, 3), flat(9, 9, level=255)]))
    glassy = saved(tmp_path / "b.png", np.dstack([flat(9, 9, 3), flat(9, 9, level=254)]))
    assert read_seen(opaque).pixels.shape == (9, 9, 3)
    assert "transparent" in measured(Item("b", glassy), Inquiry())["refused"]["mean"]


@pytest.mark.parametrize(
    ("hr", "scale"), [((16, 18), 2), ((17, 19), 2), ((8, 9), 1), ((26, 27), 3)]
)
def test_sizes_that_pair(hr: tuple[int, int], scale: int) -> None:
    assert records_module.whole_scale(Seen(flat(8, 9, 1)), Seen(flat(*hr, 1))) == scale


@pytest.mark.parametrize("hr", [(16, 27), (18, 18), (4, 4), (12, 13), (16, 20)])
def test_sizes_of_no_pair_are_told(tmp_path: Path, hr: tuple[int, int]) -> None:
    low, high = saved(tmp_path / "a.png", flat(8, 9)), saved(tmp_path / "b.png", flat(*hr))
    record = measured(Item("a", low, high), Inquiry())
    assert f"HR {hr[0]} x {hr[1]}" in record["refused"]["mean"]
    assert (record["width"], record["height"]) == (9, 8)


def test_a_damaged_hr_is_told_as_the_hrs(tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(b"nothing")
    low = saved(tmp_path / "a.png", flat(8, 9))
    record = measured(Item("a", low, tmp_path / "b.png"), Inquiry())
    assert record["refused"]["mean"].startswith("its HR: ")


def test_a_small_picture_is_refused_and_no_fault(tmp_path: Path) -> None:
    found = looked(Item("a", saved(tmp_path / "a.png", flat(7, 9))), Inquiry())
    assert found.record["refused"] == {"mean": "too small"}
    assert found.fault is None


def test_a_bug_costs_its_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(seen: Seen, asked: Inquiry) -> Findings:
        raise ZeroDivisionError("here")

    monkeypatch.setattr(records_module, "of_picture", broken)
    found = looked(Item("a", saved(tmp_path / "a.png", flat(8, 9))), Inquiry())
    assert "ZeroDivisionError: here" in found.record["refused"]["mean"]


def test_turned_jpegs_have_turned_tables(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = np.random.default_rng(0).integers(0, 255, (24, 42, 3), np.uint8)
    table = [list(range(1, 65)), list(range(2, 66))]
    path = saved(tmp_path / "a.jpg", pixels, exif=exif, qtables=table, subsampling=1)
    seen = read_seen(path)
    assert seen.pixels.shape[:2] == (42, 24)
    assert seen.tables is not None
    assert seen.tables.steps[0][1, 0] == 2
    assert seen.tables.sampling[0] == (2, 1)
    assert seen.tables.grid == (0, 0)


def numbers(*values: float, half: float = 0.0) -> list[dict[str, Any]]:
    words = {"level": 0.95, "unit": "", "method": "m", "assumes": ""}
    return [{"value": v, "low": v - half, "high": v + half, **words} for v in values]


def test_a_set_has_the_median_and_the_reasons() -> None:
    summary = SetSummary({"mean": MEAN, "other": Quantity("other", "", "")})
    for told in numbers(1, 2, 3, 4, 50):
        summary.add({"estimates": {"mean": told}, "refused": {"other": "because"}})
    whole = summary.told()["set"]
    assert whole["pictures"] == 5
    assert whole["refused"] == {"other": "because"}
    found = whole["estimates"]["mean"]
    assert found["value"] == 3
    assert found["low"] <= 3 <= found["high"]
    assert found["high"] > 3.9


def test_one_picture_is_its_own_set() -> None:
    found = together(numbers(10, half=1.0), MEAN)
    assert found["value"] == 10
    assert found["low"] == pytest.approx(9, abs=0.1)
    assert found["high"] == pytest.approx(11, abs=0.1)


def test_directions_are_the_same_half_a_turn_on() -> None:
    angle = Quantity("angle", "", "radians", "angle")
    found = together(numbers(0.05, np.pi - 0.05, 0.02, np.pi - 0.02), angle)
    assert np.sin(found["value"]) == pytest.approx(0, abs=0.03)
    assert found["high"] - found["low"] < 0.3


def test_names_are_the_most_frequent() -> None:
    words = {"low": None, "high": None, "level": 0.95, "unit": "", "method": "m", "assumes": ""}
    told = [{"value": name, **words} for name in ("a", "b", "a")]
    found = together(told, Quantity("filter", "", "", "name"))
    assert (found["value"], found["low"], found["probability"]) == ("a", None, pytest.approx(2 / 3))


def test_kernels_of_different_sides_have_a_mean() -> None:
    small, large = numbers(0)[0], numbers(0)[0]
    small |= {"value": [[1.0]], "low": [[1.0]], "high": [[1.0]]}
    large |= {"value": [[0.0] * 3, [0.0, 0.5, 0.5], [0.0] * 3]}
    found = together([small, large], Quantity("kernel", "", "", "kernel"))
    assert found["value"] == [[0.0] * 3, [0.0, 0.75, 0.25], [0.0] * 3]
