"""Pictures to rate, made in no time, and raters who answer as they are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from realsr.rating.plan import Kind, Trial
from realsr.rating.session import RatingSession, RatingStudy, rating_session
from realsr.rating.stimuli import of_folders

MODELS = ("good", "poor", "bicubic")

Judging = Callable[[str, Trial], str]
"""A rater's answer to a trial."""


def write_folders(
    root: Path, models: Sequence[str] = MODELS, pictures: int = 3, side: int = 24
) -> list[Path]:
    """A folder a model. Every file tells, where no page may pass it on, whose it is."""
    folders = [root / model for model in models]
    for number in range(pictures):
        for place, folder in enumerate(folders):
            folder.mkdir(parents=True, exist_ok=True)
            pixels = np.full((side, side, 3), 40 * (number % 4) + 10 * place, np.uint8)
            pixels[place, number % side] = 255
            marks = PngInfo()
            marks.add_text("Comment", f"made by {folder.name}")
            Image.fromarray(pixels).save(folder / f"picture {number}.png", pnginfo=marks)
    return folders


def rated(
    root: Path,
    raters: Sequence[str],
    judging: Judging,
    *,
    kind: Kind = "acr",
    pictures: int = 6,
    models: Sequence[str] = (*MODELS, "hr"),
    upto: int | None = None,
    repeats: int = 4,
) -> Path:
    """The ratings of raters who saw everything, or so many trials of it."""
    folders = write_folders(root / "pictures", models, pictures)
    study = RatingStudy(kind, of_folders(folders), most=1000, repeats=repeats)
    with rating_session(study, root / "ratings") as session:
        for rater in raters:
            answer_all(session, rater, judging, upto)
    return root / "ratings"


def answer_all(
    session: RatingSession, rater: str, judging: Judging, upto: int | None = None
) -> None:
    view = session.begin(rater)
    trials = session._raters[rater].header.trials
    while view["trial"] < (view["total"] if upto is None else min(upto, view["total"])):
        number = view["trial"]
        view = session.answer(rater, number, judging(rater, trials[number]), 900)


GRADES = {"hr": 5, "good": 4, "poor": 2, "bicubic": 1}


def by_model(rater: str, trial: Trial) -> str:
    """Everybody of one mind but for one who rates a grade lower."""
    if len(trial.models) == 2:
        left, right = (GRADES[model] for model in trial.models)
        return "left" if left > right else "right"
    return str(max(1, GRADES[trial.models[0]] - (rater == "harsh")))
