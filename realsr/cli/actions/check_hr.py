"""`realsr check-hr`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from realsr.cli.progress import Progress
from realsr.cli.reporting import DIFFERS, OK, PARTLY, say
from realsr.cli.terminal import tell
from realsr.measuring.checked_words import fault_lines, set_line
from realsr.measuring.checking import CheckedPicture, SetCheck, checked
from realsr.measuring.items import pictures
from realsr.measuring.streaming import each


def run_check_hr(sources: Sequence[Path], *, as_json: bool, workers: int | None) -> int:
    """The command's body; its exit code."""
    items, whole = pictures(sources), SetCheck()
    progress, failed = Progress("picture"), False
    progress.begin(len(items), len(items))
    try:
        for one in each(items, checked, workers):
            progress.made()
            failed |= one.fault is not None
            _show(one, whole, as_json)
    finally:
        progress.close()
    tell(json.dumps(whole.told(), allow_nan=False) if as_json else set_line(whole.told()))
    if failed:
        return PARTLY
    return DIFFERS if whole.faulty else OK


def _show(one: CheckedPicture, whole: SetCheck, as_json: bool) -> None:
    record = whole.add(one)
    if one.fault is not None:
        say(f"{record['source']}: {one.fault}")
    if as_json:
        tell(json.dumps(record, allow_nan=False))
        return
    for line in fault_lines(record):
        tell(line)
