"""Options that are declared once as a record and shared by commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from realsr.cli.groups import grouped
from realsr.cli.main import app
from realsr.cli.reporting import reported


@dataclass(frozen=True, kw_only=True)
class Size:
    """What the commands below share."""

    width: Annotated[int, typer.Option(min=1)]
    height: Annotated[int | None, typer.Option("--high")] = None


@pytest.fixture
def small() -> tuple[typer.Typer, list[object]]:
    """Two commands that share a record, and what they were called with."""
    program, called = typer.Typer(), []

    @program.command()
    @reported
    @grouped
    def first(name: str, size: Size, loud: bool = False) -> int:
        called.append((name, size, loud))
        return 0

    @program.command()
    @reported
    @grouped
    def second(size: Size) -> int:
        called.append(size)
        return 3

    return program, called


def test_fields_are_options_of_every_command(small: tuple[typer.Typer, list[object]]) -> None:
    program, called = small
    done = CliRunner().invoke(program, ["first", "a", "--width", "4", "--high", "2", "--loud"])
    assert done.exit_code == 0, done.output
    assert CliRunner().invoke(program, ["second", "--width", "4"]).exit_code == 3
    assert called == [("a", Size(width=4, height=2), True), Size(width=4)]


@pytest.mark.parametrize("words", [["--width", "0"], ["--width", "x"], []])
def test_their_bounds_hold(small: tuple[typer.Typer, list[object]], words: list[str]) -> None:
    program, called = small
    assert CliRunner().invoke(program, ["second", *words]).exit_code == 2
    assert called == []


def test_run_and_sweep_share_what_they_measure() -> None:
    shared = ("--model", "--hr", "--metrics", "--weights", "--crop", "--alpha", "--workers")
    for command in ("run", "sweep"):
        told = CliRunner().invoke(app, ["robustness", command, "--help"]).output
        assert [name for name in shared if name not in told] == []
