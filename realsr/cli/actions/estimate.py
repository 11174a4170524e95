"""`realsr estimate`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from realsr.cli.progress import Progress
from realsr.cli.reporting import OK, PARTLY, say
from realsr.cli.terminal import tell
from realsr.estimation.estimator import Inquiry
from realsr.estimation.table import PAIR_ROWS, PICTURE_ROWS, quantities
from realsr.files.errors import RequestError
from realsr.measuring.items import Item, pairs, pictures
from realsr.measuring.page import EstimatesReport
from realsr.measuring.records import Looked
from realsr.measuring.streaming import records
from realsr.measuring.summary import SetSummary
from realsr.measuring.wording import lines


@dataclass(frozen=True, kw_only=True)
class EstimateRequest:
    """The options as they were typed."""

    sources: Sequence[Path]
    lr: Sequence[Path]
    hr: Sequence[Path]
    scale: int
    slow: bool
    out: Path | None
    as_json: bool
    workers: int | None

    def items(self) -> list[Item]:
        """What is to be measured. Raises RequestError."""
        if self.sources and not self.lr and not self.hr:
            return pictures(self.sources, self.out)
        if self.lr and self.hr and not self.sources:
            return pairs(self.lr, self.hr, self.out)
        raise RequestError("give pictures, or --lr and --hr together for pairs")


def run_estimate(request: EstimateRequest) -> int:
    """The command's body; its exit code."""
    items = request.items()
    known = quantities(PAIR_ROWS if request.lr else PICTURE_ROWS)
    summary = SetSummary(known)
    report = EstimatesReport(request.out, known, of_pairs=bool(request.lr)) if request.out else None
    asked = Inquiry(request.scale, request.slow)
    progress, failed = Progress("picture"), 0
    progress.begin(len(items), len(items))
    try:
        found = records(items, asked, request.workers)
        for item, looked in zip(items, found, strict=True):
            progress.made()
            summary.add(looked.record)
            if report:
                report.add(item, looked.record)
            failed += looked.fault is not None
            _show_item(looked, request.as_json)
    finally:
        progress.close()
    _show(summary.told(), request.as_json)
    if report:
        say(f"the page: {report.close(summary.told())}")
    return PARTLY if failed else OK


def _show_item(looked: Looked, as_json: bool) -> None:
    if looked.fault is not None:
        say(f"{looked.record['source']}: {looked.fault}")
    if looked.fault is None or as_json:
        _show(looked.record, as_json)


def _show(record: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        tell(json.dumps(record, allow_nan=False))
        return
    for line in lines(record):
        tell(line)
