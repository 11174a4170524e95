"""What takes longer than two seconds says what it does, and how long it still will."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from realsr.cli.main import app
from realsr.cli.progress import Progress, Spoken
from tests.photographs import save, synthetic


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_begins_is_said_at_once_and_then_the_time_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    spoken = Spoken(every=5.0, clock=clock)
    spoken("training 1", 0.0)
    for _ in range(20):
        clock.now += 1.0
        spoken("training 1", (clock.now - 100) / 200)
    spoken("training 2", 0.1)
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "training 1"
    assert said[1] == "training 1: 2% of all done, about 3 min left"
    assert len(said) == 1 + 4 + 1
    assert said[-1].startswith("training 2: 10% of all done, about 3 min left")


@pytest.mark.parametrize(
    ("seconds", "words"), [(30, "about 30 s left"), (600, "about 10 min left"), (7200, "2.0 h")]
)
def test_times_are_in_a_unit_that_people_use(
    seconds: float, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    spoken = Spoken(clock=clock)
    clock.now += seconds
    spoken("x", 0.5)
    assert words in capsys.readouterr().err


def test_a_run_that_nobody_watches_tells_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr("realsr.cli.progress.time.monotonic", clock)
    progress = Progress()
    progress._spoken = Spoken(30.0, clock, "pairs")
    progress.begin(1, 4)
    for _ in range(3):
        clock.now += 31
        progress.made()
    progress.close()
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "pairs: 25% of all done, about 93 s left",
        "pairs: 50% of all done, about 62 s left",
        "pairs: 75% of all done, about 31 s left",
    ]


def test_two_modes_tells_each_training_and_its_device(tmp_path: Path) -> None:
    words = ["demo", "two-modes", "--steps", "2", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    told = [line for line in done.stderr.splitlines() if line.startswith("training")]
    assert told[0] == "training 1 of 4, MSE, 2 steps on the CPU"
    assert re.match(
        r"training 4 of 4, GAN with noise, 2 steps on the CPU: 62% of all done", told[-1]
    )


def test_a_robustness_run_tells_models_device_and_page(tmp_path: Path) -> None:
    photographs = tmp_path / "photos"
    for seed in range(2):
        save(photographs / f"{seed}.png", synthetic(seed, 48, 48))
    words = ["robustness", "run", "--model", "l=lanczos", "--hr", str(photographs)]
    words += ["--pipelines", "bicubic", "--device", "cpu", "--out", str(tmp_path / "report")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert re.search(r"bicubic, l on cpu; \d+ metrics by \d+ threads? beside them", done.stderr)
    assert "making the page" in done.stderr
    assert "not computed" not in done.stderr  # of metrics that nobody asked for; the page has them
    index = (tmp_path / "report" / "index.html").read_text()
    assert "weights missing" in index


SLOW = """
import sys
from pathlib import Path
from realsr.cli.loading import told_of_loading
sys.path.insert(0, {folder!r})
with told_of_loading(0.3):
    {body}
"""


@pytest.mark.parametrize(
    ("body", "told"), [("import slowly", True), ("import time; time.sleep(1)", False)]
)
def test_long_loading_is_told_to_who_watches(body: str, told: bool, tmp_path: Path) -> None:
    (tmp_path / "slowly.py").write_text("import time\ntime.sleep(1.0)\n")
    terminal, end = pty.openpty()
    code = SLOW.format(folder=str(tmp_path), body=body)
    subprocess.run([sys.executable, "-c", code], stderr=end, check=True)
    os.write(end, b".")
    seen = os.read(terminal, 10_000).decode()
    os.close(terminal)
    os.close(end)
    assert ("loading torch" in seen) == told
