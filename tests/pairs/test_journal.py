"""The growing manifest: resumable at every byte, in key order at the end."""

from __future__ import annotations

import errno
import json
from io import FileIO
from pathlib import Path

import pytest

from degrade.errors import ManifestError
from realsr.files.errors import StorageError
from realsr.pairs.journal import Journal
from realsr.pairs.store.books import Books
from tests.pairs.headers import HEADER

LINES = {key: json.dumps({"key": key, "n": 7}).encode() + b"\n" for key in ("c", "a", "ü")}


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
    journal.append("b", b'{"key":"b"}\n')
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
    journal.append("a", b'{"key":"a","n":8}\n')
    journal.finish()
    assert folder.manifest.read_bytes() == EXPECTED.replace(LINES["a"], b'{"key":"a","n":8}\n')


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
