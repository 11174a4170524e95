"""Checked pictures in words: a line for every fault, none for what is sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from realsr.measuring.checking import NAMES
from realsr.measuring.wording import number


def fault_lines(record: Mapping[str, Any]) -> Iterator[str]:
    """Nothing of a picture without faults."""
    found = {name: told for name, told in record["checks"].items() if told["found"]}
    if not found:
        return
    yield f"{record['source']} ({record['height']} x {record['width']}, height x width)"
    for name, told in found.items():
        yield f"  {name:10} {_measured(told)}; {told['sentence']}"


def set_line(told: Mapping[str, Any]) -> str:
    """The set's line."""
    whole = told["set"]
    parts = [f"{whole['found'][name]} {name}" for name in NAMES if whole["found"][name]]
    unread = [f"{whole['unread']} could not be read"] if whole["unread"] else []
    said = ", ".join([*parts, *unread]) or "nothing found"
    return f"{whole['sound']} of {whole['pictures']} sound; {said}"


def _measured(told: Mapping[str, Any]) -> str:
    beyond = "below" if told["fault"].startswith("below") else "above"
    measured = f"{number(told['value'])} {told['unit']}".rstrip()
    where = f" with {told['nearest']}" if "nearest" in told else ""
    return f"{measured}{where} ({beyond} {number(told['threshold'])})"
