"""What a run that was ended leaves, and that the next one measures nothing of it again."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realsr.files.errors import RequestError
from realsr.measuring.checking import KEPT as CHECKED
from realsr.measuring.checking import CheckedPicture
from realsr.measuring.folder import measured_folder
from realsr.measuring.items import Item
from realsr.measuring.kept import NAME, Form, KeptResults
from realsr.measuring.streaming import going_on

WORD: Form[str] = Form(lambda one: one or None, str, lambda value: isinstance(value, str))
"""An empty word is tried again."""
COUNT = 6


class EndedError(Exception):
    """What ends a run, as a signal does."""


def items(folder: Path, count: int = COUNT) -> list[Item]:
    folder.mkdir(exist_ok=True)
    made = []
    for number in range(count):
        path = folder / f"{number}.png"
        path.write_bytes(b"%d" % number)
        made.append(Item(str(number), path))
    return made


def run(path: Path, given: list[Item], end_at: str | None = None) -> tuple[list[str], list[str]]:
    """What was measured and what was told, each as far as it came."""
    measured: list[str] = []
    told: list[str] = []

    def one(item: Item) -> str:
        if item.key == end_at:
            raise EndedError
        measured.append(item.key)
        return item.path.read_text()

    kept = KeptResults(path, {"of": "words"}, WORD)
    with suppress(EndedError):
        told.extend(going_on(given, one, kept, 1))
    kept.close()
    return measured, told


def test_what_is_known_is_not_measured_again(tmp_path: Path) -> None:
    given, path = items(tmp_path / "in"), tmp_path / NAME
    assert run(path, given, "3") == (["0", "1", "2"], ["0", "1", "2"])
    assert run(path, given) == (["3", "4", "5"], ["0", "1", "2", "3", "4", "5"])
    assert run(path, given) == ([], ["0", "1", "2", "3", "4", "5"])
    assert run(path, given[::-1])[1] == ["5", "4", "3", "2", "1", "0"]


def test_a_changed_file_is_measured_again_and_a_new_one_too(tmp_path: Path) -> None:
    given, path = items(tmp_path / "in"), tmp_path / NAME
    run(path, given)
    given[2].path.write_bytes(b"other")
    assert run(path, given) == (["2"], ["0", "1", "other", "3", "4", "5"])
    assert run(path, items(tmp_path / "in", COUNT + 1))[0] == ["2", "6"]


def test_the_hr_of_a_pair_counts(tmp_path: Path) -> None:
    low, high = items(tmp_path / "in", 2)
    pair = [Item("a", low.path, high.path)]
    path = tmp_path / NAME
    assert run(path, pair)[0] == ["a"]
    assert run(path, [low])[0] == ["0"]
    assert run(path, pair)[0] == []
    high.path.write_bytes(b"other")
    assert run(path, pair)[0] == ["a"]


def test_what_could_not_be_measured_is_tried_again(tmp_path: Path) -> None:
    given, path = items(tmp_path / "in"), tmp_path / NAME
    given[1].path.write_bytes(b"")
    run(path, given)
    assert run(path, given)[0] == ["1"]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.booleans())
def test_whatever_became_of_the_file_nothing_wrong_is_told(
    tmp_path: Path, place: int, byte: int, cut: bool
) -> None:
    """Cut anywhere or with one other byte: the words are those of the files, or it is refused."""
    given, path = items(tmp_path / "in"), tmp_path / NAME
    path.unlink(missing_ok=True)
    run(path, given)
    data = bytearray(path.read_bytes())
    header = data.find(b"\n") + 1
    place %= len(data)
    if cut:
        del data[place:]
    else:
        data[place] = byte
    path.write_bytes(data)
    try:
        told = run(path, given)[1]
    except RequestError:
        assert place < header
        return
    assert told == ["0", "1", "2", "3", "4", "5"]
    assert run(path, given)[0] == []
    for line in path.read_bytes().splitlines():
        json.loads(line)


def test_a_result_that_was_altered_is_measured_again(tmp_path: Path) -> None:
    given, path = items(tmp_path / "in"), tmp_path / NAME
    run(path, given)
    path.write_bytes(path.read_bytes().replace(b'"result":"4"', b'"result":"9"'))
    assert run(path, given) == (["4", "5"], ["0", "1", "2", "3", "4", "5"])


def test_other_options_are_refused_by_name(tmp_path: Path) -> None:
    KeptResults(tmp_path / NAME, {"scale": 4}, WORD).close()
    with pytest.raises(RequestError, match="scale 4, now 2"):
        KeptResults(tmp_path / NAME, {"scale": 2}, WORD)


def test_a_folder_is_one_process_s_and_nobody_else_s(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").touch()
    with pytest.raises(RequestError, match="not empty"), _folder(tmp_path / "full"):
        pass
    with (
        _folder(tmp_path / "new"),
        pytest.raises(RequestError, match="another process"),
        _folder(tmp_path / "new"),
    ):
        pass


def test_the_file_of_records_is_there_at_the_end_alone(tmp_path: Path) -> None:
    with suppress(EndedError), _folder(tmp_path / "new") as folder:
        folder.write({"a": 1})
        raise EndedError
    assert not (tmp_path / "new" / "lines.jsonl").exists()
    with _folder(tmp_path / "new") as folder:
        folder.write({"a": 1})
    assert (tmp_path / "new" / "lines.jsonl").read_text() == '{"a":1}\n'
    assert not list((tmp_path / "new").glob(".tmp*"))


def _folder(path: Path) -> Any:
    return measured_folder(path, "lines.jsonl", {"of": "words"}, WORD)


def test_checked_pictures_come_back_as_they_were() -> None:
    small = np.random.default_rng(0).normal(size=256).astype(np.float32)
    for one in (CheckedPicture({"a": 1}, small), CheckedPicture({"a": 1})):
        packed = json.loads(json.dumps(CHECKED.packed(one)))
        assert CHECKED.fits(packed)
        back = CHECKED.unpacked(packed)
        assert back.record == one.record
        assert (back.small is None) == (one.small is None)
        assert back.small is None or (back.small == small).all()
    assert CHECKED.packed(CheckedPicture({}, None, "why")) is None
