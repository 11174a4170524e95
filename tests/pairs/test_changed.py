"""Photographs that change between two calls: named and refused, or their pairs made again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from realsr.cli.main import app
from realsr.files.errors import RequestError
from realsr.pairs import verify
from realsr.pairs.make import Outcome

Make = Callable[..., Outcome]
Tree = Callable[[Path], dict[str, bytes]]


def changed(path: Path) -> None:
    """Another picture, of the same size and the same times."""
    times, size = path.stat(), Image.open(path).size
    pixels = np.random.default_rng(5).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def pairs_of(tree: Tree, out: Path) -> dict[str, bytes]:
    return {name: data for name, data in tree(out).items() if name.endswith((".png", ".jsonl"))}


def test_they_are_named_and_nothing_is_touched(
    photographs: Path, make: Make, tree: Tree, tmp_path: Path
) -> None:
    make(photographs, tmp_path / "out")
    before = tree(tmp_path / "out")
    changed(photographs / "b.png")
    with pytest.raises(RequestError, match=r"changed .* were made: b; put them .*--accept-changed"):
        make(photographs, tmp_path / "out")
    assert tree(tmp_path / "out") == before


def test_taken_on_purpose_the_folder_is_that_of_the_photographs_as_they_are(
    photographs: Path, make: Make, tree: Tree, tmp_path: Path, form: str
) -> None:
    taken(photographs, make, tree, tmp_path, form=form)


@pytest.mark.parametrize("options", [{"variants": 2}, {"crop": 64, "tiles": 64}])
def test_all_pairs_of_a_photograph_are_made_again(
    photographs: Path, make: Make, tree: Tree, tmp_path: Path, options: dict[str, int]
) -> None:
    taken(photographs, make, tree, tmp_path, **options)


def taken(photographs: Path, make: Make, tree: Tree, tmp_path: Path, **options: Any) -> None:
    out = tmp_path / "out"
    make(photographs, out, **options)
    changed(photographs / "b.png")
    assert make(photographs, out, accept_changed=True, **options).changed == ("b",)
    make(photographs, tmp_path / "fresh", **options)
    assert pairs_of(tree, out) == pairs_of(tree, tmp_path / "fresh")
    assert verify(out).findings == []
    assert make(photographs, out, **options).made == 0


def test_one_that_can_no_longer_be_read_leaves_no_pair(
    photographs: Path, make: Make, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    make(photographs, out)
    (photographs / "b.png").write_bytes(b"no picture")
    outcome = make(photographs, out, accept_changed=True)
    assert [failure.source for failure in outcome.failures] == ["b"]
    assert verify(out).findings == []
    listed = [json.loads(line).get("source") for line in (out / "manifest.jsonl").open()]
    assert "b" not in listed


def test_a_folder_under_way(photographs: Path, make: Make, tmp_path: Path) -> None:
    """A kill after some pairs: what is there is of the old photograph."""
    out = tmp_path / "out"
    make(photographs, out)
    (out / "manifest.jsonl").rename(out / "manifest.partial.jsonl")
    changed(photographs / "b.png")
    with pytest.raises(RequestError, match="were made: b;"):
        make(photographs, out)
    assert make(photographs, out, accept_changed=True).changed == ("b",)
    assert verify(out).findings == []


def test_the_command(photographs: Path, tmp_path: Path) -> None:
    words = ["make-pairs", str(photographs), "--out", str(tmp_path / "out"), "--crop", "full"]
    assert CliRunner().invoke(app, words).exit_code in (0, 3)
    changed(photographs / "b.png")
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    done = CliRunner().invoke(app, [*words, "--accept-changed"])
    assert "changed, and their pairs made again: b" in done.stderr
