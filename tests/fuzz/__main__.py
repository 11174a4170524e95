"""Hunting in every reader, or in some: `python -m tests.fuzz pipeline bank.mat --seconds 60`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from tests.fuzz.guided import MISSING, guided, watched
from tests.fuzz.hunt import Finding, in_child


def main() -> int:
    """The exit code: 1 where anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="*", metavar="READER", help="all, unless some are named")
    parser.add_argument("--seconds", type=float, default=600.0, help="for each reader")
    parser.add_argument("--seed", type=int, default=0, help="another one tries other inputs")
    parser.add_argument(
        "--guided", action="store_true", help="choose inputs by the branches they take (atheris)"
    )
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"), help="where inputs go")
    asked = parser.parse_args()
    try:
        with watched() if asked.guided else nullcontext():
            from tests.fuzz.readers import READERS
    except ModuleNotFoundError as error:
        if error.name != "atheris":
            raise
        parser.error(MISSING)
    names, hunt = [reader.name for reader in READERS], guided if asked.guided else in_child
    if unknown := set(asked.readers) - set(names):
        parser.error(f"no reader {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        for reader in READERS:
            if reader.name in (asked.readers or names):
                place = Path(folder) / reader.name
                findings = list(hunt(reader, place, asked.seconds, asked.seed))
                _tell(reader.name, place, findings, asked.keep)
                found += len(findings)
    return int(found > 0)


def _tell(name: str, place: Path, findings: list[Finding], keep: Path) -> None:
    tried = (place / "tried").read_text() if (place / "tried").exists() else "?"
    sys.stdout.write(f"{name}: {tried} inputs, {len(findings)} findings\n")
    for finding in findings:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / finding.name).write_bytes(finding.data)
        sys.stdout.write(f"  {finding.what!r} ({finding.where}): {keep / finding.name}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
