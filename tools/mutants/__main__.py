"""Plant each bug of the list in a copy of the tree, and see which tests fail: `python -m tools.mutants`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tools.mutants.journal import Journal, Outcome
from tools.mutants.mutant import Mutant
from tools.mutants.rows import MUTANTS
from tools.mutants.running import run
from tools.mutants.trial import import_once

ROOT = Path(__file__).parents[2]
SHARE = 0.95


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where at least 95 % die and whoever lives has a reason."""
    asked = _parser().parse_args(arguments)
    mutants = [
        each for each in MUTANTS if not asked.parts or any(p in each.file for p in asked.parts)
    ]
    if not mutants:
        print(
            f"no planted bug is in a file with {' or '.join(asked.parts)} in its path",
            file=sys.stderr,
        )
        return 2
    began = time.monotonic()
    import_once()
    with tempfile.TemporaryDirectory(prefix="mutants-") as work:
        outcomes = run(ROOT, mutants, Journal(asked.journal), Path(work), asked.jobs, tell=_tell)
    return _report(mutants, outcomes, time.monotonic() - began)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help="only bugs in files with this in their path"
    )
    parser.add_argument(
        "--jobs", type=int, default=min(os.cpu_count() or 1, 2), help="copies at a time"
    )
    parser.add_argument(
        "--journal",
        type=Path,
        default=ROOT / "build" / "mutants.jsonl",
        help="what is known already; a row is tried again when it, its file or its tests have changed",
    )
    return parser


def _tell(line: str) -> None:
    print(line, flush=True)


def _report(mutants: Sequence[Mutant], outcomes: Sequence[Outcome], seconds: float) -> int:
    """Who lives, and the sum."""
    reasons = {each.title: each.lives for each in mutants}
    counts = Counter(each.verdict for each in outcomes)
    unnamed = 0
    for each in outcomes:
        reason = reasons[each.title]
        if each.verdict != "killed":
            unnamed += not reason
            _tell(
                f"{each.verdict}: {each.title}\n    {reason or each.by or 'NO REASON: it needs a test'}"
            )
        elif reason:
            unnamed += 1
            _tell(f"killed, and said to live: {each.title}")
    _tell(", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items())))
    share = counts["killed"] / len(outcomes)
    _tell(f"{share:.1%} of {len(outcomes)} planted bugs are seen; {seconds / 60:.1f} minutes")
    return 0 if share >= SHARE and not unnamed else 1


if __name__ == "__main__":
    sys.exit(main())
