"""Halves, and runs side by side."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import pytest

from realsr.robustness.after.compare import compare
from realsr.robustness.after.merge import merge
from realsr.robustness.after.remade import made_again
from realsr.robustness.errors import StudyError
from realsr.robustness.results.store import Results, read_results
from realsr.robustness.study.line_choice import Constants, LineChoice
from realsr.robustness.study.study import Study
from tests.robustness.conftest import Go, bilinear, model, nearest

TIMES = ("started", "finished", "timing")


def tables(results: Results) -> tuple[object, bytes]:
    record = {name: value for name, value in results.record.to_data().items() if name not in TIMES}
    return record, (results.root / "cells.jsonl").read_bytes()


def test_two_halves_by_models_are_the_whole(study: Study, go: Go, tmp_path: Path) -> None:
    near, smooth = model("near", nearest), model("smooth", bilinear)
    whole = go(study, tmp_path / "whole", near, smooth)
    go(study, tmp_path / "a", near)
    go(study, tmp_path / "b", smooth)
    merged = merge(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert tables(merged) == tables(whole)
    again = go(study, tmp_path / "c", near, smooth)
    assert tables(again) == tables(whole)
    kept = [
        sorted(p.relative_to(root).as_posix() for p in root.rglob("*.png"))
        for root in (tmp_path / "whole" / "images", tmp_path / "c" / "images")
    ]
    assert kept[0] == kept[1]


def test_two_halves_by_sets_are_the_whole(study: Study, go: Go, tmp_path: Path) -> None:
    near = model("near", nearest)
    whole = go(study, tmp_path / "whole", near)
    for name, part in (("a", "bicubic"), ("b", "gaussian8")):
        go(study.model_copy(update={"pipelines": (part,)}), tmp_path / name, near)
    merged = merge(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert tables(merged) == tables(whole)
    assert (tmp_path / "c" / "sets" / "gaussian8" / "manifest.jsonl").is_file()


def test_two_halves_by_metrics_are_the_whole(study: Study, go: Go, tmp_path: Path) -> None:
    near = model("near", nearest)
    whole = go(study, tmp_path / "whole", near)
    names = study.metrics or ()
    for name, part in (("a", names[:2]), ("b", names[2:])):
        go(study.model_copy(update={"metrics": part}), tmp_path / name, near)
    assert tables(merge(tmp_path / "a", tmp_path / "b", tmp_path / "c")) == tables(whole)


def test_models_of_one_name_must_be_one_model(study: Study, go: Go, tmp_path: Path) -> None:
    go(study, tmp_path / "a", model("x", nearest))
    go(study, tmp_path / "b", model("x", bilinear, digest="other"))
    with pytest.raises(StudyError, match="model 'x'"):
        merge(tmp_path / "a", tmp_path / "b", tmp_path / "c")


def test_halves_are_judged_by_one_choice_of_lines(study: Study, go: Go, tmp_path: Path) -> None:
    """A half without lines takes the other's, in either order; two that differ are refused, both named."""
    for name, level in (("a", 20.0), ("b", 25.5), ("none", None)):
        lines = {"acceptance": Constants(values={"psnr_y": level})} if level else {}
        go(study.model_copy(update={"lines": LineChoice(**lines)}), tmp_path / name)
    stated = read_results(tmp_path / "b").record.lines
    for place, (one, other) in enumerate([("b", "none"), ("none", "b"), ("b", "b")]):
        found = merge(tmp_path / one, tmp_path / other, tmp_path / f"out{place}")
        assert found.record.lines == stated
    both = rf"{tmp_path}/a: acceptance psnr_y 20, .*{tmp_path}/b: acceptance psnr_y 25.5, "
    with pytest.raises(StudyError, match=both):
        merge(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_other_pixels_are_counted(study: Study, go: Go, tmp_path: Path) -> None:
    """A set that was made elsewhere with other pixels: how many differ, and by how much."""
    go(study, tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    lr = tmp_path / "b" / "sets" / "bicubic" / "lr" / "cat.png"
    image = cv2.imread(str(lr))
    image[2, 3, 1] = image[2, 3, 1] - 5 if image[2, 3, 1] > 100 else image[2, 3, 1] + 5
    cv2.imwrite(str(lr), image)
    record = json.loads((tmp_path / "b" / "record.json").read_text())
    record["sets"][0]["digest"] = "other"
    (tmp_path / "b" / "record.json").write_text(json.dumps(record))
    with pytest.raises(
        StudyError, match=r"1 of \d+ values differ, in 1 of 4 pictures, by at most 5"
    ):
        merge(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert made_again(tmp_path / "a" / "sets" / "bicubic").equal
    found = made_again(tmp_path / "b" / "sets" / "bicubic")
    assert (found.differing, found.changed, found.most) == (1, 1, 5)


def test_comparing(study: Study, go: Go, tmp_path: Path) -> None:
    first = go(study, tmp_path / "a", model("x", nearest), model("gone", nearest))
    second = go(study, tmp_path / "b", model("x", bilinear, digest="other"))
    same = compare(first, read_results(tmp_path / "a"))
    assert not same.only
    assert not same.changes
    found = compare(first, second)
    assert found.only == (f"only {tmp_path / 'a'} has model gone",)
    assert {change.model for change in found.changes} == {"x"}
    change = next(c for c in found.changes if (c.set, c.metric) == ("bicubic", "psnr_y"))
    gaps = [
        second.by_key()[key].scores["psnr_y"] - cell.scores["psnr_y"]
        for key, cell in first.by_key().items()
        if key[:2] == ("x", "bicubic")
    ]
    assert change.mean == pytest.approx(sum(gaps) / 4)
    assert change.most == pytest.approx(max(map(abs, gaps)))


def test_a_merged_run_names_the_row_files_of_both(study: Study, go: Go, tmp_path: Path) -> None:
    files = [{"file": f"{name}.py", "sha256": name * 64} for name in "ab"]
    for name, kept in (("a", files[:1]), ("b", files)):
        go(study, tmp_path / name, model(f"near_{name}", nearest))
        path = tmp_path / name / "record.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"rows": kept}))
    merged = merge(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    assert [file.model_dump() for file in merged.record.rows] == files
