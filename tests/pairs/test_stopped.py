"""Runs that end before their end: killed at any moment, or by a full disk."""

from __future__ import annotations

import errno
import io
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from degrade.errors import DegradeError
from degrade.execute.forked import can_fork
from realsr.files import whole
from realsr.files.errors import FolderBusyError, StorageError
from realsr.pairs.make import Outcome
from realsr.pairs.store.table import opened
from realsr.pairs.verifying import verify
from tests.pairs.conftest import added, with_zip

Make = Callable[..., Outcome]
Tree = Callable[[Path], dict[str, bytes]]


class Died(BaseException):
    """Stands for the process's end: no `except Exception` sees it."""


def dying(
    monkeypatch: pytest.MonkeyPatch, target: Any, name: str, call: int, done: bool
) -> list[int]:
    """Lets the `call`-th call of target.name be the last thing that happens, done or not."""
    real, calls = getattr(target, name), []

    def replacement(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) > call:
            raise Died  # other threads are dead too
        if len(calls) == call:
            if done:
                real(*args, **kwargs)
            raise Died
        return real(*args, **kwargs)

    monkeypatch.setattr(target, name, replacement)
    return calls


KINDS = ("folder", "tar")
"""Pairs as files, and pairs that are put together at the end: the other forms end by the same lines."""


@pytest.fixture(
    params=[
        pytest.param(name, marks=[] if name in KINDS else pytest.mark.slow) for name in with_zip()
    ]
)
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every form of the table; the first of each kind where minutes count."""
    return added(request.param, monkeypatch)


@pytest.fixture
def make(make: Make, form: str) -> Make:
    """Every run of this module, in every form of the table."""
    return partial(make, form=form)


@pytest.fixture
def undisturbed(make: Make, photographs: Path, tmp_path: Path, tree: Tree) -> dict[str, bytes]:
    (photographs / "broken.png").write_bytes(b"no image")
    make(photographs, tmp_path / "undisturbed", pipeline="bicubic")
    return tree(tmp_path / "undisturbed")


def stored(out: Path, part: str) -> list[str]:
    """The pictures of a part that lie there, listed or not."""
    return [name for name in opened(out).names() if name.startswith(f"{part}/")]


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("name", ["replace", "truncate", "unlink"])
def test_death_around_every_rename(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree, undisturbed: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch, name: str, done: bool,
) -> None:  # fmt: skip
    for call in range(1, 40):
        out = tmp_path / f"{call}"
        with monkeypatch.context() as patch:
            calls = dying(patch, os, name, call, done)
            try:
                make(photographs, out, pipeline="bicubic", workers=1)
            except Died:
                assert tree(out) != undisturbed or not (out / "manifest.partial.jsonl").exists()
        make(photographs, out, pipeline="bicubic", workers=1)
        assert tree(out) == undisturbed, f"call {call} of os.{name}"
        if len(calls) < call:
            break
    else:
        pytest.fail("the run never came to its end")
    assert name != "replace" or call > 10


def test_death_between_file_and_line(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree, undisturbed: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from realsr.pairs.journal import Journal

    for call in range(1, 6):
        for done in (False, True):
            out = tmp_path / f"{call}{done}"
            with monkeypatch.context() as patch:
                dying(patch, Journal, "append", call, done)
                with pytest.raises(Died):
                    make(photographs, out, pipeline="bicubic", workers=1)
            # The thread may have made further sources before the death was seen; without their lines.
            assert len(stored(out, "lr")) >= call
            make(photographs, out, pipeline="bicubic")
            assert tree(out) == undisturbed


def test_a_source_that_breaks_between_two_runs_leaves_nothing_behind(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    from realsr.pairs.journal import Journal

    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        dying(patch, Journal, "append", 1, False)
        with pytest.raises(Died):
            make(photographs, out, pipeline="bicubic", workers=1)
    assert stored(out, "hr")[0] == "hr/a.png"
    (photographs / "a.png").write_bytes(b"")
    assert [failure.kind for failure in make(photographs, out, pipeline="bicubic").failures] == [
        "empty"
    ]
    assert not {"hr/a.png", "lr/a.png"} & set(opened(out).names())


def test_a_killed_addition_to_a_finished_place_leaves_nothing_behind(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    from realsr.pairs.journal import Journal

    out = tmp_path / "out"
    make(photographs, out, pipeline="bicubic", limit=1)
    with monkeypatch.context() as patch:
        dying(patch, Journal, "append", 1, False)
        with pytest.raises(Died):
            make(photographs, out, pipeline="bicubic", limit=2, workers=1)
    assert stored(out, "hr") == ["hr/a.png", "hr/b.png"]
    (photographs / "b.png").write_bytes(b"")
    make(photographs, out, pipeline="bicubic", limit=2)
    assert stored(out, "hr") == ["hr/a.png"]
    assert verify(out).findings == []


@pytest.mark.parametrize("call", range(1, 15))
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_full_disk_stops_and_a_later_run_goes_on(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree, undisturbed: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch, call: int, code: int,
) -> None:  # fmt: skip
    out, real, calls = tmp_path / "out", os.replace, multiprocessing.Value("i")

    def full(source: Any, target: Any) -> None:
        with calls.get_lock():
            calls.value += 1
            number = calls.value
        if number >= call:
            raise OSError(code, os.strerror(code), str(source))
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(StorageError) as caught:
            make(photographs, out, pipeline="bicubic")
    assert os.strerror(code) in str(caught.value)
    assert "run the same command again to go on" in str(caught.value)
    assert not list(out.rglob(".tmp-*"))
    make(photographs, out, pipeline="bicubic")
    assert tree(out) == undisturbed


def test_a_full_disk_is_a_line_in_failures_if_that_can_be_written(
    make: Make, photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = whole._created

    class Full(io.FileIO):
        def write(self, data: bytes, /) -> int:  # type: ignore[override]
            super().write(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def full(path: Path) -> object:
        wanted = path.parent.name == "lr" and "b.png" in path.name
        return Full(path, "xb") if wanted else real(path)

    with monkeypatch.context() as patch:
        patch.setattr(whole, "_created", full)
        with pytest.raises(StorageError):
            make(photographs, tmp_path / "out", workers=1)
    [line] = (tmp_path / "out" / "failures.jsonl").read_text().splitlines()
    assert json.loads(line)["source"] == "b"
    assert json.loads(line)["kind"] == "storage"
    assert not list((tmp_path / "out").rglob(".tmp-*"))
    assert make(photographs, tmp_path / "out").failures == ()
    assert (tmp_path / "out" / "failures.jsonl").read_bytes() == b""


RUN = """
import sys
from pathlib import Path
import torch
from realsr.pairs.make import make_pairs
from realsr.pairs.store import table
from tests.pairs.conftest import Quiet, job_of, with_zip
table.FORMS = with_zip()
roots, out, form = [Path(sys.argv[1])], Path(sys.argv[2]), sys.argv[3]
print("ready", flush=True)
make_pairs(roots, out, job_of(variants=12), observer=Quiet(), workers=2, form=form)
"""


def _start(photographs: Path, out: Path, form: str) -> subprocess.Popen[bytes]:
    """The run in a process group of its own, as far as its libraries being loaded."""
    command = [sys.executable, "-c", RUN, str(photographs), str(out), form]
    root = Path(__file__).parents[2]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True, cwd=root)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def _killed_again_and_again(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree, form: str, times: int
) -> None:
    begin = time.perf_counter()
    make(photographs, tmp_path / "undisturbed", variants=12)
    duration = time.perf_counter() - begin
    random_times = random.Random(times)
    unfinished = 0
    out = tmp_path / "out"
    for _ in range(times):
        with _start(photographs, out, form) as process:
            # One run in four may reach its end; a folder that is done begins anew elsewhere.
            time.sleep(random_times.uniform(0, duration / 2))
            os.killpg(process.pid, signal.SIGKILL)
        unfinished += not (out / "manifest.jsonl").exists()
    make(photographs, out, variants=12)
    assert tree(out) == tree(tmp_path / "undisturbed")
    assert unfinished > 0


def test_killed_four_times(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree, form: str
) -> None:
    _killed_again_and_again(make, photographs, tmp_path, tree, form, 4)


@pytest.mark.slow
def test_killed_twenty_times(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree, form: str
) -> None:
    for index in range(5):
        _killed_again_and_again(make, photographs, tmp_path / f"{index}", tree, form, 4)


@pytest.mark.skipif(
    not can_fork(), reason="workers are processes where there is Linux's fork alone"
)
def test_a_killed_worker_costs_its_sources_alone(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree, undisturbed: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    out, real, parent = tmp_path / "out", os.replace, os.getpid()

    def fatal(source: Any, target: Any) -> None:
        real(source, target)
        if os.getpid() != parent and Path(target).parts[-2:] == ("lr", "c.png"):
            os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fatal)
        with pytest.raises(DegradeError, match=r"worker process was killed.*fewer --workers"):
            make(photographs, out, pipeline="bicubic", workers=2)
    make(photographs, out, pipeline="bicubic", workers=2)
    assert tree(out) == undisturbed


def test_killed_alone_and_started_again_at_once(
    make: Make, photographs: Path, tmp_path: Path, tree: Tree, form: str
) -> None:
    """The parent dies, its workers are left to see it: the folder is free soon, and nobody writes to it."""
    make(photographs, tmp_path / "undisturbed", variants=12)
    out = tmp_path / "out"
    with _start(photographs, out, form) as process:
        while not list(out.rglob("lr/*.png")):
            time.sleep(0.01)
        process.kill()
    end = time.monotonic() + 20
    while True:
        try:
            make(photographs, out, variants=12)
            break
        except FolderBusyError:
            assert time.monotonic() < end
            time.sleep(0.05)
    assert tree(out) == tree(tmp_path / "undisturbed")
