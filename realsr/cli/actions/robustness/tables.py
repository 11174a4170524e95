"""`realsr robustness merge`, `compare`, `gate`, `replay`, `remake`, `render` and `representative`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from degrade.errors import MissingExtraError
from realsr.cli.progress import Spoken
from realsr.cli.reporting import DIFFERS, OK, PARTLY, say, several
from realsr.cli.terminal import hint, tell
from realsr.cli.trusted import own_rows
from realsr.files.errors import advising
from realsr.files.faults import all_of
from realsr.images.sources import discover
from realsr.robustness.after.compare import compare
from realsr.robustness.after.merge import merge
from realsr.robustness.after.remade import made_again
from realsr.robustness.after.replay import replay
from realsr.robustness.cases.representative import write_representative
from realsr.robustness.errors import StudyError
from realsr.robustness.judging.gate import judged, overall
from realsr.robustness.page.render import render
from realsr.robustness.results.store import read_results
from realsr.robustness.study.rules import read_rules

AGAIN = "the run itself is as it was: make room there and run the same command again"


@advising(AGAIN)
def run_merge(first: Path, second: Path, out: Path) -> int:
    """The command's body; its exit code."""
    results = merge(first, second, out)
    models, sets = len(results.models()), len(results.record.sets)
    answers = several(len(results.cells), "answer")
    tell(f"{several(models, 'model')} on {several(sets, 'set')}, {answers}; results in {out}")
    return OK


def run_compare(first: Path, second: Path) -> int:
    """The command's body; its exit code."""
    found = compare(*all_of(read_results, (first, second)))
    for line in (*found.only, *map(str, found.changes)):
        tell(line)
    tell(f"{found.compared} numbers compared")
    return DIFFERS if found.only or found.changes else OK


def run_gate(path: Path, run_folder: Path | None) -> int:
    """The command's body; its exit code."""
    rules = read_rules(path)
    folder = run_folder or rules.run
    if folder is None:
        raise StudyError(f"{path} names no run; give --run DIR")
    try:
        results = read_results(folder)
    except StudyError as error:
        say(str(error))
        return PARTLY
    verdicts = judged(rules, results)
    for verdict in verdicts:
        tell(str(verdict))
    state = overall(verdicts)
    tell(f"{state}: {several(len(verdicts), 'judgement')} of {several(len(rules.rules), 'rule')}")
    return {"pass": OK, "fail": DIFFERS, "incomplete": PARTLY}[state]


@advising(AGAIN)
def run_replay_command(
    folder: Path,
    *,
    model: str,
    test: str,
    key: str,
    out: Path | None,
    allowed: Sequence[str],
    rows: Sequence[Path],
) -> int:
    """The command's body; its exit code."""
    results, own = read_results(folder), own_rows(rows, allowed)
    made = replay(results, model, test, key, out, trust=own.trust, rows=own)
    for phrase in made.words:
        tell(phrase)
    tell(f"pictures in {made.folder}")
    if made.remade is None:
        return OK
    tell(f"LR against the frozen one: {made.remade}")
    return OK if made.remade.equal else DIFFERS


def run_remake(folder: Path, rows: Sequence[Path], allowed: Sequence[str]) -> int:
    """The command's body; its exit code."""
    results, own = read_results(folder), own_rows(rows, allowed)
    differs = False
    for test in results.record.sets:
        if test.kind == "pipeline":
            difference = made_again(results.root / test.folder, rows=own)
            differs |= not difference.equal
            tell(f"{test.name}: {difference}")
    return DIFFERS if differs else OK


@advising(AGAIN)
def run_render_command(folder: Path) -> int:
    """The command's body; its exit code."""
    hint("making the page")
    tell(f"the page: {render(folder)}")
    if find_spec("pyarrow") is None:
        say(f"without results.parquet: {MissingExtraError('writing parquet', 'parquet')}")
    return OK


@advising(AGAIN)
def run_representative_command(
    images: Sequence[Path],
    out: Path,
    *,
    pipeline: str,
    cases: int,
    pool: int,
    seed: int,
    scale: int | None,
    rows: Sequence[Path],
    allowed: Sequence[str],
) -> int:
    """The command's body; its exit code."""
    own = own_rows(rows, allowed)
    files = [file for image in images for file in _pictures(image)]
    spoken, what = Spoken(), f"{pool} draws on {several(len(files), 'photograph')}, on the CPU"
    found = write_representative(
        pipeline,
        files,
        out,
        cases=cases,
        pool=pool,
        seed=seed,
        scale=scale,
        say=lambda done: spoken(what, done / pool),
        rows=own,
    )
    tell(f"{len(found.cases)} cases stand for {pool} draws; pipelines in {out}")
    return OK


def _pictures(place: Path) -> list[Path]:
    """A file, or the pictures of a directory."""
    return [source.path for source in discover([place]).sources] if place.is_dir() else [place]
