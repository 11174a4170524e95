"""Where a case's pictures lie, and the maps drawn from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from realsr.files.whole import make_directory, write_whole
from realsr.images.errors import SourceError
from realsr.images.reading import Reading, open_picture, opened
from realsr.metrics.artefact_maps import MAPS, strongest
from realsr.robustness.page.map_checks import MapCheck, map_checks, map_title
from realsr.robustness.page.report import Report
from realsr.robustness.results.record import PictureKey

Picture = NDArray[np.uint8]

FULL = 32.0
"""Grey levels (of colour: CIE units) at which maps are at their brightest; one for all, so they compare."""


MOST_PIXELS = 2**25
"""Of a picture that a map is drawn of, which takes some float64 planes of its size."""


@dataclass(frozen=True)
class DrawnMap:
    """A map as a picture. path: relative to the study. checks: of every map, on this answer."""

    path: str
    name: str
    strength: float
    checks: Mapping[str, MapCheck]

    @property
    def check(self) -> MapCheck:
        """Of the map that is shown."""
        return self.checks[self.name]

    @property
    def words(self) -> str:
        """What it shows, how strong, and whether it can be trusted here."""
        unit = "CIE units" if self.name == "colour_blob" else "grey levels"
        return f"{map_title(self.name)}, {self.strength:.0f} {unit}; {self.check.words}"


def folder(case: PictureKey) -> str:
    """The folder of a case, relative to the study's; a second variant has one of its own."""
    test, image, variant = case
    return f"images/{test}/{image}" + (f"/{variant}" if variant else "")


def pictures(report: Report, case: PictureKey) -> list[str]:
    """Names of the pictures that are there: hr, lr, then models in the record's order."""
    place = report.folder / folder(case)
    names = ["hr", "lr", *(model.name for model in report.models)]
    return [name for name in names if (place / f"{name}.png").is_file()]


def artefact_map(report: Report, case: PictureKey, model: str) -> DrawnMap | None:
    """Draws the strongest artefact map of an answer, and checks all maps on it.

    None where HR or answer is not there, is damaged or too large, or their sizes differ.
    """
    place = report.folder / folder(case)
    hr, sr = (_read(place / f"{name}.png", report.folder) for name in ("hr", model))
    if hr is None or sr is None or hr.shape != sr.shape:
        return None
    drawn = {name: of(sr, hr) for name, of in MAPS.items()}
    name = max(drawn, key=lambda name: strongest(drawn[name]))
    path = f"maps/{folder(case).removeprefix('images/')}/{model}.png"
    make_directory((report.folder / path).parent)
    write_whole(report.folder / path, _heat(drawn[name]))
    return DrawnMap(path, name, strongest(drawn[name]), map_checks(sr, hr))


def _read(path: Path, inside: Path) -> Picture | None:
    try:
        with opened(path, Reading("drop", MOST_PIXELS), open_picture(path, inside)) as found:
            pixels = found.pixels()
    except SourceError:
        return None
    return np.broadcast_to(pixels, (*pixels.shape[:2], 3))


def _heat(values: NDArray[np.float64]) -> bytes:
    levels = (values / FULL * 255).clip(0, 255).astype(np.uint8)
    return cv2.imencode(".png", cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO))[1].tobytes()
