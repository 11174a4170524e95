"""Whether an artefact map can be trusted on a picture: it must find what is planted into that very picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from realsr.metrics.artefact_maps import MAPS
from realsr.metrics.errors import NotDefinedError
from realsr.metrics.planes import Picture
from realsr.metrics.planted import REQUIRED, found_by
from realsr.robustness.page.methods import WordTable

SIDE = 256
"""Pixels of the middle of a picture that are checked at most: a page of large pictures has to take seconds."""


@dataclass(frozen=True)
class MapCheck:
    """area: under the ROC curve; None where nothing could be planted, and `why` says the reason."""

    area: float | None
    why: str = ""

    @property
    def passed(self) -> bool:
        """Only what was checked passes."""
        return self.area is not None and self.area > REQUIRED

    @property
    def words(self) -> str:
        """For people, the area with it."""
        if self.area is None:
            return f"not checked on this picture: {self.why}"
        if self.passed:
            return f"finds planted ones (ROC area {shown(self.area)})"
        return (
            f"do not trust it here: planted ones are found too poorly (ROC area {shown(self.area)}, "
            f"more than {REQUIRED:g} is needed)"
        )


def map_title(name: str) -> str:
    """A map's name for people."""
    return name.replace("_", " ")


def shown(area: float) -> str:
    """Three digits, cut: what failed never rounds up to a pass."""
    return f"{int(area * 1000) / 1000:.3f}"


def map_checks(sr: Picture, hr: Picture) -> dict[str, MapCheck]:
    """Every map's check on the middle of an answer (uint8 h w 3, both)."""
    top, left = (max(side - SIDE, 0) // 2 for side in sr.shape[:2])
    own, other = (one[top : top + SIDE, left : left + SIDE] for one in (sr, hr))
    return {name: _check(name, own, other) for name in MAPS}


def _check(name: str, sr: Picture, hr: Picture) -> MapCheck:
    try:
        return MapCheck(found_by(name, sr, hr))
    except NotDefinedError as error:
        return MapCheck(None, f"there is no place for one ({error})")


def checks_table(checks: Iterable[Mapping[str, MapCheck]]) -> WordTable:
    """Map by map over all answers that were checked: for the methods box."""
    by_map: dict[str, list[MapCheck]] = {}
    for one in checks:
        for name, check in one.items():
            by_map.setdefault(name, []).append(check)
    head = ["map", "pictures", "failed", "not checked", "lowest ROC area", "required"]
    return WordTable("Artefact maps against planted artefacts", head, [*map(_row, by_map.items())])


def _row(entry: tuple[str, list[MapCheck]]) -> list[str]:
    name, checks = entry
    areas = [check.area for check in checks if check.area is not None]
    failed = sum(not check.passed for check in checks if check.area is not None)
    return [
        map_title(name),
        str(len(checks)),
        str(failed),
        str(len(checks) - len(areas)),
        shown(min(areas)) if areas else "–",
        f"> {REQUIRED:g}",
    ]


def failures_words(checks: Iterable[Mapping[str, MapCheck]]) -> str:
    """The maps that failed somewhere, in a sentence for the page; empty where none did."""
    rows = [row for row in checks_table(checks).rows if row[2] != "0"]
    if not rows:
        return ""
    told = (f"{row[0]} on {row[2]} of {row[1]} pictures (lowest ROC area {row[4]})" for row in rows)
    return (
        f"Maps that found artefacts planted into these pictures too poorly: {'; '.join(told)}. More than "
        f"{REQUIRED:g} is needed; where such a map is the one shown, that is said beside it."
    )
