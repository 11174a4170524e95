"""The pictures of a run, to be rated: HR and bicubic among them, hidden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from realsr.files.faults import named
from realsr.rating.stimuli import BICUBIC, HR, Exhibition, Stimulus, exhibition
from realsr.robustness.errors import StudyError
from realsr.robustness.results.rated import picture_name, rated_file
from realsr.robustness.results.record import PictureKey
from realsr.robustness.results.store import Results, read_results


def exhibited(root: Path, sets: Sequence[str] = ()) -> Exhibition:
    """The answers of a run's models, by what they answered to. sets: of these test sets alone; none are all.

    A picture's name is `SET/IMAGE`, and `SET/IMAGE/VARIANT` from a second draw on. Pictures that a model has no
    answer to are left out of the whole, which a note says. Raises StudyError, RatingError, SourceError.
    """
    results = read_results(root)
    for name in sets:
        results.set(name)
    if HR in results.models():
        raise StudyError(f"{root}: a model is called {HR}, as the hidden truth is; rename it")
    keys = {one.picture: None for one in results.cells if not sets or one.set in sets}
    stimuli, lacking = [], []
    for key in keys:
        found = list(_stimuli(results, key))
        if {one.model for one in found} >= set(results.models()):
            stimuli += found
        else:
            lacking.append(picture_name(key))
    return exhibition(stimuli, _notes(lacking, stimuli))


def _stimuli(results: Results, key: PictureKey) -> Iterator[Stimulus]:
    """Those whose file is there."""
    models, name = results.models(), picture_name(key)
    for model in dict.fromkeys((HR, BICUBIC, *models)):
        path = rated_file(results.root, name, model, models)
        scale = results.record.models[0].scale if path.name == "lr.png" else 1
        if path.is_file():
            yield Stimulus(name, model, path, scale, results.root)


def _notes(lacking: Sequence[str], stimuli: Sequence[Stimulus]) -> list[str]:
    notes = [f"left out, since not every model answered: {named(lacking)}"] if lacking else []
    if stimuli and not any(one.model == HR for one in stimuli):
        notes.append("without the hidden HR: these pictures have none")
    return notes
