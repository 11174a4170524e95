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
from realsr.files.errors import RequestError
from realsr.images.reading import Reading
from realsr.pairs.make import Outcome
from realsr.pairs.replaying import conditions, replay, replay_device
from realsr.pairs.verifying import Finding, verify

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


def differences(folder: Path, workers: int | None = None) -> dict[str, str]:
    return {
        result.key: result.difference
        for result in replay(folder, "cpu", workers, check=True)
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


def test_replay_writes_over_nobodys_files(folder: Path, photographs: Path, tmp_path: Path) -> None:
    first = sorted(path.name for path in (folder / "lr").iterdir())[0]
    for place in (tmp_path / "mine", folder / "lr-replayed"):
        place.mkdir()
        (place / "thesis.txt").write_text("years of work")
        with pytest.raises(RequestError, match=r"not empty .*thesis\.txt"):
            list(replay(folder, "cpu", out=place))
        assert [path.name for path in place.iterdir()] == ["thesis.txt"]
    (tmp_path / "mine" / "thesis.txt").rename(tmp_path / "mine" / first)  # the name of a pair
    with pytest.raises(RequestError, match=f"not empty .*{first}"):
        list(replay(folder, "cpu", out=tmp_path / "mine"))
    with pytest.raises(RequestError, match="not empty"):
        list(replay(folder, "cpu", out=folder))
    with pytest.raises(RequestError, match="is a file"):
        list(replay(folder, "cpu", out=folder / "manifest.jsonl"))


def test_replay_writes_over_its_own_files(folder: Path, tmp_path: Path) -> None:
    for out in (None, tmp_path / "again"):
        for _ in range(2):
            assert all(found.difference is None for found in replay(folder, "cpu", out=out))
    (tmp_path / "again" / "new.png").write_bytes(b"mine")
    with pytest.raises(RequestError, match=r"not empty .*new\.png"):
        list(replay(folder, "cpu", out=tmp_path / "again"))


@pytest.mark.parametrize("name", ["hr", "lr", "lr-replayed", "manifest.jsonl", "pipeline.yaml"])
def test_replay_follows_no_link_out_of_the_folder(folder: Path, tmp_path: Path, name: str) -> None:
    place = tmp_path / "elsewhere"
    if (folder / name).exists():
        (folder / name).rename(place)
    else:
        place.mkdir()
    (folder / name).symlink_to(place)
    with pytest.raises(RequestError, match=f"{name} is a link"):
        list(replay(folder, "cpu"))


def test_replay_writes_through_no_planted_link(folder: Path, tmp_path: Path) -> None:
    victim = tmp_path / "precious"
    victim.write_text("years of work")
    (folder / "lr-replayed").mkdir()
    for name in sorted(path.name for path in (folder / "lr").iterdir()):
        (folder / "lr-replayed" / f".tmp-{name}").symlink_to(victim)
        (folder / "lr-replayed" / name).symlink_to(victim)
    assert all(found.difference is None for found in replay(folder, "cpu"))
    assert victim.read_text() == "years of work"


@pytest.mark.parametrize("side", ["hr", "lr"])
def test_no_picture_is_read_from_outside_the_folder(
    folder: Path, tmp_path: Path, side: str
) -> None:
    picture = folder / side / "a_v0.png"
    picture.rename(tmp_path / "elsewhere.png")
    picture.symlink_to(tmp_path / "elsewhere.png")
    assert verify(folder).findings == [Finding("unreadable", f"{side}/a_v0.png")]
    found = differences(folder)
    assert found == ({} if side == "lr" else {"a_v0": found.get("a_v0")})
    assert side == "lr" or f"it leads out of {folder}" in str(found["a_v0"])


def test_nonsense_in_a_trace_is_that_pairs_difference(folder: Path) -> None:
    def spoil(lines: list[dict[str, Any]]) -> None:
        lines[1]["trace"]["scale"] = 0
        lines[2]["trace"]["lr"][0]["label"] = []
        lines[3]["trace"]["lr"] = 7
        lines[4]["trace"]["lr"][-1]["values"] = {"factor": "x"}
        lines[5]["trace"] = {}

    edit(folder, spoil)
    found = differences(folder)
    assert found.keys() == {"a_v0", "a_v1", "a_v2", "b_v0", "b_v1"}
    assert all("\n" not in text for text in found.values())


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("one\ntwo"), ZeroDivisionError()])
def test_whatever_applying_raises_is_that_pairs_difference(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    import degrade

    real, calls = degrade.trace_from_data, []

    def brittle(data: dict[str, Any]) -> degrade.Trace:
        calls.append(data)
        if len(calls) == 1:
            raise error
        return real(data)

    monkeypatch.setattr(degrade, "trace_from_data", brittle)
    [text] = differences(folder, workers=1).values()
    assert "not enough memory" in text or type(error).__name__ in text
    assert "\n" not in text
    assert len(calls) == 15


def test_pairs_of_any_size_are_read_back(
    make: Make, photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(photographs, tmp_path / "out", crop=None, pipeline="bicubic")
    monkeypatch.setattr(Reading, "__init__", lambda self, alpha="refuse", max_pixels=100: (
        object.__setattr__(self, "alpha", alpha),
        object.__setattr__(self, "max_pixels", max_pixels),
        None,
    )[-1])  # fmt: skip
    assert differences(tmp_path / "out") == {}


@pytest.mark.parametrize("size", [(48, 52), (60, 60), (-48, -48)])
def test_the_manifest_bounds_what_is_decoded(folder: Path, size: tuple[int, int]) -> None:
    edit(folder, lambda lines: lines[1].update(hr_size=list(size)))
    [text] = differences(folder).values()
    assert text.endswith(f"the manifest says {size[0]} x {size[1]} (height x width)")


def test_keys_that_stand_twice_or_out_of_order_are_named(folder: Path) -> None:
    edit(folder, lambda lines: lines.insert(2, lines[1]))
    for action in (verify, lambda root: list(replay(root, "cpu"))):
        with pytest.raises(ManifestError, match=r":3: the key 'a_v0' stands twice"):
            action(folder)
    edit(folder, lambda lines: lines.insert(1, lines.pop(3)))
    with pytest.raises(ManifestError, match=r":3: the key 'a_v0' stands behind 'a_v1'"):
        verify(folder)


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
        ManifestError, match=r"manifest\.jsonl:3: not a pair: the key 'trace' is missing"
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
