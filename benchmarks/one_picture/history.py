"""Compressions: quality, grid, false alarms both ways, and the quality before the last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.one_picture.pictures import (
    HEAD,
    Answers,
    Bytes,
    Clean,
    Random,
    arguments,
    clean,
    crop,
    jpeg,
    taken_in_turn,
    told,
)
from realsr.estimation.findings import Findings

SUBSAMPLINGS = ("4:4:4", "4:2:2", "4:2:0")


@dataclass(frozen=True)
class Made:
    """pixels with their last quality and grid, and the quality before (0: none)."""

    pixels: Bytes
    quality: int
    grid: tuple[int, int]
    first: int


def saved(
    random: Random, pixels: Bytes, side: int, qualities: tuple[int, int], move: Sequence[int]
) -> Made:
    """Saved at the first quality where it is not 0, moved, saved at the last, and cropped to any grid."""
    first, last = qualities
    way = str(random.choice(SUBSAMPLINGS))
    source = crop(random, pixels, side + 16)
    if first:
        source = jpeg(source, first, way)[move[0] :, move[1] :]
    down, right = (int(value) for value in random.integers(0, 8, 2))
    part = jpeg(source, last, way)[down : down + side, right : right + side]
    return Made(part, last, (-down % 8, -right % 8), first)


def once(random: Random, pixels: Bytes, side: int) -> Made:
    return saved(random, pixels, side, (0, int(random.integers(30, 96))), (0, 0))


def aligned(random: Random, pixels: Bytes, side: int) -> Made:
    last = int(random.integers(40, 96))
    return saved(random, pixels, side, (int(random.integers(30, last - 4)), last), (0, 0))


def moved(random: Random, pixels: Bytes, side: int) -> Made:
    last = int(random.integers(50, 96))
    first = int(random.integers(30, last - 14))
    return saved(random, pixels, side, (first, last), random.integers(1, 8, 2).tolist())


def erased(random: Random, pixels: Bytes, side: int) -> Made:
    """The first quality not low enough, on the same grid or on another."""
    last = int(random.integers(40, 94))
    move = random.integers(1, 8, 2).tolist() if random.random() < 0.5 else [0, 0]
    least = last - 14 if any(move) else last - 4
    return saved(random, pixels, side, (int(random.integers(max(least, 30), 97)), last), move)


Judge = Callable[[Made, Findings], bool]


def value(found: Findings, name: str) -> Any:
    return found.estimates[name].value if name in found.estimates else None


def quality_within_2(case: Made, found: Findings) -> bool:
    seen = value(found, "jpeg_quality")
    return seen is not None and abs(seen - case.quality) <= 2


def quality_covered(case: Made, found: Findings) -> bool:
    seen: Any = found.estimates.get("jpeg_quality")
    return seen is not None and seen.low <= case.quality <= seen.high


def grid_exact(case: Made, found: Findings) -> bool:
    return (value(found, "jpeg_grid_y"), value(found, "jpeg_grid_x")) == case.grid


def called_clean(case: Made, found: Findings) -> bool:
    return bool(value(found, "jpeg_count") == 0)


def first_within_3(case: Made, found: Findings) -> bool:
    seen = value(found, "jpeg_first_quality")
    return seen is not None and abs(seen - case.first) <= 3


def first_refused(case: Made, found: Findings) -> bool:
    return "jpeg_first_quality" in found.refused


Make = Callable[[Random, Bytes, int], Made]
ROWS: tuple[tuple[str, Make, int, tuple[tuple[str, str, Judge], ...]], ...] = (
    *(
        (
            f"once, {side} px",
            once,
            side,
            (
                ("quality within 2", goal, quality_within_2),
                ("grid exact", goal, grid_exact),
                ("interval holds the quality", ">= 93 %", quality_covered),
                ("called clean", "< 1 %" if side >= 128 else "-", called_clean),
                ("no first quality is told", ">= 95 %", first_refused),
            ),
        )
        for side, goal in ((64, ">= 90 %"), (128, ">= 99 %"), (256, ">= 99 %"))
    ),
    (
        "first >= 5 lower, same grid, 256 px",
        aligned,
        256,
        (("within 3", ">= 95 %", first_within_3),),
    ),
    (
        "first >= 15 lower, other grid, 256 px",
        moved,
        256,
        (("within 3", ">= 80 %", first_within_3),),
    ),
    ("first not that low, 256 px", erased, 256, (("refused", ">= 95 %", first_refused),)),
)


def lines(pictures: Sequence[Clean], count: int, seed: int, only: str) -> None:
    for name, make, side, judges in ROWS:
        if only in name:
            answers = [Answers() for _ in judges]
            for random, place, picture in taken_in_turn(pictures, count, seed):
                case = make(random, picture.pixels, side)
                found = told(case.pixels)
                for answer, (_, _, judge) in zip(answers, judges, strict=True):
                    answer.add(place, judge(case, found))
            for answer, (what, goal, _) in zip(answers, judges, strict=True):
                print(answer.line(f"{name}: {what}", goal), flush=True)


def clean_line(pictures: Sequence[Clean], count: int, seed: int, side: int) -> str:
    answer = Answers()
    for random, place, picture in taken_in_turn(pictures, count, seed):
        answer.add(place, bool(value(told(crop(random, picture.pixels, side)), "jpeg_count")))
    return answer.line(f"never compressed, {side} px: called compressed", "< 1 %")


def main() -> None:
    asked = arguments()
    pictures = clean(asked.folders)
    print(HEAD)
    lines(pictures, asked.cases, asked.seed, asked.only)
    for side in (64, 128, 256):
        if asked.only in f"never compressed, {side} px":
            print(clean_line(pictures, asked.cases, asked.seed, side), flush=True)


if __name__ == "__main__":
    main()
