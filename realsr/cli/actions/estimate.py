"""`realsr estimate`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from realsr.cli.progress import Progress
from realsr.cli.reporting import OK, PARTLY, say
from realsr.cli.terminal import tell
from realsr.estimation.estimator import Inquiry, Quantity
from realsr.estimation.table import PAIR_ROWS, PICTURE_ROWS, quantities
from realsr.files.errors import RequestError
from realsr.measuring.folder import MeasuredFolder, measured_folder
from realsr.measuring.items import Item, pairs, pictures
from realsr.measuring.page import LINES, EstimatesReport
from realsr.measuring.records import KEPT, Looked, looked
from realsr.measuring.streaming import going_on
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

    @property
    def quantities(self) -> Mapping[str, Quantity]:
        """Every NAME that is told or refused."""
        return quantities(PAIR_ROWS if self.lr else PICTURE_ROWS)

    @property
    def asked(self) -> Inquiry:
        """What the estimators are asked."""
        return Inquiry(self.scale, self.slow)

    @property
    def decides(self) -> dict[str, Any]:
        """What decides a record, beside the files and the version."""
        return {"of": "pairs" if self.lr else "pictures", **asdict(self.asked)}


def run_estimate(request: EstimateRequest) -> int:
    """The command's body; its exit code."""
    items = request.items()
    if request.out is None:
        return _estimated(request, items, None)
    with measured_folder(request.out, LINES, request.decides, KEPT) as folder:
        return _estimated(request, items, folder)


def _estimated(
    request: EstimateRequest, items: Sequence[Item], folder: MeasuredFolder[Looked] | None
) -> int:
    summary = SetSummary(request.quantities)
    report = _report(request, folder)
    progress, failed = Progress("picture"), 0
    progress.begin(len(items), len(items))
    one = partial(looked, asked=request.asked)
    try:
        found = going_on(items, one, folder.kept if folder else None, request.workers)
        for item, seen in zip(items, found, strict=True):
            progress.made()
            summary.add(seen.record)
            if report:
                report.add(item, seen.record)
            failed += seen.fault is not None
            _show_item(seen, request.as_json)
    finally:
        progress.close()
    _show(summary.told(), request.as_json)
    if report:
        say(f"the page: {report.close(summary.told())}")
    return PARTLY if failed else OK


def _report(
    request: EstimateRequest, folder: MeasuredFolder[Looked] | None
) -> EstimatesReport | None:
    if folder is None:
        return None
    return EstimatesReport(folder, request.quantities, of_pairs=bool(request.lr))


def _show_item(seen: Looked, as_json: bool) -> None:
    if seen.fault is not None:
        say(f"{seen.record['source']}: {seen.fault}")
    if seen.fault is None or as_json:
        _show(seen.record, as_json)


def _show(record: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        tell(json.dumps(record, allow_nan=False))
        return
    for line in lines(record):
        tell(line)
