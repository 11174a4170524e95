"""Files that are not ours: what opens, what is refused and by which word; nothing is waited for."""

from __future__ import annotations

import os
import signal
import socket
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from degrade.foreign import ForeignFileError, open_foreign, read_foreign, read_foreign_text
from degrade.functional.kernel_bank import read_bank
from degrade.functional.noise_bank import read_patches


def kind(path: Path, **options: object) -> str:
    with pytest.raises(ForeignFileError) as caught:
        read_foreign(path, **{"most": 100, **options})
    assert str(path) in str(caught.value)
    return caught.value.kind


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    """What waits for a pipe's other end waits for ever: it fails instead."""

    def late(number: int, frame: object) -> None:
        raise TimeoutError("it waits")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 60)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_a_regular_file_is_read_to_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    assert read_foreign(path, most=100) == b"x" * 100
    assert kind(path, most=99) == "too-large"


def test_the_stream_is_called_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    with open_foreign(path) as file:
        assert file.name == str(path)


def test_nothing_stays_open_behind_a_refusal(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(4):
        assert kind(tmp_path / "pipe") == "irregular"
    assert len(list(Path("/proc/self/fd").iterdir())) == before


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
    beside = folder.with_name(f"{folder.name}-of-another")
    beside.mkdir()
    (beside / "own").write_bytes(b"x")
    (folder / "beside").symlink_to(beside / "own")
    assert kind(folder / "beside", inside=folder) == "link-outside", "a name that begins alike"
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


BANKS = {
    "huge.npy": b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }",
    "object.npy": b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    "empty.npy": b"",
    "zip.npy": b"PK\x05\x06" + bytes(18),
    "deep.npy": b"\x93NUMPY\x01\x00\x00\x20" + b"(" * 0x2000,
    "damaged.mat": b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + b"\x0e\x00\x00\x00" * 30,
    "packed.mat": b"MATLAB 5.0 MAT-file".ljust(124)
    + b"\x00\x01IM"
    + struct.pack("<II", 15, len(PACKED := zlib.compress(bytes(2**29), 1)))
    + PACKED,
    "empty.png": b"",
    "none.png": b"no picture",
}


@pytest.mark.parametrize("name", BANKS)
def test_a_bank_of_any_bytes_is_refused_by_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(BANKS[name].ljust(128) if name in {"huge.npy", "object.npy"} else BANKS[name])
    for read in (read_bank, read_patches):
        with pytest.raises(ValueError, match=path.stem):
            read(str(path))


def test_a_bank_of_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npy")
    with pytest.raises(ValueError, match=r"a pipe \(fifo\)"):
        read_bank(str(tmp_path))
