"""From exceptions to one sentence on stderr and an exit code."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

import typer

from realsr.cli.interruption import INTERRUPTED
from realsr.cli.loading import told_of_loading
from realsr.cli.terminal import hint

P = ParamSpec("P")

OK, DIFFERS, USAGE, PARTLY = 0, 1, 2, 3


def reported(command: Callable[P, int], stopped: str = "stopped") -> Callable[P, None]:
    """A command that returns its exit code, and whose expected errors end in a sentence without stack trace.

    stopped: what is said where the person ends it.
    """

    @functools.wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with told_of_loading():
                code = command(*args, **kwargs)
        except KeyboardInterrupt:
            say(stopped)
            code = INTERRUPTED
        except BrokenPipeError:
            raise
        except Exception as error:
            expected = _exit_code(error)
            if expected is None:
                raise
            say(_sentence(error))
            code = expected
        raise typer.Exit(code)

    return wrapper


def going_on(command: Callable[P, int]) -> Callable[P, None]:
    """As `reported`, of a command that goes on from what it left."""
    return reported(command, "stopped; run the same command again to go on")


def say(sentence: str) -> None:
    """A sentence on stderr, under the program's name."""
    hint(f"realsr: {sentence}")


def several(count: int, word: str) -> str:
    """`1 model`, `2 models`."""
    return f"{count} {word}{'s' * (count != 1)}"


def _sentence(error: Exception) -> str:
    """Of a file, what the system says of it, without the number that it has for that."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error)
    return error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"


def _exit_code(error: Exception) -> int | None:
    # Late, because these modules load torch; a command that raises has loaded it already.
    from degrade.errors import DegradeError, ManifestError
    from realsr.files.errors import StorageError

    if isinstance(error, StorageError):
        return PARTLY
    if isinstance(error, ManifestError):
        return DIFFERS
    return USAGE if isinstance(error, DegradeError | OSError) else None
