"""`realsr models list`, and `show` of an architecture: what the table says, without building a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from degrade.table import Table
from realsr.cli.reporting import OK
from realsr.cli.terminal import tell
from realsr.models.base import Architecture
from realsr.models.recognition import counts
from realsr.models.table import ARCHITECTURES


def run_list(rows: Sequence[Path]) -> int:
    """The architectures, a person's own behind ours, two lines each."""
    known = _known(rows)
    width = max(map(len, known))
    for row in known.values():
        tell(f"{row.name:<{width}}  {row.colour:<3}  {_counted(row)}")
        tell(f"{'':<{width}}  {row.source}")
    return OK


def shown(name: str, rows: Sequence[Path]) -> bool:
    """Prints an architecture with its arguments; False where there is none of this name."""
    row = _known(rows).get(name)
    for line in () if row is None else _lines(row):
        tell(line)
    return row is not None


def _known(files: Sequence[Path]) -> Table[Architecture[Any]]:
    if not files:
        return ARCHITECTURES
    # Late, because it loads the tables of operators, metrics and losses, which a list of networks does without.
    from realsr.rows import read_rows

    return read_rows(files).architectures


def _lines(row: Architecture[Any]) -> Iterator[str]:
    yield f"{row.name}: {row.summary}"
    yield f"sees {row.colour}; {_counted(row)}"
    yield f"source: {row.source}"
    for name, field in row.arguments.model_fields.items():
        default = f" = {row.channels}" if name == "channels" else f" = {field.default}"
        told = " (required)" if field.is_required() else default
        yield f"  {name}{told}  {field.description or ''}".rstrip()


def _counted(row: Architecture[Any]) -> str:
    found = counts(row)
    if len(set(found.values())) == 1:
        scales = ", ".join(f"x{scale}" for scale in found)
        return f"{scales}: {found[row.scales[0]]:,} parameters"
    return ", ".join(f"x{scale}: {count:,}" for scale, count in found.items()) + " parameters"
