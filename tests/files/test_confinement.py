"""What is written in a folder of ours stays in it, whatever stands in the place of its parts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from realsr.files.confinement import confined, opened_to_append
from realsr.files.errors import StorageError
from realsr.files.locks import held
from realsr.files.whole import drop_leftovers, make_directory, write_whole


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a link `out` that leads out of it, one `near` that does not, and `outside` beside it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / ".tmp-theirs").touch()
    root = tmp_path / "folder"
    (root / "part").mkdir(parents=True)
    (root / "out").symlink_to("../outside")
    (root / "near").symlink_to("part")
    (root / "dangling").symlink_to("../new")
    return root


@pytest.mark.parametrize("place", ["out/a", "out/b/a", "part/../../outside/a", "../outside/a"])
@pytest.mark.parametrize("way", ["plain", "relative"])
def test_nothing_is_written_through_a_link(
    folder: Path, place: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    root = folder if way == "plain" else Path("folder")
    with held(root, "busy"):
        with pytest.raises(StorageError, match=r"leads out of .*folder, .*; put the folder itself"):
            write_whole(root / place, b"a")
        with pytest.raises(StorageError, match="leads out of"):
            make_directory(root / place)
    assert [path.name for path in (folder.parent / "outside").iterdir()] == [".tmp-theirs"]


def test_a_folder_is_known_however_its_path_is_written(folder: Path) -> None:
    with confined(folder / ".." / "folder"), pytest.raises(StorageError, match="leads out of"):
        write_whole(folder / "out" / "a", b"a")


def test_nothing_is_removed_or_made_through_a_link(folder: Path) -> None:
    with confined(folder):
        with pytest.raises(StorageError, match="leads out of"):
            drop_leftovers(folder / "out")
        with pytest.raises(StorageError, match="leads out of"):
            make_directory(folder / "dangling")
        with pytest.raises(StorageError, match="leads out of"):
            make_directory(folder / "out")
    assert (folder / "out" / ".tmp-theirs").exists()
    assert not (folder.parent / "new").exists()


def test_what_stays_inside_and_what_is_elsewhere_is_written(folder: Path) -> None:
    with confined(folder):
        for path in (folder / "a", folder / "near" / "b", folder.parent / "outside" / "c"):
            write_whole(path, b"a")
            assert path.read_bytes() == b"a"
    write_whole(folder / "out" / "d", b"a")
    assert (folder.parent / "outside" / "d").exists()


def test_a_file_is_added_to(tmp_path: Path) -> None:
    for text in (b"a", b"bc"):
        with opened_to_append(tmp_path / "file") as file:
            file.seek(0)
            file.write(text)
    assert (tmp_path / "file").read_bytes() == b"abc"


@pytest.mark.parametrize("kind", ["link", "dangling", "pipe", "device"])
def test_only_a_regular_file_is_added_to(tmp_path: Path, kind: str) -> None:
    path, victim = tmp_path / "file", tmp_path / "victim"
    if kind == "link":
        victim.write_bytes(b"theirs")
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/null" if kind == "device" else victim)
    with pytest.raises(OSError, match="put a regular file in its place"):
        opened_to_append(path)
    assert victim.exists() == (kind == "link")


def test_a_folder_in_its_place_is_said_as_the_system_says_it(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        opened_to_append(tmp_path)
