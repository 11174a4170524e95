"""Which pictures make a pair, and how those that make none are told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from realsr.files.errors import RequestError
from realsr.measuring.items import pairs, pictures


def folder(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.zeros((8, 8), np.uint8)).save(root / name)
    return root


def matched(lr: Path, hr: Path) -> dict[str, str | None]:
    return {item.path.name: item.hr and item.hr.name for item in pairs([lr], [hr])}


def test_names_are_alike_but_for_an_ending(tmp_path: Path) -> None:
    lr = folder(tmp_path / "lr", "baby_x3.png", "bird_x3.png")
    hr = folder(tmp_path / "hr", "baby.png", "bird.jpg", "head.png")
    assert matched(lr, hr) == {"baby_x3.png": "baby.png", "bird_x3.png": "bird.jpg"}


def test_both_sides_may_have_an_ending(tmp_path: Path) -> None:
    lr, hr = (
        folder(tmp_path / side, f"001{side}.png", f"101{side}.png", f"021{side}.png")
        for side in ("L", "H")
    )
    assert matched(lr, hr) == {f"{key}L.png": f"{key}H.png" for key in ("001", "021", "101")}


def test_names_that_are_alike_need_no_ending(tmp_path: Path) -> None:
    lr, hr = (folder(tmp_path / side, "a1.png", "b1.png", "c/d1.png") for side in ("lr", "hr"))
    assert matched(lr, hr) == {name: name for name in ("a1.png", "b1.png", "d1.png")}


def test_two_files_are_a_pair_whatever_they_are_called(tmp_path: Path) -> None:
    root = folder(tmp_path, "one.png", "other.png")
    assert matched(root / "one.png", root / "other.png") == {"one.png": "other.png"}


def test_an_lr_without_hr_is_told_and_the_rest_is_paired(tmp_path: Path) -> None:
    lr = folder(tmp_path / "lr", "a.png", "b.png", "c.png")
    hr = folder(tmp_path / "hr", "a.png", "c.png")
    lone = {item.key: item.fault for item in pairs([lr], [hr]) if item.fault}
    assert set(lone) == {"b"}
    assert "no HR of its key 'b'" in str(lone["b"])


def test_folders_that_have_nothing_in_common_are_refused(tmp_path: Path) -> None:
    lr, hr = folder(tmp_path / "lr", "a.png", "b.png"), folder(tmp_path / "hr", "c.png", "d.png")
    with pytest.raises(RequestError, match="no LR has the key"):
        pairs([lr], [hr])


def test_nothing_to_measure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no picture"):
        pictures([tmp_path])
