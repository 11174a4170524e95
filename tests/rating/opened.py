"""`realsr rate open` as a process, as a person has it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class OpenedStudy:
    """address: as it was printed. Ends with the test, if not before."""

    def __init__(self, arguments: Sequence[str | Path]) -> None:
        command = [sys.executable, "-m", "realsr", "rate", "open", *map(str, arguments)]
        self.process = subprocess.Popen(
            [*command, "--no-browser"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()

    def kill(self) -> None:
        """As `kill -9` does."""
        self.process.kill()
        self.process.wait()

    def interrupt(self) -> tuple[int, str]:
        """As Ctrl-C does; exit code and what was said."""
        self.process.send_signal(signal.SIGINT)
        said = self.process.communicate(timeout=60)[1]
        return self.process.returncode, said


@contextmanager
def opened_study(*arguments: str | Path) -> Iterator[OpenedStudy]:
    found = OpenedStudy(arguments)
    try:
        yield found
    finally:
        if found.process.poll() is None:
            found.kill()
