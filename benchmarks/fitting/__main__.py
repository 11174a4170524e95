"""`fit-pipeline` against pipelines that it never saw: AUC beside the floor of the true pipeline.

    python -m benchmarks.fitting HR_DIR CONTENT_DIR... --seeds 100 101 102

For each seed a hidden pipeline makes 75 LR of the content, which is none of the HR; its floor is its own LR
of the content against its own LR of the HR. A last JPEG is stated, as a JPEG file states it. Hidden pipelines
that a classifier tells from `bicubic` or `second_order` with an AUC below 0.8 are left out, and said to be.
`--write DIR` keeps the hidden and the fitted pipelines, for trainings on them to be compared.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

import degrade
from benchmarks.fitting.hidden import hidden
from degrade import Trace
from degrade.execute.threads import single_threaded_cv2
from degrade.pipeline.named import named_source
from realsr.estimation.codec.tables import luma_tables
from realsr.estimation.findings import Findings, Measurement
from realsr.estimation.sets.auc import wins
from realsr.files.whole import make_directory, write_whole
from realsr.fitting.family import tree
from realsr.fitting.fitting import FitInquiry, FitOutcome, fit_seen
from realsr.fitting.looking import SeenLr
from realsr.fitting.simulating import LrRecipe, Made, last_coding, simulated
from realsr.fitting.trial import LrRows, rows_made, together
from realsr.fitting.writing import pipeline_file
from realsr.measuring.items import Item, pictures

COUNT, SIDE, SCALE = 75, 64, 4
FAR = 0.8
HEAD = (
    "| hidden | from bicubic | from second_order | AUC | floor | above it | its own floor | CPU s |\n"
    "|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Folders:
    """hr: what the fit makes LR of. content: what the hidden pipelines do."""

    hr: Sequence[Item]
    content: Sequence[Item]

    def lr(self, items: Sequence[Item], text: str, seed: int) -> list[Made]:
        """COUNT of them, without what is smaller than a crop."""
        found = list(simulated(items, LrRecipe(text, SCALE, SIDE, seed), COUNT, 1))
        return [one for one in found if one.fault is None]


def auc(first: LrRows, second: LrRows) -> float:
    return wins(*together(first, second)).auc()


def seen(made: Sequence[Made]) -> list[SeenLr]:
    """One a crop, as if its file told its last compression."""
    return [
        SeenLr(one.item, values[None], stated(trace))
        for one in made
        for values, trace in zip(one.values, one.traces, strict=True)
    ]


def stated(trace: Trace) -> Findings:
    """What a file saved by the trace's last step tells of it."""
    coding = last_coding(trace)
    values: dict[str, object] = {"jpeg_count": int(coding.known)}
    if coding.known:
        (quality,) = np.flatnonzero((luma_tables() == coding.steps).all(axis=1))[:1] + 1
        chroma = [step for step in trace.lr if step.op == "jpeg"][-1].values["subsampling"]
        values |= {"jpeg_steps": coding.steps.reshape(8, 8).tolist()}
        values |= {"jpeg_quality": int(quality), "jpeg_subsampling": chroma}
    return Findings({n: Measurement(v, None, None, "", "", "") for n, v in values.items()})  # type: ignore[arg-type]


def line(folders: Folders, seed: int, kept: Path | None) -> str:
    """The table's row of one hidden pipeline."""
    began, text = time.process_time(), hidden(seed, SCALE)
    lr = folders.lr(folders.content, text, 10_000 + seed)
    given = rows_made(lr)
    far = [
        auc(given, rows_made(folders.lr(folders.content, named_source(name), 20_000 + seed)))
        for name in ("bicubic", "second_order")
    ]
    start = f"| {seed} | {far[0]:.2f} | {far[1]:.2f} "
    if min(far) < FAR:
        return f"{start}| left out | | | | |"
    floor = auc(given, rows_made(folders.lr(folders.hr, text, 30_000 + seed)))
    asked = FitInquiry([one.item for one in lr], folders.hr, folders.content, SCALE, seed, 1)
    outcome = fit_seen(asked, folders.hr, SIDE, seen(lr), lambda what, share: None)
    if kept:
        _keep(kept / str(seed), text, outcome)
    found, own = (outcome.record[name]["value"] for name in ("auc", "floor"))
    spent = time.process_time() - began
    return f"{start}| {found:.2f} | {floor:.2f} | {found - floor:+.2f} | {own:.2f} | {spent:.0f} |"


def _keep(folder: Path, text: str, outcome: FitOutcome) -> None:
    """The hidden pipeline and the fitted one: `realsr train --grid data.pipeline=...` compares trainings."""
    make_directory(folder)
    write_whole(folder / "hidden.yaml", text.encode())
    fitted = pipeline_file(outcome.marginals, outcome.record, "fitted")
    write_whole(folder / "fitted.yaml", fitted.encode())
    degrade.load_pipeline(folder / "fitted.yaml")
    assert yaml.safe_load(fitted)["lr"] == tree(outcome.marginals, "fitted", SCALE)["lr"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("hr", type=Path)
    parser.add_argument("content", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(100, 110)))
    parser.add_argument("--write", type=Path, help="a folder that keeps the pipelines of each seed")
    asked = parser.parse_args()
    folders = Folders(pictures([asked.hr]), pictures(asked.content))
    print(HEAD)
    with single_threaded_cv2():
        for seed in asked.seeds:
            print(line(folders, seed, asked.write), flush=True)


if __name__ == "__main__":
    main()
