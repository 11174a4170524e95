"""A hunt that looks where inputs lead: libFuzzer by way of atheris, where that is installed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.fuzz.hunt import Finding, Hunt, in_child
from tests.fuzz.reader import Reader

MISSING = (
    "--guided needs atheris, which has wheels for Linux on x86_64 alone: "
    "pip install -c constraints.txt -e '.[fuzz]'"
)
MOST_BYTES = 2**16
"""Of an input: libFuzzer makes them longer as it goes."""


def watched() -> AbstractContextManager[Any]:
    """What is imported meanwhile tells which of its branches were taken. Raises ImportError without atheris."""
    atheris: Any = import_module("atheris")
    found: AbstractContextManager[Any] = atheris.instrument_imports(include=["degrade", "realsr"])
    return found


def guided(reader: Reader, folder: Path, seconds: float, first: int) -> Iterator[Finding]:
    """As `in_child`, whose inputs are chosen by the branches that earlier ones took."""
    return in_child(reader, folder, seconds, first, _rounds)


def _rounds(hunt: Hunt, seconds: float, first: int) -> None:
    """Until the time is over; libFuzzer would end the process, so that an exception has to end it."""
    atheris: Any = import_module("atheris")
    end = time.monotonic() + seconds

    def each(data: bytes) -> None:
        hunt.one(data)
        if time.monotonic() > end:
            hunt.keep()
            os._exit(0)

    atheris.Setup([sys.argv[0], *_options(hunt.reader, hunt.folder, first)], each)
    atheris.Fuzz()


def _options(reader: Reader, folder: Path, first: int) -> list[str]:
    """Time, memory and crashes are looked at by the hunt itself."""
    corpus, words = folder / "corpus", folder / "words"
    corpus.mkdir()
    for number, data in enumerate(reader.seeds()):
        (corpus / str(number)).write_bytes(data)
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in reader.words or ()))
    return [
        str(corpus),
        *([f"-dict={words}"] if reader.words else []),
        f"-seed={first + 1}",
        f"-max_len={max(MOST_BYTES, *(path.stat().st_size for path in corpus.iterdir()))}",
        f"-artifact_prefix={folder}/",
        *(
            "-rss_limit_mb=0",
            "-timeout=86400",
            "-detect_leaks=0",
            "-verbosity=0",
            "-print_final_stats=0",
        ),
    ]


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02X}" for byte in word)
