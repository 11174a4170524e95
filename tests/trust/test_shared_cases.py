"""Pictures and models that were read wrongly once: each in bounded memory and time, or refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trust.forked import answered

CPU_SECONDS, PEAK = 20, 3 * 2**29
"""The peak: of 2 GiB a process, half a one is what its imports hold."""


@pytest.mark.parametrize(
    ("folder", "command"),
    [
        ("pictures", "make-pairs {} --out {out} --pipeline bicubic --scale 2 --crop 8 --workers 1"),
        ("models", "models show {}"),
    ],
)
def test_each_is_bounded(tmp_path: Path, shared_data: Path, folder: str, command: str) -> None:
    paths = sorted(path for path in (shared_data / "cases" / folder).iterdir() if path.is_file())
    assert len(paths) > 5
    for number, path in enumerate(paths):
        words = command.replace("{out}", str(tmp_path / str(number))).split()
        got = answered([str(path) if word == "{}" else word for word in words])
        assert got.code in (0, 2, 3), (path, got)
        assert not got.raised, path
        assert got.cpu < CPU_SECONDS, (path, got.cpu)
        assert got.peak < PEAK, (path, got.peak)
        if got.code:
            told = [line for line in got.err.splitlines() if line.startswith("realsr: ")]
            assert told, (path, got.err)
            assert path.stem in told[0], told
