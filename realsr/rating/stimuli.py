"""What is shown: pictures of several models, of the same contents, with hidden anchors among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from degrade.foreign import ForeignFileError
from realsr.files.faults import all_of, named
from realsr.files.prints import printed
from realsr.images.png import encode_png
from realsr.images.reading import Bytes, Reading, open_picture, opened
from realsr.images.sources import discover
from realsr.metrics.interpolation import enlarged
from realsr.rating.errors import RatingError

HR, BICUBIC = "hr", "bicubic"
"""The hidden anchors: the truth, and the LR enlarged without any model."""
MOST_PIXELS = 2**25
"""Of a picture that a browser is to show."""


@dataclass(frozen=True)
class Stimulus:
    """A picture to rate. picture: what it shows, the same for all models. path: its file; enlarge: by how much
    that is enlarged before it is shown. inside: the folder that no link may lead out of, if nobody typed the
    path."""

    picture: str
    model: str
    path: Path
    enlarge: int = 1
    inside: Path | None = None

    def pixels(self) -> Bytes:
        """As they are shown, uint8 h w 3. Raises SourceError."""
        reading = Reading("white", MOST_PIXELS)
        with opened(self.path, reading, open_picture(self.path, self.inside)) as found:
            pixels = found.pixels()
        if self.enlarge > 1:
            pixels = enlarged(pixels, self.enlarge)
        return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)))

    def shown(self) -> bytes:
        """As a new PNG file, without whatever else the old one told. Raises SourceError."""
        return encode_png(self.pixels())

    def size(self) -> tuple[int, int]:
        """Height and width as shown. Raises SourceError."""
        file = open_picture(self.path, self.inside)
        with opened(self.path, Reading("white", MOST_PIXELS), file) as found:
            return found.size[0] * self.enlarge, found.size[1] * self.enlarge

    def digest(self) -> str:
        """By which its file is known again. Raises RatingError."""
        try:
            return printed(self.path).sha256
        except (ForeignFileError, OSError) as error:
            raise RatingError(f"{self.path} cannot be read: {error}") from error


@dataclass(frozen=True)
class Exhibition:
    """All stimuli by (picture, model), and notes on what is not among them."""

    stimuli: Mapping[tuple[str, str], Stimulus]
    notes: tuple[str, ...] = ()

    @property
    def pictures(self) -> dict[str, list[str]]:
        """The models of every picture."""
        table: dict[str, list[str]] = {}
        for picture, model in self.stimuli:
            table.setdefault(picture, []).append(model)
        return table


def exhibition(stimuli: Sequence[Stimulus], notes: Sequence[str] = ()) -> Exhibition:
    """Stimuli whose sizes agree picture by picture, with at least two models. Raises RatingError."""
    table = {(one.picture, one.model): one for one in stimuli}
    found = Exhibition(table, tuple(notes))
    if not any(len(models) > 1 for models in found.pictures.values()):
        raise RatingError(
            "no picture is there of two models or more, so there is nothing to compare; give folders with "
            "files of the same names, or a run with pictures"
        )
    all_of(partial(_check_sizes, found), found.pictures)
    return found


def of_folders(
    folders: Sequence[Path], hr: Path | None = None, lr: Path | None = None, scale: int = 4
) -> Exhibition:
    """Folders of enlarged pictures, one a model, called by its name; pictures are those that every folder has.

    hr: a folder of the truths, which become a hidden anchor; lr: one of what was enlarged, whose bicubic
    enlargement by `scale` becomes another. Raises RatingError, RequestError, SourceError."""
    places = {**_by_name(folders), **({HR: hr} if hr else {}), **({BICUBIC: lr} if lr else {})}
    found = {
        name: {source.id: source.path for source in discover([folder]).sources}
        for name, folder in places.items()
    }
    shared = [one for one in next(iter(found.values())) if all(one in of for of in found.values())]
    stimuli = [
        Stimulus(picture, name, paths[picture], scale if lr and name == BICUBIC else 1)
        for picture in shared
        for name, paths in found.items()
    ]
    return exhibition(stimuli, list(_left_out(found, set(shared))))


def _by_name(folders: Sequence[Path]) -> dict[str, Path]:
    table: dict[str, Path] = {}
    for folder in folders:
        name = folder.resolve().name
        if name in table:
            raise RatingError(
                f"{table[name]} and {folder} are called alike; models go by their folders' names"
            )
        table[name] = folder
    return table


def _left_out(found: Mapping[str, Mapping[str, Path]], shared: set[str]) -> Iterator[str]:
    everything = dict.fromkeys(one for of in found.values() for one in of)
    lacking = [one for one in everything if one not in shared]
    if lacking:
        yield f"left out, since not every folder has them: {named(lacking)}"


def _check_sizes(found: Exhibition, picture: str) -> None:
    sizes = {model: found.stimuli[picture, model].size() for model in found.pictures[picture]}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{model} {size[1]} x {size[0]}" for model, size in sizes.items())
        raise RatingError(
            f"{picture}: pictures of several sizes ({told} px) give away which is which"
        )
