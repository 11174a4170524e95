"""`realsr fit-pipeline`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from realsr.cli.progress import Spoken
from realsr.cli.reporting import OK, PARTLY, say
from realsr.cli.terminal import tell
from realsr.files.errors import RequestError
from realsr.files.whole import make_directory, write_whole
from realsr.fitting.fitting import FitInquiry, fit
from realsr.fitting.words import match_lines
from realsr.fitting.writing import pipeline_file
from realsr.measuring.items import pictures


@dataclass(frozen=True, kw_only=True)
class FitRequest:
    """The options as they were typed."""

    sources: Sequence[Path]
    hr: Sequence[Path]
    other_hr: Sequence[Path]
    out: Path
    scale: int
    seed: int
    as_json: bool
    workers: int | None

    def asked(self) -> FitInquiry:
        """What is to be fitted. Raises RequestError."""
        if self.out.suffix not in (".yaml", ".yml"):
            raise RequestError(
                f"--out {self.out} does not end in .yaml, by which a pipeline's file is known"
            )
        if self.out.exists():
            raise RequestError(f"--out {self.out} is there already; name a new file")
        sets = [
            pictures(roots) if roots else [] for roots in (self.sources, self.hr, self.other_hr)
        ]
        return FitInquiry(sets[0], sets[1], sets[2], self.scale, self.seed, self.workers)


def run_fit_pipeline(request: FitRequest) -> int:
    """The command's body; its exit code."""
    outcome = fit(request.asked(), Spoken())
    for path, why in outcome.failed.items():
        say(f"{path}: {why}")
    make_directory(request.out.parent)
    text = pipeline_file(outcome.marginals, outcome.record, request.out.stem)
    write_whole(request.out, text.encode())
    if request.as_json:
        tell(json.dumps({"pipeline": str(request.out), **outcome.record}, allow_nan=False))
    else:
        for line in match_lines(outcome.record):
            tell(line)
        tell(str(request.out))
    return PARTLY if outcome.failed else OK
