"""Our own files, changed, cut short or swapped by others: read as strictly as they are written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from degrade import parse_pipeline
from degrade.errors import PipelineError
from realsr.files.json_lines import json_line, parsed, whole_value
from realsr.images.failures import read_failures
from realsr.images.own import result_lines
from realsr.pages.downloads import csv_bytes
from realsr.robustness.cases.case_folder import representative_cases
from realsr.robustness.errors import StudyError
from realsr.robustness.results.store import RunFolder, read_results
from realsr.robustness.running.cache import Cache
from realsr.robustness.running.pictures import read_index
from realsr.training.checkpoints import digest_path, read_state, write_state
from realsr.training.errors import TrainingError

DEEP = "[" * 200_000
ODD = [
    DEEP,
    DEEP + "]" * 200_000,
    "5",
    "null",
    "[]",
    '"a"',
    "{}",
    "\x00",
    "[[]]",
    '{"a": 5}',
    "nan",
    "",
]


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_any_json_in_a_file_of_ours_is_read_or_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "scores.jsonl"
    path.write_text(text + "\n")
    assert Cache(tmp_path)["a"] == {}
    assert read_failures(path) == []
    assert list(result_lines(path)) == []
    (tmp_path / "index.json").write_text(text)
    (tmp_path / "images").symlink_to(tmp_path)
    assert read_index(RunFolder(tmp_path)) == {}
    for name in ("record.json", "cells.jsonl"):
        (tmp_path / name).write_text(text)
    with pytest.raises(StudyError) as refused:
        read_results(tmp_path)
    (tmp_path / "cases.json").write_text(text)
    with pytest.raises(StudyError) as none:
        representative_cases(tmp_path)
    assert "attribute" not in f"{refused.value} {none.value}"


def test_deep_json_is_no_json() -> None:
    assert whole_value(DEEP.encode() + b"\n") is None
    with pytest.raises(ValueError, match="deep"):
        parsed(DEEP)


@given(st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False) | st.text()))
def test_kept_numbers_come_back(
    tmp_path_factory: pytest.TempPathFactory, numbers: dict[str, float]
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    Cache(folder).add("key", {**numbers})
    assert Cache(folder)["key"] == numbers


def test_altered_numbers_are_taken_again(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.add("one", {"psnr": 21.5})
    cache.add("two", {"psnr": 22})
    cache.path.write_bytes(cache.path.read_bytes().replace(b"21.5", b"31.5"))
    again = Cache(tmp_path)
    assert (again["one"], again["two"]) == ({}, {"psnr": 22})


def test_numbers_of_the_first_version_are_read(tmp_path: Path) -> None:
    (tmp_path / "scores.jsonl").write_text('["one", {"psnr": 21.5, "lpips": "no weights"}]\n')
    assert Cache(tmp_path)["one"] == {"psnr": 21.5, "lpips": "no weights"}


def test_an_index_of_pictures_names_none_outside(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    names = ["set/a/model.png", "../../evil", "/etc/passwd", "set/../../evil", "set\\evil", ""]
    (images / "index.json").write_text(json.dumps(dict.fromkeys(names, "d")))
    assert list(read_index(RunFolder(tmp_path))) == ["set/a/model.png"]


def test_a_state_with_a_flipped_bit_is_named(tmp_path: Path) -> None:
    path = write_state(tmp_path, 3, {"step": 3, "weights": torch.zeros(1000)}, keep=2)
    assert list(read_state(path)) == ["step", "weights"]
    data = bytearray(path.read_bytes())
    data[data.index(bytes(2000)) + 1000] ^= 16
    path.write_bytes(data)
    with pytest.raises(TrainingError, match=r"step_000000003\.pt is damaged"):
        read_state(path)
    digest_path(path).unlink()
    with pytest.raises(TrainingError, match="belongs beside it"):
        read_state(path)


def test_a_state_of_the_first_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "step_000000001.pt"
    torch.save({"step": 1}, path)
    assert read_state(path) == {"step": 1}


def test_old_states_go_with_their_digests(tmp_path: Path) -> None:
    for step in range(4):
        write_state(tmp_path, step, {"step": step}, keep=2)
    assert len(list(tmp_path.iterdir())) == 4


def test_a_table_computes_nothing_where_it_is_opened() -> None:
    made = csv_bytes(["=1+1", "b"], [["@cmd", -1.5], ["-2+3", "+a"], ["a=b", "\t="]])
    assert made.decode() == "'=1+1,b\n'@cmd,-1.5\n'-2+3,'+a\na=b,'\t=\n"


def test_a_power_that_no_number_holds_is_refused() -> None:
    text = "name: p\nlr:\n  - {op: gaussian_noise, sigma_255: {uniform_power: {low: 2, high: 3, power: 65537}}}\n"
    with pytest.raises(PipelineError, match="is no finite number"):
        parse_pipeline(text)


def test_lines_end_nowhere_else(tmp_path: Path) -> None:
    value = {"source": "a\u2028b\u0085c", "sha256": "d", "file": "e", "bytes": 1}
    path = tmp_path / "results.jsonl"
    path.write_bytes(json_line(value) * 2)
    assert list(result_lines(path)) == [value, value]
