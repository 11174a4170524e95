"""`realsr check-hr`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from realsr.cli.progress import Progress
from realsr.cli.reporting import DIFFERS, OK, PARTLY, say
from realsr.cli.terminal import tell
from realsr.measuring.checked_words import fault_lines, set_line
from realsr.measuring.checking import KEPT, CheckedPicture, SetCheck, checked
from realsr.measuring.folder import MeasuredFolder, measured_folder
from realsr.measuring.items import Item, pictures
from realsr.measuring.records import Record
from realsr.measuring.streaming import going_on

LINES = "checks.jsonl"


def run_check_hr(
    sources: Sequence[Path], *, out: Path | None, as_json: bool, workers: int | None
) -> int:
    """The command's body; its exit code."""
    items = pictures(sources, out)
    if out is None:
        return _checked(items, None, as_json, workers)
    with measured_folder(out, LINES, {"of": "faults"}, KEPT) as folder:
        return _checked(items, folder, as_json, workers)


def _checked(
    items: Sequence[Item],
    folder: MeasuredFolder[CheckedPicture] | None,
    as_json: bool,
    workers: int | None,
) -> int:
    whole, progress, failed = SetCheck(), Progress("picture"), False
    progress.begin(len(items), len(items))
    try:
        for one in going_on(items, checked, folder.kept if folder else None, workers):
            progress.made()
            failed |= one.fault is not None
            record = whole.add(one)
            if folder:
                folder.write(record)
            _show(one, record, as_json)
    finally:
        progress.close()
    if folder:
        folder.write(whole.told())
    tell(json.dumps(whole.told(), allow_nan=False) if as_json else set_line(whole.told()))
    if failed:
        return PARTLY
    return DIFFERS if whole.faulty else OK


def _show(one: CheckedPicture, record: Record, as_json: bool) -> None:
    if one.fault is not None:
        say(f"{record['source']}: {one.fault}")
    if as_json:
        tell(json.dumps(record, allow_nan=False))
        return
    for line in fault_lines(record):
        tell(line)
