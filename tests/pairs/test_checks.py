"""Replay and verification of folders."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from degrade.errors import ManifestError
from realsr.pairs.errors import RequestError
from realsr.pairs.make import Outcome
from realsr.pairs.replay import conditions, replay, replay_device
from realsr.pairs.verify import Finding, verify

Make = Callable[..., Outcome]


@pytest.fixture(params=["second_order", "realesrgan"])
def folder(make: Make, photographs: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    make(photographs, tmp_path / "pairs", variants=3, pipeline=request.param)
    return tmp_path / "pairs"


def edit(folder: Path, change: Callable[[list[dict[str, Any]]], None]) -> None:
    path = folder / "manifest.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    change(lines)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def differences(folder: Path) -> dict[str, str]:
    return {
        result.key: result.difference
        for result in replay(folder, "cpu", check=True)
        if result.difference
    }


def test_replay_needs_the_hr_and_the_trace_alone(folder: Path, photographs: Path) -> None:
    lr = {path.name: path.read_bytes() for path in (folder / "lr").iterdir()}
    shutil.rmtree(photographs)
    shutil.rmtree(folder / "lr")
    (folder / "pipeline.yaml").unlink()
    edit(folder, lambda lines: [line.update(source="?", variant=99) for line in lines[1:]] and None)
    edit(folder, lambda lines: lines[0].update(seed=99, crop="full"))
    results = list(replay(folder, "cpu"))
    assert [result.key for result in results] == sorted(name.removesuffix(".png") for name in lr)
    assert all(result.difference is None for result in results)
    assert {path.name: path.read_bytes() for path in (folder / "lr-replayed").iterdir()} == lr


def test_check_writes_nothing_and_names_what_differs(folder: Path) -> None:
    edit(folder, lambda lines: lines[1]["digests"].update(lr_pixels="0" * 64))
    edit(folder, lambda lines: lines[2]["trace"]["lr"][0].update(version=99))
    edit(folder, lambda lines: lines[3]["trace"]["lr"][0].update(op="sharpne"))
    cv2.imwrite(str(folder / "hr" / "b_v0.png"), np.zeros((48, 48, 3), np.uint8))
    (folder / "hr" / "b_v1.png").unlink()
    found = differences(folder)
    assert found.keys() == {"a_v0", "a_v1", "a_v2", "b_v0", "b_v1"}
    assert found["a_v0"] == "the LR pixels differ"
    assert "version 99" in found["a_v1"]
    assert "no operator 'sharpne'" in found["a_v2"]
    assert found["b_v0"] == "hr/b_v0.png: its pixels are not those of the manifest"
    assert found["b_v1"] == "hr/b_v1.png: the file is no longer there"
    assert not (folder / "lr-replayed").exists()


def test_conditions_tell_why(folder: Path) -> None:
    assert conditions(folder, "cpu") == []
    assert replay_device(folder, "auto") == "cpu"
    edit(folder, lambda lines: lines[0]["versions"].update(torch="1.0"))
    assert conditions(folder, "cuda")[0] == "made on cpu, replayed on cuda"
    assert conditions(folder, "cpu")[0].startswith("made with torch 1.0, replayed with ")


@pytest.mark.parametrize("out", ["lr", "hr"])
def test_replay_never_writes_over_the_pairs(folder: Path, out: str) -> None:
    with pytest.raises(RequestError, match="holds the pairs themselves"):
        list(replay(folder, "cpu", out=folder / out))


def test_verify_is_content_with_what_was_made(folder: Path) -> None:
    assert verify(folder).findings == []
    assert verify(folder).pairs == 15
    list(replay(folder, "cpu"))
    assert verify(folder).findings == []


def test_verify_names_missing_changed_and_surplus(folder: Path) -> None:
    (folder / "hr" / "a_v0.png").unlink()
    with (folder / "lr" / "a_v1.png").open("ab") as file:
        file.write(b"\0")
    shutil.copy(folder / "lr" / "b_v0.png", folder / "lr" / "z.png")
    (folder / "hr" / "thumbs.db").write_bytes(b"")
    (folder / "notes.txt").write_text("x")
    with (folder / "pipeline.yaml").open("a") as file:
        file.write("\n")
    assert verify(folder).findings == [
        Finding("changed", "lr/a_v1.png"),
        Finding("changed", "pipeline.yaml"),
        Finding("missing", "hr/a_v0.png"),
        Finding("surplus", "hr/thumbs.db"),
        Finding("surplus", "lr/z.png"),
        Finding("surplus", "notes.txt"),
    ]


@pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "..", "a/b", ".hidden", "a\\b"])
@pytest.mark.parametrize("action", [verify, lambda folder: list(replay(folder, "cpu"))])
def test_a_key_cannot_lead_outside(
    folder: Path, key: str, action: Callable[[Path], object]
) -> None:
    edit(folder, lambda lines: lines[1].update(key=key))
    with pytest.raises(ManifestError, match=r"manifest\.jsonl:2: .* outside its folder"):
        action(folder)


def test_a_damaged_manifest_is_named_by_line(folder: Path) -> None:
    edit(folder, lambda lines: lines[2].pop("trace") and None)
    with pytest.raises(
        ManifestError, match=r"manifest\.jsonl:3: not a pair: trace: Field required"
    ):
        verify(folder)
    edit(folder, lambda lines: lines[0].update(format="other"))
    with pytest.raises(ManifestError, match=r"manifest\.jsonl:1: not the header"):
        verify(folder)


def test_folders_that_are_not_done_or_not_ours(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no folder of pairs"):
        verify(tmp_path)
    shutil.copy(folder / "manifest.jsonl", folder / "manifest.partial.jsonl")
    with pytest.raises(RequestError, match="has not ended"):
        verify(folder)
