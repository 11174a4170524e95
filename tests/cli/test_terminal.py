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
from typer.testing import CliRunner

from degrade.errors import DegradeError
from realsr.cli import terminal
from realsr.cli.actions import doctor
from realsr.cli.main import app
from realsr.interop import basicsr
from realsr.plain import plain
from tests.photographs import save, synthetic

NAME = "e\x1b[2K\rrealsr: 9 pairs\u202e"


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


@pytest.mark.parametrize("words", [["train", "a", NAME], ["verify", f"--{NAME}"], [NAME]])
def test_what_cannot_be_parsed_is_told_harmlessly(words: list[str]) -> None:
    """A shell puts names of files in the place of `*`: more of them than a command takes are told too."""
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert "\\u202e" in done.output
    assert done.output.isascii()
    assert "\x1b" not in done.output


def test_a_report_of_basicsr_is_harmless(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise DegradeError(NAME)

    monkeypatch.setattr(basicsr, "register", refuse)
    assert basicsr.main() == 2
    assert capsys.readouterr().err == "e\\x1b[2K\\rrealsr: 9 pairs\\u202e\n"


def test_the_report_on_the_machine_is_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = doctor.Diagnosis("ok", NAME, NAME)
    monkeypatch.setattr(doctor, "examine", lambda: {NAME: [finding]})
    done = CliRunner().invoke(app, ["doctor"])
    assert done.output.isascii()
    assert "\x1b" not in done.output


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


WORK = (
    "make-pairs photographs --out pairs --pipeline bicubic --scale 2 --crop full --workers 1",
    "upscale photographs --out large --model bicubic --scale 2",
    "robustness run --hr photographs --scale 2 --metrics psnr_y --pipelines bicubic --out run",
    "estimate photographs",
    "verify pairs",
    "replay pairs --check --workers 1",
)


@pytest.mark.parametrize("stream", ["stderr", "stdout"])
@pytest.mark.parametrize("state", ["closed", "absent"])
def test_work_is_done_whatever_the_streams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: str, state: str
) -> None:
    """What watches the work is there for a person, and a stream may be gone."""
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "photographs" / "0.png", synthetic(0, 120, 130))
    gone = io.TextIOWrapper(io.BytesIO())
    gone.close()
    monkeypatch.setattr(sys, stream, None if state == "absent" else gone)
    for command in WORK:
        assert app(command.split(), standalone_mode=False) == 0
