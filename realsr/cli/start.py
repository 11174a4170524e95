"""Where the program begins: signals first, then everything that takes time to load."""

from __future__ import annotations

from realsr.cli.interruption import INTERRUPTED, leaving, stoppable


def main() -> int:
    """The console script's entry; the exit code of the command that the process was started with."""
    try:
        with stoppable():
            from realsr.cli.main import main as command

            code = command()
    except KeyboardInterrupt:
        code = INTERRUPTED
    leaving(code)
    return code
