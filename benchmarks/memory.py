"""Peak memory of `realsr make-pairs` over few sources and over many.

    python -m benchmarks.memory --help

The sources are hard links of a few small crops, so that the job's length is all that differs. Linux only: the
workers are processes that share most of their memory, which /proc alone tells apart.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
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
PAUSE = 0.1
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Job:
    """One run: how many sources, its peak memory with its workers', how long it took."""

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
    start, peak = time.perf_counter(), 0.0
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            peak = max(peak, proportional(process.pid))
            time.sleep(PAUSE)
    if process.returncode:
        raise SystemExit(f"realsr make-pairs failed with exit code {process.returncode}")
    return Job(count, round(peak, 1), round(time.perf_counter() - start, 1))


def proportional(parent: int) -> float:
    """MiB of a process and its workers, what several hold counted once: Linux's proportional set size.

    The libraries' pages are shared with any other process that has them, and so count for less beside one.
    """
    children = _text(Path(f"/proc/{parent}/task/{parent}/children")).split()
    return sum(map(_proportional, [parent, *map(int, children)]))


def _proportional(pid: int) -> float:
    found = re.search(r"^Pss:\s+(\d+) kB", _text(Path(f"/proc/{pid}/smaps_rollup")), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # the process has ended
        return ""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.memory",
        description="Peak memory of make-pairs, few against many.",
    )
    add = parser.add_argument
    add("--sources", type=int, nargs="+", default=[100, 1000, 10_000], help="numbers of sources")
    add("--crop", type=int, default=128, help="side of the HR crop")
    add("--workers", type=int, default=4, help="workers of make-pairs")
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
