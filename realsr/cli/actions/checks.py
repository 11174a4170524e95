"""`realsr replay` and `realsr verify`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from realsr.cli.reporting import DIFFERS, OK, say
from realsr.cli.terminal import tell
from realsr.cli.trusted import own_rows
from realsr.files.errors import advising
from realsr.pairs.replaying import conditions, replay, replay_device
from realsr.pairs.store.claim import REPLAYED
from realsr.pairs.verifying import verify


@advising("make room there and run it again; `--check` compares and writes nothing")
def run_replay(
    root: Path,
    *,
    check: bool,
    out: Path | None,
    device: str,
    workers: int | None,
    rows: Sequence[Path],
    allowed: Sequence[str],
) -> int:
    """The command's body; its exit code."""
    kind, own = replay_device(root, device), own_rows(rows, allowed)
    pairs = different = 0
    for result in replay(root, kind, workers, out, check, own):
        pairs += 1
        if result.difference is not None:
            different += 1
            tell(f"{result.key}: {result.difference}")
    if different:
        for condition in conditions(root, kind):
            say(f"equal pixels are not promised here: {condition}")
    where = "compared" if check else f"made in {out or root / REPLAYED}"
    tell(f"{pairs} LR images {where}: {pairs - different} equal, {different} different")
    return DIFFERS if different else OK


def run_verify(root: Path, workers: int | None) -> int:
    """The command's body; its exit code."""
    checked = verify(root, workers)
    for finding in checked.findings:
        tell(f"{finding.kind}: {finding.name}")
    count = len(checked.findings)
    tell(f"{checked.pairs} pairs checked: {count or 'no'} finding{'' if count == 1 else 's'}")
    return DIFFERS if checked.findings else OK
