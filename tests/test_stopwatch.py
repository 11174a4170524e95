"""The stopwatch of a job: seconds by phase, from any thread, whatever ends them."""

from __future__ import annotations

import threading
import time

import pytest

from realsr.stopwatch import Stopwatch


def test_seconds_add_up_phase_by_phase() -> None:
    watch = Stopwatch(("read", "write"))
    with watch.on("read"):
        time.sleep(0.02)
    watch.add({"read": 1.0, "write": 3.0})
    assert watch.seconds["read"] >= 1.02
    assert watch.seconds["write"] == 3.0
    assert watch.passed >= 0.02


def test_the_time_before_an_error_counts() -> None:
    watch = Stopwatch(("read",))

    def failing() -> None:
        with watch.on("read"):
            time.sleep(0.01)
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        failing()
    assert watch.seconds["read"] >= 0.01


def test_no_second_is_lost_between_threads() -> None:
    watch = Stopwatch(("read",))

    def work() -> None:
        for _ in range(2000):
            watch.add({"read": 1.0})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert watch.seconds["read"] == 8000.0


def test_shares_in_words() -> None:
    watch = Stopwatch(("decode", "encode"))
    assert watch.words() == ""
    watch.add({"decode": 1.0, "encode": 3.0})
    assert watch.words() == "decode 25 %, encode 75 %"
