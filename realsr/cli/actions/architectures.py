"""`realsr models list`, and `show` of an architecture: what the table says, without building a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from degrade.table import Table
from realsr.cli.reporting import OK
from realsr.cli.terminal import tell
from realsr.models.base import Architecture
from realsr.models.elsewhere.rows import NAMES, entry_of, is_elsewhere
from realsr.models.recognition import counts
from realsr.models.table import ARCHITECTURES


def run_list(rows: Sequence[Path]) -> int:
    """The architectures, a person's own behind ours, then those whose code is spandrel's; two lines each."""
    known = _known(rows)
    width = max(map(len, known))
    for row in known.values():
        tell(f"{row.name:<{width}}  {row.colour:<3}  {_counted(row)}")
        tell(f"{'':<{width}}  {row.source}")
    tell("")
    tell("spandrel's, which train and are saved as it opens them (extra interop):")
    wide = max(map(len, NAMES))
    for name in NAMES:
        entry = entry_of(name)
        tell(f"{name:<{wide}}  {', '.join(f'x{scale}' for scale in entry.scales)}: {entry.summary}")
        tell(f"{'':<{wide}}  {entry.source}")
    return OK


def shown(name: str, rows: Sequence[Path]) -> bool:
    """Prints an architecture with its arguments; False where there is none of this name."""
    known = _known(rows)
    row = known.row(name) if is_elsewhere(name) else known.get(name)
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
    there = ", ".join(f"x{scale}" for scale in row.scales)
    yield f"sees {row.colour}; {there if is_elsewhere(row.name) else _counted(row)}"
    yield f"source: {row.source}"
    for name, field in row.arguments.model_fields.items():
        default = f" = {row.channels}" if name == "channels" else f" = {_written(field.default)}"
        told = " (required)" if field.is_required() else default
        yield f"  {name}{told}  {field.description or ''}".rstrip()


def _written(default: object) -> object:
    """As YAML takes it."""
    return list(default) if isinstance(default, tuple) else default


def _counted(row: Architecture[Any]) -> str:
    found = counts(row)
    if len(set(found.values())) == 1:
        scales = ", ".join(f"x{scale}" for scale in found)
        return f"{scales}: {found[row.scales[0]]:,} parameters"
    return ", ".join(f"x{scale}: {count:,}" for scale, count in found.items()) + " parameters"
