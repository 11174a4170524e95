"""Files that are not ours: what opens, what is refused and by which word; nothing is waited for."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from degrade.foreign import ForeignFileError, open_foreign, read_foreign, read_foreign_text


def kind(path: Path, **options: object) -> str:
    with pytest.raises(ForeignFileError) as caught:
        read_foreign(path, **{"most": 100, **options})
    assert str(path) in str(caught.value)
    return caught.value.kind


def test_a_regular_file_is_read_to_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    assert read_foreign(path, most=100) == b"x" * 100
    assert kind(path, most=99) == "too-large"


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert kind(path) == "irregular"


def test_devices_sockets_and_folders_are_refused(tmp_path: Path) -> None:
    assert kind(Path("/dev/zero")) == "irregular"
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "s"))
        assert kind(tmp_path / "s") in {"irregular", "unreadable"}
    assert kind(tmp_path) == "directory"


def test_what_is_not_there(tmp_path: Path) -> None:
    assert kind(tmp_path / "no") == "vanished"
    (tmp_path / "broken").symlink_to(tmp_path / "no")
    assert kind(tmp_path / "broken") == "broken-link"


def test_a_link_may_lead_about_its_folder_but_not_out_of_it(tmp_path: Path) -> None:
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    folder.mkdir()
    outside.write_bytes(b"secret")
    (folder / "own").write_bytes(b"own")
    (folder / "near").symlink_to("own")
    (folder / "far").symlink_to(outside)
    (folder / "up").symlink_to(tmp_path)
    assert read_foreign(folder / "near", most=9, inside=folder) == b"own"
    assert kind(folder / "far", inside=folder) == "link-outside"
    assert kind(folder / "up" / "outside", inside=folder) == "link-outside"
    assert kind(folder / ".." / "outside", inside=folder) == "link-outside"
    assert read_foreign(folder / "far", most=9) == b"secret"


def test_a_file_that_grows_is_still_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "grows"
    path.write_bytes(b"x" * 10)
    file = open_foreign(path, most=10)
    path.write_bytes(b"x" * 50)
    monkeypatch.setattr("degrade.foreign.open_foreign", lambda *_args, **_options: file)
    assert kind(path, most=10) == "too-large"


def test_text_is_utf8(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_bytes("é".encode("latin-1"))
    with pytest.raises(ForeignFileError, match="UTF-8"):
        read_foreign_text(path, most=10)
