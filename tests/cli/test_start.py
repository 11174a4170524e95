"""How the command line starts: its version, its completion, and what it must not load for them."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from realsr.cli.main import app

HEAVY = "{'torch', 'numpy', 'cv2', 'pydantic', 'PIL', 'degrade'}"


def test_the_version_is_the_packages_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from realsr.cli.main import app\n"
        "app(['--version'], standalone_mode=False)\n"
        f"sys.exit(f'loaded {{heavy}}' if (heavy := {HEAVY} & set(sys.modules)) else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"realsr {version('realsr-toolkit')}"


def test_a_shell_is_told_how_to_complete() -> None:
    asked = {"_REALSR_COMPLETE": "complete_bash", "COMP_WORDS": "realsr pip", "COMP_CWORD": "1"}
    code = (
        "import sys\n"
        "from realsr.cli.main import app\n"
        "try:\n    app(prog_name='realsr')\n"
        f"finally:\n    assert not {HEAVY} & set(sys.modules)\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | asked)
    assert done.stdout.split() == ["pipelines"], done.stderr


SOUND = "name: a\nlr: [{op: clamp}, {op: resize, factor: 1, of: target, filter: area}]\n"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A sound pipeline, a wrong one, and another sound one."""
    texts = {"a": SOUND, "b": SOUND.replace("clamp", "clomp"), "c": SOUND}
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return [str(tmp_path / f"{name}.yaml") for name in texts]


def test_several_files_are_checked_and_every_fault_is_told(files: list[str]) -> None:
    done = CliRunner().invoke(app, ["pipelines", "check", *files])
    assert done.exit_code == 1
    assert done.output.count(": sound") == 2
    assert "b.yaml" in done.output
    assert "clamp" in done.output
    assert CliRunner().invoke(app, ["pipelines", "check", files[0], files[2]]).exit_code == 0


def test_a_file_that_is_not_there_does_not_hide_the_others(files: list[str]) -> None:
    done = CliRunner().invoke(app, ["pipelines", "check", "nowhere.yaml", files[0]])
    assert done.exit_code == 1
    assert "nowhere.yaml" in done.output
    assert "a.yaml: sound" in done.output


def test_collections_wait_until_the_libraries_are_there() -> None:
    code = (
        "import gc\n"
        "usual, callbacks = gc.get_threshold(), list(gc.callbacks)\n"
        "from realsr.cli.start import collecting_later\n"
        "collecting_later(5000)\n"
        "assert gc.get_threshold() == (5000, *usual[1:])\n"
        "before = gc.get_stats()[0]['collections']\n"
        "kept = [[] for _ in range(4000)]\n"
        "assert gc.get_stats()[0]['collections'] == before\n"
        "kept += [[] for _ in range(2000)]\n"
        "assert gc.get_stats()[0]['collections'] > before\n"
        "assert gc.get_threshold() == usual and gc.callbacks == callbacks\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


WITHOUT = {
    "pipelines schema": {"realsr.rows", "realsr.metrics", "degrade.execute"},
    "pipelines check bicubic": {"realsr.rows", "realsr.metrics", "realsr.models"},
    "pipelines diff bicubic gaussian8": {"realsr.rows", "realsr.metrics", "realsr.models"},
    "models list": {"realsr.rows", "realsr.metrics", "degrade.operators.table"},
}
"""What each of the quick commands has no use for, and does not load."""


@pytest.mark.parametrize("line", WITHOUT)
def test_a_quick_command_loads_what_it_needs(line: str) -> None:
    code = (
        "import sys\n"
        "from realsr.cli.main import main\n"
        f"main({line.split()})\n"
        f"assert not {WITHOUT[line]} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
