"""The methods box: everything a reader needs to compare a number, taken from the run's record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from realsr.robustness.page.report import Report

LONGEST = 24
"""Rows of a table that is shown open: a hundred test sets would bury what follows."""


@dataclass(frozen=True)
class WordTable:
    """A small table of words."""

    title: str
    head: list[str]
    rows: list[list[str]]

    @property
    def long(self) -> bool:
        """Whether the page shows it folded."""
        return len(self.rows) > LONGEST


def methods(report: Report) -> list[WordTable]:
    """Notes, metrics, models, sets, what is missing and why, and the rest of the record."""
    record = report.results.record.to_data()
    tables = [
        WordTable("Notes", ["what to know"], [[note] for note in record["notes"]]),
        _table("Metrics", record["metrics"]),
        _table("Models", record["models"]),
        _table("Test sets", record["sets"]),
        WordTable(
            "Not computed",
            ["what", "why", "cells"],
            [list(map(str, row)) for row in report.missing()],
        ),
        WordTable("Run", ["what", "value"], [list(row) for row in _rest(record)]),
    ]
    return [table for table in tables if table.rows]


def _table(title: str, rows: Sequence[Mapping[str, Any]]) -> WordTable:
    head = list(dict.fromkeys(key for row in rows for key in row))
    return WordTable(title, head, [[_words(row.get(key), key) for key in head] for row in rows])


def _rest(record: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if not path and key in ("models", "sets", "metrics", "notes"):
            continue
        if isinstance(value, Mapping):
            yield from _rest(value, f"{path}{key} ")
        else:
            yield f"{path}{key}", _words(value)


def _words(value: object, key: str = "") -> str:
    """A value of the record for people: lists of pictures are counted, digests cut to what tells them apart."""
    if value is None or value == []:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    if key == "digest":
        return str(value)[:12]
    if isinstance(value, list):
        plain = len(value) <= 8 and not any(isinstance(one, Mapping) for one in value)
        return ", ".join(map(_words, value)) if plain else str(len(value))
    return str(value)
