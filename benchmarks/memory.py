"""Peak memory of `realsr make-pairs` over few sources and over many.

    python -m benchmarks.memory --help

The sources are hard links of a few small crops, so that the job's length is all that differs. A
process inherits the peak of the one that started it, so this one stays small and imports no torch.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks import harness, photographs

IMAGES = 8
SIDE = 256
MIB_PER_UNIT = 1 / 1024 if sys.platform.startswith("linux") else 1 / 1024**2
"""`ru_maxrss` counts KiB on Linux and bytes on macOS."""


@dataclass(frozen=True)
class Job:
    """One run: how many sources, its peak resident memory, how long it took."""

    sources: int
    peak_mib: float
    seconds: float


def make_images(folder: Path) -> list[Path]:
    """The few small images, as PNG files."""
    folder.mkdir()
    paths = []
    for number, pixels in enumerate(photographs.crops(IMAGES, SIDE)):
        paths.append(folder / f"{number}.png")
        Image.fromarray(pixels).save(paths[-1])
    return paths


def link_sources(images: list[Path], folder: Path, count: int) -> Path:
    """A folder of `count` hard links to the images."""
    folder.mkdir()
    for number, image in enumerate(islice(cycle(images), count)):
        os.link(image, folder / f"{number:06d}.png")
    return folder


def measure(sources: Path, out: Path, options: argparse.Namespace, count: int) -> Job:
    """Run the command on a folder and read its peak memory from the system."""
    program = Path(sysconfig.get_path("scripts")) / "realsr"
    settings = ["--crop", str(options.crop), "--workers", str(options.workers)]
    command = [str(program), "make-pairs", str(sources), "--out", str(out), *settings]
    start = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"realsr make-pairs failed with exit code {process.returncode}")
    return Job(
        count, round(usage.ru_maxrss * MIB_PER_UNIT, 1), round(time.perf_counter() - start, 1)
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.memory",
        description="Peak memory of make-pairs, few against many.",
    )
    add = parser.add_argument
    add("--sources", type=int, nargs="+", default=[100, 1000, 10_000], help="numbers of sources")
    add("--crop", type=int, default=128, help="side of the HR crop")
    add("--workers", type=int, default=4, help="threads of make-pairs")
    add("--out", type=Path, help="where the JSON goes (default: benchmarks/results/)")
    return parser.parse_args()


def main() -> None:
    options = _arguments()
    machine = harness.describe_machine()
    jobs: list[Job] = []
    with tempfile.TemporaryDirectory(prefix="realsr-memory-") as name:
        folder = Path(name)
        images = make_images(folder / "images")
        for count in options.sources:
            sources = link_sources(images, folder / f"sources-{count}", count)
            jobs.append(measure(sources, folder / f"pairs-{count}", options, count))
            print(
                f"{count} sources: peak {jobs[-1].peak_mib} MiB, {jobs[-1].seconds} s", flush=True
            )
    body: dict[str, Any] = {
        "pipeline": "second_order",
        "crop": options.crop,
        "workers": options.workers,
        "jobs": [asdict(job) for job in jobs],
        "last_over_first": round(jobs[-1].peak_mib / jobs[0].peak_mib, 3),
    }
    print(f"written: {harness.write('memory', body, machine, options.out)}")


if __name__ == "__main__":
    main()
