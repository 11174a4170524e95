"""The table of exit codes is that of the commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from realsr.cli.interruption import INTERRUPTED
from realsr.cli.main import app
from realsr.cli.reporting import DIFFERS, OK, PARTLY, USAGE
from tests.docs.pages import text_of

ROW = re.compile(r"^\| (\d+) \|[^|]*\|([^|]*)\|$", re.MULTILINE)
TABLE = {int(code): said for code, said in ROW.findall(text_of("docs/commands.md"))}


def commands(group: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every command's words behind `realsr`, and its help."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*before, name))
        else:
            yield " ".join((*before, name)), command.help or ""


def codes(told: str) -> set[int]:
    """Those that a command's help says of itself."""
    said = told.partition("Exit:")[2]
    return {int(code) for code in re.findall(r"(?:^|,)\s*(\d+) ", said)}


SAID = {name: codes(told) for name, told in commands(typer.main.get_command(app))}


def test_the_table_has_the_codes_that_there_are() -> None:
    assert set(TABLE) == {OK, DIFFERS, USAGE, PARTLY, INTERRUPTED}
    assert set().union(*SAID.values()) == set(TABLE)


@pytest.mark.parametrize("code", [DIFFERS, PARTLY])
def test_a_row_names_the_commands_whose_help_says_it(code: int) -> None:
    named = set(re.findall(r"`([^`]*)`", TABLE[code]))
    assert named == {name for name, said in SAID.items() if code in said}
