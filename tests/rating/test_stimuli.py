"""What is shown: the same contents from every model, nothing that tells which is which."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from degrade.errors import DegradeError
from realsr.metrics.interpolation import enlarged
from realsr.rating.errors import RatingError
from realsr.rating.stimuli import of_folders
from tests.rating.exhibits import write_folders


def test_pictures_are_those_that_every_folder_has(tmp_path: Path) -> None:
    folders = write_folders(tmp_path)
    (folders[1] / "picture 1.png").unlink()
    found = of_folders(folders)
    assert found.pictures == {f"picture {n}": ["good", "poor", "bicubic"] for n in (0, 2)}
    assert found.notes == ("left out, since not every folder has them: picture 1",)


def test_the_truth_and_bicubic_are_among_them(tmp_path: Path) -> None:
    folders = write_folders(tmp_path, ("a", "truth"))
    lr = write_folders(tmp_path, ("small",), side=6)[0]
    found = of_folders(folders[:1], hr=folders[1], lr=lr, scale=4)
    assert found.pictures["picture 0"] == ["a", "hr", "bicubic"]
    shown = found.stimuli["picture 0", "bicubic"]
    small = np.asarray(Image.open(lr / "picture 0.png"))
    np.testing.assert_array_equal(shown.pixels(), enlarged(small, 4))
    assert shown.size() == (24, 24)


def test_what_is_sent_is_the_pixels_and_nothing_else(tmp_path: Path) -> None:
    folders = write_folders(tmp_path)
    found = of_folders(folders).stimuli["picture 0", "good"]
    assert b"made by good" in (folders[0] / "picture 0.png").read_bytes()
    data = found.shown()
    assert b"made by" not in data
    (tmp_path / "sent.png").write_bytes(data)
    sent = np.asarray(Image.open(tmp_path / "sent.png"))
    np.testing.assert_array_equal(sent, np.asarray(Image.open(folders[0] / "picture 0.png")))


def test_pictures_of_two_sizes_give_it_away(tmp_path: Path) -> None:
    folders = write_folders(tmp_path)
    Image.new("RGB", (24, 23)).save(folders[2] / "picture 1.png")
    with pytest.raises(RatingError, match=r"picture 1: .*good 24 x 24.*bicubic 24 x 23"):
        of_folders(folders)


def test_folders_of_one_name_and_folders_without_a_shared_picture_are_refused(
    tmp_path: Path,
) -> None:
    first = write_folders(tmp_path / "a", ("same",))[0]
    second = write_folders(tmp_path / "b", ("same",))[0]
    with pytest.raises(RatingError, match="called alike"):
        of_folders([first, second])
    other = tmp_path / "other"
    shutil.copytree(first, other)
    for number in range(3):
        (other / f"picture {number}.png").rename(other / f"else {number}.png")
    with pytest.raises(RatingError, match="nothing to compare"):
        of_folders([first, other])
    with pytest.raises(RatingError, match="nothing to compare"):
        of_folders([first])


def test_a_damaged_picture_is_named_before_anybody_sees_it(tmp_path: Path) -> None:
    folders = write_folders(tmp_path)
    (folders[0] / "picture 2.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(DegradeError, match=r"picture 2\.png"):
        of_folders(folders)
