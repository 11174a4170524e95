"""2K images to sub-images on disk, beside the usual script: crops of 480 every 240 pixels.

    python -m benchmarks.disk --help

The peers cut as training set-ups do, with OpenCV at compression level 3: HR crops alone, and HR crops with
those of an LR image that BasicSR's imresize makes. Ours degrades every crop by a pipeline and writes HR, LR,
digests and the manifest.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks import basicsr_import, harness, photographs
from benchmarks.harness import Contender
from degrade.pipeline import load_pipeline
from realsr.images.crops import Cut
from realsr.images.failures import Failure
from realsr.pairs.job import PairsJob
from realsr.pairs.make import make_pairs

CROP, STEP, LEVEL, SCALE = 480, 240, 3, 4
PEERS = {"HR at level 3": False, "HR and LR at level 3": True}
"""Name -> whether it makes the LR too."""
HEIGHT, WIDTH = 1356, 2040
NOISE_255 = 2.0
"""Enlarged photographs are too smooth: a little noise makes their files as large as camera pictures."""


class Silent:
    """An observer of make-pairs that says nothing."""

    def begin(self, sources: int, pairs: int | None) -> None: ...
    def kept(self, pairs: int) -> None: ...
    def opened(self, pairs: int) -> None: ...
    def made(self) -> None: ...
    def failed(self, failure: Failure) -> None:
        raise RuntimeError(failure.reason)


def make_images(folder: Path, number: int) -> list[Path]:
    """`number` stand-ins for 2K photographs, as PNG files."""
    folder.mkdir()
    noise = np.random.default_rng(0)
    paths = []
    for index, crop in enumerate(photographs.crops(number, 400)):
        large = cv2.resize(crop[:266], (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        noisy = np.clip(large + noise.normal(0, NOISE_255, large.shape), 0, 255).astype(np.uint8)
        paths.append(folder / f"{index:03d}.png")
        cv2.imwrite(str(paths[-1]), noisy)
    return paths


def usual(sources: Sequence[Path], out: Path, threads: int, with_lr: bool) -> None:
    """Crops by the usual script's steps; the last row and column end at the border."""
    for side in ("hr", "lr") if with_lr else ("hr",):
        (out / side).mkdir(parents=True)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(partial(_cut_file, out=out, with_lr=with_lr), sources))


def _cut_file(source: Path, out: Path, with_lr: bool) -> None:
    image = np.asarray(cv2.imread(str(source), cv2.IMREAD_UNCHANGED), dtype=np.uint8)
    _cut(image, out / "hr" / source.stem, 1)
    if with_lr:
        shrunk = basicsr_import.load("basicsr.utils.matlab_functions").imresize(image, 1 / SCALE)
        _cut(np.clip(shrunk.round(), 0, 255).astype(np.uint8), out / "lr" / source.stem, SCALE)


def _cut(image: photographs.Pixels, stem: Path, scale: int) -> None:
    side = CROP // scale
    for number, (top, left) in enumerate(
        (y, x) for y in _starts(image.shape[0], scale) for x in _starts(image.shape[1], scale)
    ):
        crop = np.ascontiguousarray(image[top : top + side, left : left + side])
        cv2.imwrite(f"{stem}_s{number:03d}.png", crop, [cv2.IMWRITE_PNG_COMPRESSION, LEVEL])


def _starts(length: int, scale: int) -> list[int]:
    side, step = CROP // scale, STEP // scale
    starts = list(range(0, length - side + 1, step))
    return starts if length - side in starts else [*starts, length - side]


def ours(sources: Path, out: Path, threads: int, pipeline: str) -> None:
    loaded = load_pipeline(pipeline, scale=SCALE)
    job = PairsJob(loaded, Cut(loaded.scale, CROP, STEP))
    make_pairs([sources], out, job, observer=Silent(), workers=threads)


def _hr_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*.png"))


def compare(folder: Path, options: argparse.Namespace, threads: int) -> dict[str, Any]:
    """Both sides on the same pictures, each time into a new folder; and how large the HR files are."""
    sources = make_images(folder / f"sources-{threads}", options.images)
    numbers = count()

    def into(work: Any) -> Any:
        def run(item: int) -> None:
            out = folder / f"out-{next(numbers)}"
            work(out)
            shutil.rmtree(out)

        return run

    peers = {
        name: partial(usual, sources, threads=threads, with_lr=with_lr)
        for name, with_lr in PEERS.items()
    }
    contenders = [Contender(name, into(run)) for name, run in peers.items()]
    for pipeline in options.pipelines:
        run = partial(ours, sources[0].parent, threads=threads, pipeline=pipeline)
        contenders.append(Contender(pipeline, into(run)))
    seconds = harness.interleave(
        contenders, [0], options.rounds, lambda line: print(line, flush=True)
    )
    return {
        "threads": threads,
        "images_per_second": harness.rates(seconds, options.images),
        "times_faster": {
            f"{name} against {peer}": harness.speedup(seconds, peer, name)
            for name in options.pipelines
            for peer in peers
        },
    }


def file_sizes(folder: Path, number: int) -> dict[str, float]:
    """Bytes of the HR files of both sides, and the ratio."""
    sources = make_images(folder / "sized", number)
    usual(sources, folder / "usual", 4, with_lr=False)
    ours(folder / "sized", folder / "ours", 4, "bicubic")
    theirs, mine = _hr_bytes(folder / "usual" / "hr"), _hr_bytes(folder / "ours" / "hr")
    return {"level_3_bytes": theirs, "our_bytes": mine, "ours_over_theirs": round(mine / theirs, 4)}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.disk", description=__doc__)
    add = parser.add_argument
    add("--images", type=int, default=8, help="2K pictures a round")
    add("--rounds", type=int, default=5)
    add("--threads", type=int, nargs="+", default=[4, 1])
    add("--pipelines", nargs="+", default=["bicubic", "second_order"])
    add("--out", type=Path, help="where the JSON goes (default: benchmarks/results/)")
    return parser.parse_args()


def main() -> None:
    options = _arguments()
    cv2.setNumThreads(1)
    machine = harness.describe_machine()
    with tempfile.TemporaryDirectory(prefix="realsr-disk-") as name:
        runs = [compare(Path(name), options, threads) for threads in options.threads]
        sizes = file_sizes(Path(name), options.images)
    body = {"crop": CROP, "step": STEP, "images": options.images, "runs": runs, "hr_files": sizes}
    for run in runs:
        for pipeline, ratio in run["times_faster"].items():
            print(f"{run['threads']} threads, {pipeline}: {ratio} times faster")
    print(f"HR files: {sizes['ours_over_theirs']:.3f} of the script's size")
    print(f"written: {harness.write('disk', body, machine, options.out)}")


if __name__ == "__main__":
    main()
