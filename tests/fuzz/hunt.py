"""Hunting for inputs that a reader does not answer as it says it does."""

from __future__ import annotations

import hashlib
import os
import pickle
import resource
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.damage import damaged
from tests.fuzz.reader import Reader, emptied

MOST_SECONDS = 20.0
"""Of processor time for one input."""
MOST_BYTES = 2 * 10**9
"""By which the memory of one input may grow at its peak."""
ROUND = 200
"""Inputs of a round, after which the time is looked at."""


@dataclass(frozen=True)
class Finding:
    """What went wrong, in a sentence, where, and with which input."""

    reader: str
    what: str
    where: str
    data: bytes

    @property
    def name(self) -> str:
        """Of a file to keep the input in."""
        return f"{self.reader}-{hashlib.sha256(self.data).hexdigest()[:12]}"


@dataclass
class Hunt:
    """One reader, and what was found so far: by what and where, each with its shortest input."""

    reader: Reader
    folder: Path
    tried: int = 0
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)

    def one(self, data: bytes) -> None:
        """Tries an input."""
        self.tried += 1
        folder = emptied(self.folder / "in")
        (self.folder / "last").write_bytes(data)
        began, before = time.process_time(), _peak()
        os.chdir(folder)
        try:
            self.reader.read(folder, data)
        except self.reader.faults:
            pass
        except Exception as error:
            self._found(f"{type(error).__name__}: {error}"[:200], _where(error), data)
        finally:
            os.chdir(self.folder)
        if time.process_time() - began > MOST_SECONDS:
            self._found(f"more than {MOST_SECONDS:.0f} s", "", data)
        if _peak() - before > MOST_BYTES:
            self._found(f"more than {MOST_BYTES / 1e9:.0f} GB", "", data)
        if list(self.folder.rglob("code-has-run")):
            self._found("its code has run", "", data)

    def keep(self) -> None:
        """Writes how many inputs were tried, and what was found, for who began the hunt."""
        (self.folder / "tried").write_text(str(self.tried))
        (self.folder / "found").write_bytes(pickle.dumps(list(self.findings.values())))

    def _found(self, what: str, where: str, data: bytes) -> None:
        place = (what.partition(":")[0], where)
        known = self.findings.get(place)
        if known is None or len(data) < len(known.data):
            self.findings[place] = Finding(self.reader.name, what, where, data)

    def rounds(self, seconds: float, first: int = 0, most: int = ROUND) -> None:
        """Round after round until the time is over: at least one."""
        end, number = time.monotonic() + seconds, first
        while number == first or time.monotonic() < end:
            self._round(number, most)
            number += 1

    def _round(self, number: int, most: int) -> None:
        strategy = damaged(self.reader.seeds(), self.reader.words)

        @seed(number)
        @settings(
            max_examples=most,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def each(data: bytes) -> None:
            self.one(data)

        each()


def _peak() -> int:
    """Bytes of memory that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _where(error: Exception) -> str:
    """The innermost line of ours, and of all."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        frame for frame in frames if "/degrade/" in frame.filename or "/realsr/" in frame.filename
    ]
    return " in ".join(dict.fromkeys(_named(frame) for frame in (frames[-1], *ours[-1:])))


def _named(frame: traceback.FrameSummary) -> str:
    return f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"


Rounds = Callable[[Hunt, float, int], None]


def in_child(
    reader: Reader, folder: Path, seconds: float, first: int, rounds: Rounds = Hunt.rounds
) -> Iterator[Finding]:
    """A hunt in a process of its own, since a decoder may take its process along."""
    emptied(folder)
    child = os.fork()
    if not child:
        code = 1
        os.dup2(os.open(folder / "told", os.O_WRONLY | os.O_CREAT), 2)
        try:
            hunt = Hunt(reader, folder)
            rounds(hunt, seconds, first)
            hunt.keep()
            code = 0
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status:
        data = (folder / "last").read_bytes() if (folder / "last").exists() else b""
        yield Finding(reader.name, f"its process ended with {status}", "", data)
    else:
        yield from pickle.loads((folder / "found").read_bytes())
