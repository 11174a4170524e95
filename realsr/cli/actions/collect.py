"""`realsr collect-noise` and `realsr collect-kernels`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from realsr.cli.progress import Progress
from realsr.cli.reporting import OK, PARTLY, say
from realsr.cli.terminal import tell
from realsr.estimation.estimator import Inquiry
from realsr.files.errors import RequestError
from realsr.measuring.banks import (
    Collected,
    NewBank,
    kernel_of,
    kernel_stages,
    noise_of,
    noise_stage,
)
from realsr.measuring.items import Item, pairs, pictures
from realsr.measuring.streaming import each

Stage = Callable[[Path, int], Iterator[str]]


def run_collect_noise(
    sources: Sequence[Path], out: Path, *, side: int, most: int, as_json: bool, workers: int | None
) -> int:
    """The command's body; its exit code."""
    bank = NewBank(out)
    items = pictures(sources, out)
    failed = _collected(bank, items, partial(noise_of, side=side, most=most), workers)
    if not bank.count:
        raise RequestError(
            f"none of {len(items)} pictures has a place of {side} x {side} px that shows nothing but noise of "
            "half a level and more; give --side a smaller number, or pictures with skies or walls"
        )
    return _told(bank, noise_stage, failed, as_json)


def run_collect_kernels(
    lr: Sequence[Path], hr: Sequence[Path], out: Path, *, as_json: bool, workers: int | None
) -> int:
    """The command's body; its exit code."""
    bank = NewBank(out)
    items = pairs(lr, hr, out)
    failed = _collected(bank, items, partial(kernel_of, asked=Inquiry()), workers)
    if not bank.count:
        raise RequestError(f"no kernel is told of any of {len(items)} pairs; nothing was made")
    return _told(bank, kernel_stages, failed, as_json)


def _collected(
    bank: NewBank, items: Sequence[Item], function: Callable[[Item], Collected], workers: int | None
) -> int:
    """How many could not be looked at."""
    progress, failed = Progress("picture"), 0
    progress.begin(len(items), len(items))
    try:
        for found in each(items, function, workers):
            progress.made()
            bank.add(found)
            if found.fault is not None:
                failed += 1
                say(f"{found.item.path}: {found.fault}")
    finally:
        progress.close()
        bank.close()
    return failed


def _told(bank: NewBank, stage: Stage, failed: int, as_json: bool) -> int:
    lines = list(stage(bank.folder, bank.count))
    if as_json:
        known = {"folder": str(bank.folder), "entries": bank.count, "failed": failed}
        tell(json.dumps({**known, "stages": "\n".join(lines)}))
        return PARTLY if failed else OK
    tell(f"{bank.folder}: {bank.count} entries; in a pipeline's lr:")
    for line in lines:
        tell(f"  {line}")
    return PARTLY if failed else OK
