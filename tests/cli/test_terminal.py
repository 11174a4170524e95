"""What foreign words can do to a terminal: nothing."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realsr.cli import terminal
from realsr.cli.terminal import plain


@given(st.text())
def test_nothing_that_steers_a_terminal_passes(text: str) -> None:
    for character in plain(text):
        assert (
            character in "\n\t"
            or unicodedata.category(character)[0] not in "CZ"
            or character.isspace()
        )
        assert character not in "\x1b\r\u0085\u2028\u2029\u202e\u2066\x7f"


@given(st.text(st.characters(categories=["L", "N", "P", "S"]) | st.just(" ")))
def test_letters_of_every_language_pass_as_they_are(text: str) -> None:
    assert plain(text) == text


def test_a_name_forges_no_line() -> None:
    said = plain("a\nrealsr: 120 pairs made\r\x1b[2Kb")
    assert said == "a\n  realsr: 120 pairs made\\r\\x1b[2Kb"


@pytest.mark.parametrize("stream", ["closed", "absent", "ascii"])
def test_streams_that_take_no_more(monkeypatch: pytest.MonkeyPatch, stream: str) -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    if stream == "closed":
        out.close()
    monkeypatch.setattr(sys, "stderr", None if stream == "absent" else out)
    terminal.hint("größer")
    if stream == "ascii":
        assert raw.getvalue() == b"gr\\xf6\\xdfer\n"


@pytest.mark.parametrize("close", ["", "2>&-", ">&- 2>&-"])
def test_commands_keep_their_exit_code_whatever_the_streams(tmp_path: Path, close: str) -> None:
    environment = {**os.environ, "PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    command = f'{sys.executable} -m realsr pipelines show "nö\x1b[31m" {close}'
    run = subprocess.run(
        ["bash", "-c", command],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 2
    assert b"\x1b" not in run.stderr + run.stdout
    assert b"Traceback" not in run.stderr
