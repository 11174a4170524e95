"""Every command and every code block of the documentation, run as written, from an empty folder, page by page."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main

from realsr.cli.main import app
from tests.docs.blocks import SAID, Block, blocks, indented, inline
from tests.docs.pages import PAGES, ROOT
from tests.docs.running import ENDS, PROGRAMS, SHORTER, expected, run, starts

NOT_RUN = {"gpu": 0, "hours": 0, "yours": 4}
"""How many blocks of all pages are marked so."""

LANGUAGES = {"sh", "python", "yaml", "toml", "text"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ALL = [block for page in PAGES for block in blocks(page)]


def named(block: Block) -> str:
    return f"{block.page}:{block.line}"


@pytest.mark.docs
@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_from_top_to_bottom(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    faults = []
    for block in blocks(page):
        if block.mark.startswith("file "):
            (tmp_path / block.mark.removeprefix("file ")).write_text(block.text, encoding="utf-8")
        elif block.is_run and block.language == "python":
            exec(compile(block.text, named(block), "exec"), names)
        elif block.is_run and block.language == "sh":
            faults += [fault for line in block.commands if (fault := fault_of(line, tmp_path))]
    assert faults == []
    if page == "README.md":
        assert names["hr"].shape == (4, 3, 256, 256)
        assert names["lr"].shape == (4, 3, 64, 64)


def fault_of(line: str, folder: Path) -> str | None:
    """What is wrong with a line; an installation is not run, but checked by its names."""
    if line.startswith("pip install"):
        return None
    done = run(line, folder)
    if done.returncode in expected(line):
        return None
    said = (done.stdout + done.stderr).strip().splitlines()[-4:]
    return f"{line}: exit {done.returncode}: {' / '.join(said)}"


def test_what_is_not_run_is_said_and_counted() -> None:
    counts = dict.fromkeys(SAID, 0)
    for block in ALL:
        if block.mark in SAID:
            counts[block.mark] += 1
            assert re.search(SAID[block.mark], block.above + block.text), named(block)
    assert counts == NOT_RUN


@pytest.mark.parametrize("block", ALL, ids=named)
def test_a_block_is_of_a_kind_that_is_read(block: Block) -> None:
    assert block.language in LANGUAGES
    marks = r"|part|file \S+|" + "|".join(SAID)
    assert re.fullmatch(marks, block.mark), block.mark
    assert block.language not in ("yaml", "toml") or block.mark, (
        "say which file it is, or that it is a part of one"
    )
    if block.language == "sh":
        for line in block.commands:
            assert line.split()[0] in PROGRAMS, line


@pytest.mark.parametrize("page", PAGES)
def test_no_command_hides_in_an_indented_block(page: str) -> None:
    assert [line for line in indented(page) if line.split()[0] in set(PROGRAMS) - {"."}] == []


@pytest.mark.parametrize("page", PAGES)
def test_installations_name_what_there_is(page: str) -> None:
    for block in blocks(page):
        for line in block.commands if block.language == "sh" else []:
            if line.startswith("pip install"):
                extras = re.findall(r"\[([\w,]+)\]", line)
                asked = {name for group in extras for name in group.split(",")}
                assert asked <= set(PROJECT["optional-dependencies"]), line
                pins = {
                    pin.split("==")[0].lower()
                    for pin in (ROOT / "constraints.txt").read_text().split()
                }
                words = [word for part in line.split("&&") for word in shlex.split(part)[2:]]
                for word in words:
                    if not word.startswith(("-", ".", "realsr")) and word != "constraints.txt":
                        assert word.split("==")[0].lower() in pins | {"basicsr"}, word


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_the_text_exist_with_their_options(page: str) -> None:
    for text in inline(page):
        command: Any = typer.main.get_command(app)
        for word in text.split()[1:]:
            if word in getattr(command, "commands", {}):
                command = command.commands[word]
            elif not hasattr(command, "commands"):
                break
            else:
                assert not word.islower() or word.startswith("-"), f"{page}: {text}"
        known = {name for each in command.params for name in each.opts} | {"--help"}
        used = set(re.findall(r"(?<![\w-])--[a-z-]+", text))
        assert used <= known, f"{page}: {text}: {used - known}"


def test_shortening_shortens_lines_that_there_are() -> None:
    lines = [line for block in ALL if block.language == "sh" for line in block.commands]
    for table in (SHORTER, ENDS):
        for key in table:
            assert any(starts([key], line) for line in lines), key
