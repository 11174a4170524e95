"""The growing manifest: resumable at every byte, in key order at the end."""

from __future__ import annotations

import errno
import json
import os
from io import FileIO
from pathlib import Path

import pytest

from degrade.errors import ManifestError
from realsr.files.errors import StorageError
from realsr.pairs.journal import Journal
from realsr.pairs.manifest import (
    read_manifest,
)
from realsr.pairs.store.books import Books
from realsr.pairs.store.folder import Folder
from tests.pairs.lines import HEADER, line_of

LINES = {key: line_of(key) for key in ("c", "a", "ü")}


def filled(root: Path, keys: str = "caü") -> Books:
    folder = Books(root)
    journal = Journal(folder)
    journal.begin(HEADER)
    for key in keys:
        journal.append(key, LINES[key])
    journal.close()
    return folder


def finished(root: Path) -> Books:
    folder = filled(root)
    Journal(folder).finish()
    return folder


EXPECTED = HEADER.to_bytes() + b"".join(LINES[key] for key in sorted(LINES))


def test_the_manifest_is_in_key_order(tmp_path: Path) -> None:
    folder = finished(tmp_path)
    assert folder.manifest.read_bytes() == EXPECTED
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.jsonl"]


def test_cut_at_every_byte_it_goes_on_to_the_same_end(tmp_path: Path) -> None:
    whole = filled(tmp_path).partial.read_bytes()
    folder = Books(tmp_path)
    for length in range(len(HEADER.to_bytes()), len(whole)):
        folder.partial.write_bytes(whole[:length])
        journal = Journal(folder)
        assert journal.interrupted
        assert journal.header == HEADER
        for key in "caü":
            if key not in journal:
                journal.append(key, LINES[key])
        journal.finish()
        assert folder.manifest.read_bytes() == EXPECTED


def test_a_finished_manifest_stays_until_its_successor_is_whole(tmp_path: Path) -> None:
    folder = finished(tmp_path)
    journal = Journal(folder)
    assert not journal.interrupted
    assert "a" in journal
    journal.append("b", line_of("b"))
    assert folder.manifest.read_bytes() == EXPECTED
    journal.finish()
    assert [json.loads(line).get("key") for line in folder.manifest.open()] == [
        None,
        "a",
        "b",
        "c",
        "ü",
    ]


def test_nothing_added_nothing_written(tmp_path: Path) -> None:
    folder = finished(tmp_path)
    before = folder.manifest.stat()
    Journal(folder).finish()
    assert folder.manifest.stat() == before


def test_a_line_made_again_replaces_the_old_one(tmp_path: Path) -> None:
    folder = finished(tmp_path)
    journal = Journal(folder)
    journal.append("a", line_of("a", 8))
    journal.finish()
    assert folder.manifest.read_bytes() == EXPECTED.replace(LINES["a"], line_of("a", 8))


def test_damage_before_the_end_is_named(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    folder.partial.write_bytes(folder.partial.read_bytes().replace(LINES["a"], b"nonsense\n"))
    with pytest.raises(ManifestError, match=r"manifest\.partial\.jsonl:3: not a pair"):
        Journal(folder)


def test_a_full_disk_leaves_no_part_of_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = filled(tmp_path, "ca")
    before = folder.partial.read_bytes()
    journal = Journal(folder)
    real, calls = FileIO.write, []

    class Full(FileIO):
        def write(self, data: bytes, /) -> int:  # type: ignore[override]
            calls.append(len(data))
            if len(calls) > 1:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(self, data[: len(data) // 2])

    monkeypatch.setattr(journal, "_file", Full(folder.partial, "r+"))
    with pytest.raises(StorageError, match=r"No space left on device$"):
        journal.append("ü", LINES["ü"])
    assert len(calls) == 2
    assert folder.partial.read_bytes() == before
    assert "ü" not in journal


@pytest.mark.parametrize(
    "line",
    [
        b'{"key": "../../evil"}\n',
        line_of("a").replace(b'"a"', b'"../../evil"', 1),
        b"5\n",
        b"null\n",
        b"[]\n",
        b"{}\n",
    ],
)
def test_what_verify_refuses_no_run_goes_on_with(tmp_path: Path, line: bytes) -> None:
    folder = filled(tmp_path, "c")
    folder.partial.write_bytes(folder.partial.read_bytes() + line)
    with pytest.raises(ManifestError, match=r"manifest\.partial\.jsonl:3: not a pair"):
        Journal(folder)
    folder.partial.rename(folder.manifest)
    with pytest.raises(ManifestError, match=r"manifest\.jsonl:3: not a pair"):
        Journal(folder)


@pytest.mark.parametrize("replaced", [False, True])
def test_removed_in_mid_run_it_is_said_and_put_back(tmp_path: Path, replaced: bool) -> None:
    """At each moment: after the header, between lines, before the end."""
    for made in range(4):
        folder = Books(tmp_path / str(made))
        folder.root.mkdir()
        journal = Journal(folder)
        journal.begin(HEADER)
        for key in "caü"[:made]:
            journal.append(key, LINES[key])
        folder.partial.unlink()
        if replaced:
            folder.partial.write_bytes(HEADER.to_bytes())
        with pytest.raises(StorageError, match=r"removed, replaced or altered.*put back"):
            journal.append("ü", LINES["ü"]) if made < 3 else journal.finish()
        journal.close()
        assert not folder.manifest.exists()
        journal = Journal(folder)
        assert journal.listed() == sorted("caü"[:made])
        for key in "caü"[made:]:
            journal.append(key, LINES[key])
        journal.finish()
        assert folder.manifest.read_bytes() == EXPECTED
        assert not folder.partial.exists()


@pytest.mark.parametrize("kind", ["pipe", "device", "link"])
def test_what_is_no_file_of_the_folder_is_not_read(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "pairs"
    root.mkdir()
    folder = Books(root)
    if kind == "pipe":
        os.mkfifo(folder.manifest)
    else:
        elsewhere = tmp_path / "manifest.jsonl"
        elsewhere.write_bytes(HEADER.to_bytes())
        folder.manifest.symlink_to("/dev/zero" if kind == "device" else elsewhere)
    with pytest.raises(ManifestError, match=r"pipe|leads out of"):
        Journal(folder)
    with pytest.raises(ManifestError, match=r"pipe|leads out of"):
        read_manifest(Folder(root))
