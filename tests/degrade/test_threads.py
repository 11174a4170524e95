"""The pool of workers: each computes on one thread, whatever the caller has set."""

from __future__ import annotations

from threading import Barrier, Thread

import torch

from degrade.execute.threads import worker_pool


def test_every_worker_computes_on_one_thread() -> None:
    seen: list[int] = []

    def one_call() -> None:
        torch.set_num_threads(3)
        with worker_pool(4) as pool:
            together = Barrier(4)

            def count(_: int) -> int:
                together.wait()
                return torch.get_num_threads()

            seen.extend(pool.map(count, range(4)))
            seen.extend(pool.map(count, range(4)))
        seen.append(torch.get_num_threads())

    before = torch.get_num_threads()
    caller = Thread(target=one_call)
    caller.start()
    caller.join()
    torch.set_num_threads(before)
    assert seen == [1] * 8 + [3]
