"""`realsr rate`."""

from __future__ import annotations

import json
import time
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from realsr.cli.interruption import postponed
from realsr.cli.reporting import OK, say, several
from realsr.cli.terminal import hint, tell
from realsr.files.errors import RequestError
from realsr.rating.analysis import FOLDER, analysed, rating_files
from realsr.rating.page import RatingPage
from realsr.rating.plan import Kind
from realsr.rating.rater_file import path_of
from realsr.rating.session import RatingSession, RatingStudy, rating_session
from realsr.rating.stimuli import Exhibition, of_folders
from realsr.rating.wording import analysis_lines
from realsr.robustness.after.exhibited import exhibited
from realsr.serving import LocalServer

LOOK_AGAIN = 0.1
"""Seconds after which to see whether the person ends it."""


@dataclass(frozen=True)
class Opening:
    """What is to be rated, and how, as the command line says."""

    places: Sequence[Path]
    pairs: bool
    out: Path | None
    sets: tuple[str, ...]
    hr: Path | None
    lr: Path | None
    scale: int
    most: int
    repeats: int | None
    seed: int


def run_open(asked: Opening, *, rater: str | None, port: int, browser: bool) -> int:
    """The command's body; its exit code."""
    kind: Kind = "pairs" if asked.pairs else "acr"
    found = _exhibition(asked)
    if rater is not None:
        path_of(Path(), rater, kind)
    for note in found.notes:
        say(note)
    models = {model for _, model in found.stimuli}
    hint(
        f"{several(len(found.pictures), 'picture')} of {several(len(models), 'model')}, hidden anchors among "
        "them"
    )
    study = RatingStudy(kind, found, asked.seed, asked.most, asked.repeats)
    with rating_session(study, _out(asked)) as session:
        _serve(session, rater, port, browser)
    return OK


def _exhibition(asked: Opening) -> Exhibition:
    if not _is_run(asked.places):
        if asked.sets:
            raise RequestError("--set chooses sets of a run; folders of pictures have none")
        return of_folders(asked.places, asked.hr, asked.lr, asked.scale)
    if asked.hr or asked.lr:
        raise RequestError("--hr and --lr go with folders of pictures; a run has its own")
    return exhibited(asked.places[0], asked.sets)


def _is_run(places: Sequence[Path]) -> bool:
    return len(places) == 1 and (places[0] / "record.json").exists()


def _out(asked: Opening) -> Path:
    if asked.out is not None:
        return asked.out
    if not _is_run(asked.places):
        raise RequestError("say where ratings of folders go: --out DIR")
    return asked.places[0] / FOLDER


def _serve(session: RatingSession, rater: str | None, port: int, browser: bool) -> None:
    """Until the person ends it."""
    server = LocalServer(RatingPage(session), port)
    address = server.address + (f"#{quote(rater)}" if rater else "")
    with postponed() as interruption, server.running():
        tell(address)
        hint("open this address in a browser on this machine; Ctrl-C ends it")
        if browser and not webbrowser.open(address):
            say("no browser could be opened here; open the address yourself")
        while not interruption.asked:
            time.sleep(LOOK_AGAIN)
    who = ", ".join(session.raters) or "nobody"
    hint(
        f"{several(session.saved, 'answer')} of {who} saved in {session.folder}; the same command goes on"
    )


def run_analyse(places: Sequence[Path], *, as_json: bool) -> int:
    """The command's body; its exit code."""
    found = analysed(rating_files(places))
    if as_json:
        tell(json.dumps(found.to_data(), allow_nan=False))
        return OK
    for line in analysis_lines(found):
        tell(line)
    return OK
