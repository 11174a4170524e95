"""Where the program begins: signals first, then everything that takes time to load."""

from __future__ import annotations

import gc
from typing import Any

from realsr.cli.interruption import INTERRUPTED, leaving, stoppable

LOADED = 400_000
"""Objects that collections watch which torch and all of ours make while they load; 98 % of them stay."""


def collecting_later(objects: int = LOADED) -> None:
    """The first garbage collection waits for so many new objects; from then on they come at the usual pace.

    Collections while the libraries load find next to nothing and take a sixth of the time.
    """
    usual = gc.get_threshold()

    def usual_again(phase: str, found: dict[str, Any]) -> None:
        gc.callbacks.remove(usual_again)
        gc.set_threshold(*usual)

    gc.callbacks.append(usual_again)
    gc.set_threshold(objects, *usual[1:])


def main() -> int:
    """The console script's entry; the exit code of the command that the process was started with."""
    try:
        with stoppable():
            collecting_later()
            from realsr.cli.main import main as command

            code = command()
    except KeyboardInterrupt:
        code = INTERRUPTED
    leaving(code)
    return code
