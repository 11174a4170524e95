"""A study while it is rated: who sees what next, and every answer on disk before the next is shown."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from realsr.files.locks import held
from realsr.files.whole import make_directory
from realsr.rating.errors import RatingError
from realsr.rating.plan import Kind, plan
from realsr.rating.rater_file import (
    GRADES,
    RaterAnswer,
    RaterFile,
    RaterHeader,
    ShownFile,
    append_answer,
    begin_rater_file,
    path_of,
    read_rater_file,
)
from realsr.rating.stimuli import Exhibition, Stimulus

KEPT = 64
"""Pictures that are held ready as they are sent."""


@dataclass(frozen=True)
class RatingStudy:
    """What is asked of every rater. most: trials without repeats; repeats: of them come again, None every
    tenth."""

    kind: Kind
    exhibition: Exhibition
    seed: int = 0
    most: int = 100
    repeats: int | None = None


class RatingSession:
    """All raters of a study at once. Safe to use from many threads."""

    def __init__(self, study: RatingStudy, folder: Path) -> None:
        self.study, self.folder = study, folder
        self.saved = 0
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._raters: dict[str, RaterFile] = {}
        self._pictures: dict[str, Stimulus] = {}
        self._png = lru_cache(maxsize=KEPT)(Stimulus.shown)

    @property
    def raters(self) -> list[str]:
        """Who has begun or gone on, in this session."""
        return sorted(self._raters)

    def begin(self, rater: str) -> dict[str, Any]:
        """A rater begins, or goes on where the file ends: the trial to show. Raises RatingError,
        StorageError."""
        with self._lock:
            file = self._raters.get(rater) or self._opened(rater)
            self._raters[rater] = file
            return self._view(file, self._next(file))

    def show(self, rater: str, trial: int) -> dict[str, Any]:
        """A trial that was answered before, or the next. Raises RatingError for others."""
        with self._lock:
            file = self._known(rater)
            return self._view(file, max(0, min(trial, self._next(file))))

    def answer(self, rater: str, trial: int, answer: str, ms: int) -> dict[str, Any]:
        """Writes an answer down, and then the trial to show. Raises RatingError, StorageError."""
        with self._lock:
            file = self._known(rater)
            if not 0 <= trial <= self._next(file) or trial == len(file.header.trials):
                raise RatingError(f"trial {trial} was not shown yet; answers come in order")
            if answer not in GRADES[self.study.kind]:
                raise RatingError(f"{answer!r} is none of {', '.join(GRADES[self.study.kind])}")
            at = datetime.now(UTC).isoformat(timespec="seconds")
            line = RaterAnswer(trial=trial, answer=answer, ms=ms, at=at)
            append_answer(file.path, line)
            file.answers[trial] = line
            self.saved += 1
            return self._view(file, self._next(file))

    def picture(self, name: str) -> bytes:
        """The PNG of a picture by the name that a view gave it. Raises RatingError, SourceError."""
        with self._lock:
            stimulus = self._pictures.get(name)
        if stimulus is None:
            raise RatingError("there is no such picture")
        return self._png(stimulus)

    def _known(self, rater: str) -> RaterFile:
        if rater not in self._raters:
            raise RatingError("this rater has not begun; load the page again")
        return self._raters[rater]

    def _opened(self, rater: str) -> RaterFile:
        path = path_of(self.folder, rater, self.study.kind)
        if path.exists():
            file = read_rater_file(path)
            self._check_same(file)
            return file
        return begin_rater_file(path, self._header(rater))

    def _header(self, rater: str) -> RaterHeader:
        study, found = self.study, self.study.exhibition
        trials = plan(study.kind, found.pictures, rater, study.seed, study.most, study.repeats)
        used = dict.fromkeys((one.picture, model) for one in trials for model in one.models)
        shown = (
            ShownFile(picture=key[0], model=key[1], digest=found.stimuli[key].digest())
            for key in sorted(used)
        )
        return RaterHeader(
            kind=study.kind, rater=rater, seed=study.seed, shown=tuple(shown), trials=trials
        )

    def _check_same(self, file: RaterFile) -> None:
        """Whoever goes on sees what he saw before."""
        for one in file.header.shown:
            stimulus = self.study.exhibition.stimuli.get((one.picture, one.model))
            if stimulus is None or stimulus.digest() != one.digest:
                what = "changed" if stimulus else "is not there"
                raise RatingError(
                    f"{file.header.rater} began with other pictures (one {what}); go on with those, or begin "
                    "with another --out"
                )

    def _next(self, file: RaterFile) -> int:
        """The first trial without an answer; their number where there is none."""
        total = len(file.header.trials)
        return next((place for place in range(total) if place not in file.answers), total)

    def _view(self, file: RaterFile, trial: int) -> dict[str, Any]:
        """What the page is told: no model, no file, and not whether a trial is a repeat."""
        total, given = len(file.header.trials), file.answers.get(trial)
        return {
            "trial": trial,
            "total": total,
            "answer": given.answer if given else None,
            "pictures": self._names(file, trial) if trial < total else [],
            "next": self._names(file, trial + 1) if trial + 1 < total else [],
        }

    def _names(self, file: RaterFile, trial: int) -> list[str]:
        """Names that tell nothing and are others for every rater, trial and start of the server."""
        shown, names = file.header.trials[trial], []
        for side, model in enumerate(shown.models):
            said = f"{file.header.rater} {trial} {side}".encode()
            name = hmac.digest(self._secret, said, "sha256").hex()[:32]
            self._pictures[name] = self.study.exhibition.stimuli[shown.picture, model]
            names.append(name)
        return names


@contextmanager
def rating_session(study: RatingStudy, folder: Path) -> Iterator[RatingSession]:
    """A session whose files lie in `folder`, made if absent, held against other processes.

    Raises FolderBusyError, RequestError.
    """
    make_directory(folder)
    with held(folder, f"another process takes ratings in {folder}; end it, or use another --out"):
        yield RatingSession(study, folder)
