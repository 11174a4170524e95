"""`realsr train`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from realsr.cli.glance import Glance
from realsr.cli.interruption import INTERRUPTED, postponed
from realsr.cli.reporting import OK
from realsr.cli.terminal import hint, tell
from realsr.cli.trusted import own_rows
from realsr.files.errors import RequestError, advising
from realsr.images.sources import discover
from realsr.training import (
    cells,
    first_process,
    is_ranking,
    read_config,
    read_ranking,
    recipe_file,
    train,
    train_grid,
    train_ranker,
)


@advising("the states saved so far are kept: run the same command again to go on from the last one")
def run_train(
    name: str,
    *,
    settings: Sequence[str],
    axes: Sequence[str],
    seeds: int | None,
    out: Path | None,
    rows: Sequence[Path],
    allowed: Sequence[str],
    accept_changed: bool,
    resume_with: Sequence[str] = (),
    check_hr: bool = False,
) -> int:
    """The command's body; its exit code."""
    config, own = recipe_file(name), own_rows(rows, allowed)
    out = out or Path("runs") / config.stem
    if is_ranking(config):
        more = [
            *axes,
            *rows,
            *resume_with,
            *([seeds] if seeds else []),
            *([1] if accept_changed else []),
        ]
        return _run_ranking(config, out, settings, more)
    if resume_with and (axes or seeds is not None):
        raise RequestError("--resume-with goes with one training: leave --grid and --seeds out")
    if axes or seeds is not None:
        grid = cells(config, settings, axes, seeds, own)
        with _looking(grid[0].config.data.hr, check_hr) as told:
            study, ended = train_grid(
                grid, out, accept_changed=accept_changed, tell=told, interrupts=postponed
            )
        _tell_path(study)
        return OK if ended else INTERRUPTED
    read = read_config(config, settings, own)
    with _looking(read.data.hr, check_hr) as told:
        outcome = train(
            read,
            out,
            accept_changed=accept_changed,
            resume_with=resume_with,
            tell=told,
            interrupts=postponed,
        )
    _tell_path(outcome.model)
    return OK if outcome.finished else INTERRUPTED


def _run_ranking(config: Path, out: Path, settings: Sequence[str], more: Sequence[object]) -> int:
    """Of a ranker."""
    if more:
        raise RequestError(
            f"{config} trains a ranker: leave --grid, --seeds, --rows, --accept-changed and --resume-with out"
        )
    outcome = train_ranker(read_ranking(config, settings), out, tell=_tell, interrupts=postponed)
    tell(str(outcome.model))
    return OK if outcome.finished else INTERRUPTED


@contextmanager
def _looking(roots: Sequence[Path], asked: bool) -> Iterator[Callable[[str], None]]:
    """What tells, and looks at the photographs meanwhile where there is time for it."""
    if not asked or not roots or not first_process():
        yield _tell
        return
    glance = Glance(lambda: [source.path for source in discover(roots).sources])

    def told(sentence: str) -> None:
        _tell(sentence)
        glance.tick()

    try:
        yield told
    finally:
        glance.close()


def _tell_path(path: Path) -> None:
    """Once, whatever the number of processes."""
    if first_process():
        tell(str(path))


def _tell(sentence: str) -> None:
    hint(sentence)
