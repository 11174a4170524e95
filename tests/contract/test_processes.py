"""The CPU's work over processes: the values of a call without them, whatever becomes of a process."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import degrade
from degrade.errors import DegradeError, ImageError, MissingExtraError, TraceError
from degrade.execute import processes as module
from degrade.execute.forked import can_fork
from degrade.geometry import Size
from realsr.files.errors import StorageError
from tests.contract.samples import equal, image
from tests.contract.traces import SIZES, batch, traces

pytestmark = pytest.mark.skipif(not can_fork(), reason="processes need Linux's fork")


@pytest.fixture(scope="module")
def processes() -> Iterator[degrade.Processes]:
    with degrade.Processes(2) as shared:
        yield shared


@settings(max_examples=15, deadline=None)
@given(
    name=st.sampled_from(["second_order", "realesrgan", "bicubic", "scanned_print"]),
    sizes=st.lists(st.sampled_from(SIZES), min_size=1, max_size=6),
)
def test_the_values_are_those_of_one_thread(
    processes: degrade.Processes, name: str, sizes: list[Size]
) -> None:
    drawn = traces(name, len(sizes))
    images = [image(size, 3, i) for i, size in enumerate(sizes)]
    there = degrade.apply(drawn, images, processes=processes)
    assert equal(there, degrade.apply(drawn, images, threads=1))


def test_more_samples_than_one_share_of_the_memory(processes: degrade.Processes) -> None:
    hr, drawn = batch(70), traces("realesrgan", 70)
    assert torch.equal(
        degrade.apply(drawn, hr, processes=processes), degrade.apply(drawn, hr, threads=1)
    )
    for half in (degrade.apply_hr, degrade.apply_lr):
        assert torch.equal(half(drawn, hr, processes=processes), half(drawn, hr, threads=1))


def test_a_result_is_its_own_and_the_caller_s_images_stay(processes: degrade.Processes) -> None:
    hr, drawn = batch(3), traces("second_order", 3)
    before = hr.clone()
    first = degrade.apply(drawn, hr, processes=processes)
    kept = first.clone()
    degrade.apply(drawn, 1 - hr, processes=processes)
    assert torch.equal(first, kept)
    assert torch.equal(hr, before)


def test_a_worker_s_error_is_the_caller_s_and_the_next_call_works(
    processes: degrade.Processes,
) -> None:
    drawn = degrade.draw(degrade.load_pipeline("realesrgan"), degrade.keys(0, ["a", "b"]))
    grey = torch.rand(2, 2, 48, 48, generator=torch.Generator().manual_seed(0))
    with pytest.raises(ImageError) as alone:
        degrade.apply(drawn, grey, threads=1)
    with pytest.raises(ImageError) as there:
        degrade.apply(drawn, grey, processes=processes)
    assert str(there.value) == str(alone.value)
    hr = batch(2)
    assert degrade.apply(traces("bicubic", 2), hr, processes=processes).shape[-1] == 16


def test_a_killed_worker_is_said_and_replaced() -> None:
    hr, drawn = batch(2), traces("bicubic", 2)
    with degrade.Processes(2) as own:
        right = degrade.apply(drawn, hr, processes=own)
        pool = own._pool
        assert pool is not None
        victim = pool.submit(os.getpid).result()
        os.kill(victim, signal.SIGKILL)
        with pytest.raises(DegradeError, match="worker processes was killed"):
            _until_seen(lambda: degrade.apply(drawn, hr, processes=own))
        assert torch.equal(degrade.apply(drawn, hr, processes=own), right)


def _until_seen(call: Callable[[], object]) -> None:
    while True:
        call()


def test_what_does_not_go_together() -> None:
    hr, drawn = batch(1), traces("bicubic", 1)
    with pytest.raises(DegradeError, match="0 worker processes: expected"):
        degrade.Processes(0)
    with degrade.Processes(1) as own:
        with pytest.raises(DegradeError, match="processes together with threads 2"):
            degrade.apply(drawn, hr, threads=2, processes=own)
        with pytest.raises(DegradeError, match="engine 'batched'"):
            degrade.apply(drawn, hr, engine="batched", processes=own)
        assert own._pool is None


def test_a_copy_has_processes_of_its_own(processes: degrade.Processes) -> None:
    hr = batch(2)
    module = degrade.OnlineDegradation("second_order", processes=processes)
    with copy.deepcopy(module).processes as other:  # type: ignore[union-attr]
        assert other is not processes
        assert other.workers == 2
    plain = degrade.OnlineDegradation("second_order", threads=1)
    assert torch.equal(module(hr, ["a", "b"], 3).lr, plain(hr, ["a", "b"], 3).lr)


def test_where_there_is_no_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("degrade.execute.forked.can_fork", lambda: False)
    with degrade.Processes(1) as own, pytest.raises(DegradeError, match="use threads"):
        degrade.apply(traces("bicubic", 1), batch(1), processes=own)


def _inside_a_daemon(told: multiprocessing.Queue[str]) -> None:
    try:
        degrade.apply(traces("bicubic", 1), batch(1), processes=degrade.Processes(1))
    except DegradeError as error:
        told.put(str(error))


def test_inside_a_data_loader_s_worker() -> None:
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    context.Process(target=_inside_a_daemon, args=(told,), daemon=True).start()
    assert "a data loader's worker may not; use threads" in told.get(timeout=60)


AFTER_THREADS = """
import cv2, numpy, torch, degrade
cv2.setNumThreads(4)
torch.set_num_threads(4)
large = numpy.random.rand(1500, 1500, 3).astype(numpy.float32)
cv2.GaussianBlur(cv2.resize(large, (900, 900), interpolation=cv2.INTER_CUBIC), (21, 21), 3)
torch.rand(900, 900) @ torch.rand(900, 900)
torch.rand(4, 3, 400, 400).mul(2).sum()
drawn = degrade.draw(degrade.load_pipeline("realesrgan"), degrade.keys(0, list("abcd")))
with degrade.Processes(2) as processes:
    degrade.apply(drawn, torch.rand(4, 3, 400, 400), processes=processes)
    cv2.GaussianBlur(large, (21, 21), 3)
    degrade.apply(drawn, torch.rand(4, 3, 400, 400), processes=processes)
print(cv2.getNumThreads(), torch.get_num_threads())
"""


def test_after_the_libraries_have_used_their_own_threads() -> None:
    """A fork copies no thread: a child that counted on its parent's would wait for ever."""
    command = [sys.executable, "-c", AFTER_THREADS]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert told.stdout.split() == ["4", "4"]


def test_the_calls_of_two_threads_take_turns(processes: degrade.Processes) -> None:
    from concurrent.futures import ThreadPoolExecutor

    hr, drawn = batch(8), traces("second_order", 8)
    right = degrade.apply(drawn, hr, threads=1)
    with ThreadPoolExecutor(3) as pool:
        made = pool.map(lambda _: degrade.apply(drawn, hr, processes=processes), range(6))
        assert all(torch.equal(one, right) for one in made)


@pytest.mark.parametrize(
    "error",
    [
        TraceError("step 'a': no"),
        MissingExtraError("video", "video"),
        StorageError(Path("a") / "b", OSError(28, "No space left on device")),
    ],
)
def test_errors_pass_between_processes_as_they_are(error: DegradeError) -> None:
    passed = pickle.loads(pickle.dumps(error))
    assert type(passed) is type(error)
    assert str(passed) == str(error)


ORPHANS = """
import os, time, torch, degrade
own = degrade.Processes(2)
pool, _ = own._started(64)
print(*{pool.submit(os.getpid).result() for _ in range(8)}, flush=True)
time.sleep(60)
"""


def test_no_worker_outlives_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        workers = [int(word) for word in parent.stdout.readline().split()]
        parent.kill()
    assert workers
    end = time.monotonic() + 20
    while any(_runs(worker) for worker in workers) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(_runs(worker) for worker in workers)


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def test_a_module_s_memory_is_its_workers_alone() -> None:
    assert module._memory is None
