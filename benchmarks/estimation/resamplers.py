"""The resampler's class from pairs: `python -m benchmarks.estimation.resamplers PHOTOGRAPHS --quality 75`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.estimation.made_pairs import SCALES, compressed, crop, photographs
from benchmarks.estimation.shares import Row, parser, rows_of, share, told
from realsr.estimation.pair.fitting import KernelFit, fit
from realsr.estimation.pair.leftover import leftover
from realsr.estimation.pair.planes import planes_of
from realsr.estimation.pair.resampler_rows import resampler_findings
from realsr.estimation.pair.resamplers import resampler_rows
from realsr.estimation.seen import Seen, SeenPair


def one(number: int, paths: list[Path], noise: float, quality: int | None) -> Row:
    """A case: whether the true row is in the class told, and how many rows of it are not equal to it."""
    random = np.random.default_rng([11, number])
    scale = SCALES[number % len(SCALES)]
    rows = resampler_rows(scale)
    row = rows[int(random.integers(len(rows)))]
    path = paths[(number + number // len(SCALES)) % len(paths)]
    hr = crop(path, scale, random)
    lr = row.applied([hr], scale)[0]
    if noise:
        noisy = lr + random.normal(0, noise, lr.shape)
        lr = np.clip(np.floor(noisy + 0.5), 0, 255).astype(np.uint8)
    seen = Seen(lr) if quality is None else compressed(lr, quality, (0, 2)[number // 2 % 2])
    pair = SeenPair(seen, Seen(hr), scale)
    case: Row = {"picture": path.stem, "row": row.name, "scale": scale}
    found = fit(planes_of(pair))
    if not isinstance(found, KernelFit):
        return case | {"told": found, "holds": False, "wider": 0}
    findings = resampler_findings(pair, leftover(found))
    if "resampler" in findings.refused:
        return case | {"told": findings.refused["resampler"], "holds": False, "wider": 0}
    answer = findings.estimates["resampler"]
    others: list[str] = answer.more["others"]  # type: ignore[assignment]
    equal: list[str] = answer.more["equal"]  # type: ignore[assignment]
    holds = row.name in (answer.value, *others)
    return case | {"told": answer.value, "holds": holds, "wider": len(others) - len(equal)}


def figures(rows: Sequence[Row]) -> dict[str, object]:
    return {
        "true row in the class": share(rows, [row["holds"] for row in rows]),
        **{
            f"true row in the class, x{scale}": share(own, [row["holds"] for row in own])
            for scale in sorted({row["scale"] for row in rows})
            if (own := [row for row in rows if row["scale"] == scale])
        },
        "class of equal pixels alone": share(
            rows, [row["holds"] and not row["wider"] for row in rows]
        ),
        "most rows beyond those of equal pixels": max(row["wider"] for row in rows),
        "missed": [[row["row"], row["scale"], row["told"]] for row in rows if not row["holds"]],
    }


def main() -> None:
    options = parser(__doc__ or "", 300)
    options.add_argument("--noise", type=float, default=0.0, help="sigma, levels of 255")
    options.add_argument("--quality", type=int, help="of a JPEG file that LR is saved as")
    asked = options.parse_args()
    paths = photographs(asked.photographs)
    rows = rows_of(one, asked, paths=paths, noise=asked.noise, quality=asked.quality)
    told(figures(rows), rows, asked.json)


if __name__ == "__main__":
    main()
