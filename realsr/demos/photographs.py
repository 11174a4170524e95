"""The demonstration: pairs from photographs that come inside scikit-image's wheel.

    python -m realsr.demos.photographs DIR

runs the commands that a reader would type, and prints each before it runs.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

from degrade.errors import MissingExtraError
from realsr.files.whole import make_directory, write_whole

PHOTOGRAPHS = {
    "astronaut.png": "NASA, public domain",
    "brick.png": "CC0Textures, CC0",
    "camera.png": "Lav Varshney, CC0",
    "chelsea.png": "Stefan van der Walt, CC0",
    "coffee.png": "Rachel Michetti, CC0",
    "grass.png": "linolafett, CC0",
    "gravel.png": "CC0Textures, CC0",
    "rocket.jpg": "SpaceX, public domain",
}
"""Bundled photographs of at least 256 x 256 that may be shown anywhere, and whose they are."""


def export_photographs(folder: Path, names: Iterable[str] = PHOTOGRAPHS) -> list[Path]:
    """Copy bundled photographs, byte for byte, into `folder` (made if absent); their paths.

    Raises MissingExtraError where scikit-image is not installed.
    """
    try:
        bundled = resources.files("skimage") / "data"
    except ModuleNotFoundError as error:
        raise MissingExtraError("the demonstration", "demo") from error
    make_directory(folder)
    return [_copy(bundled / name, folder / name) for name in names]


def _copy(source: resources.abc.Traversable, target: Path) -> Path:
    write_whole(target, source.read_bytes())
    return target


def pairs_command(photographs: Path, pairs: Path) -> list[str]:
    """The arguments that make the pairs."""
    options = ["--pipeline", "second_order", "--crop", "256"]
    return ["make-pairs", str(photographs), "--out", str(pairs), *options]


def sheet_command(pairs: Path, sheet: Path) -> list[str]:
    """The arguments that draw the contact sheet of a folder of pairs."""
    return ["sheet", str(pairs), "--out", str(sheet)]


def run(arguments: Sequence[str]) -> None:
    """Print and run a `realsr` command of this environment; CalledProcessError if it fails."""
    command = Path(sysconfig.get_path("scripts")) / "realsr"
    sys.stdout.write(f"$ realsr {shlex.join(arguments)}\n")
    sys.stdout.flush()
    subprocess.run([command, *arguments], check=True)


def demonstrate(folder: Path) -> None:
    """Photographs, pairs and contact sheet under `folder`; says where they lie."""
    photographs, pairs, sheet = folder / "photographs", folder / "pairs", folder / "sheet.png"
    count = len(export_photographs(photographs))
    sys.stdout.write(f"{count} photographs of scikit-image in {photographs}\n")
    run(pairs_command(photographs, pairs))
    run(sheet_command(pairs, sheet))
    places = {
        "photographs": photographs,
        "HR images": pairs / "hr",
        "LR images": pairs / "lr",
        "manifest": pairs / "manifest.jsonl",
        "contact sheet": sheet,
    }
    sys.stdout.writelines(f"{name + ':':15}{path.resolve()}\n" for name, path in places.items())
    sys.stdout.writelines(f"{line}\n" for line in next_steps(photographs))


def next_steps(photographs: Path) -> list[str]:
    """What to type now. An environment that no shell is in has to be entered first."""
    entered = os.environ.get("VIRTUAL_ENV") == sys.prefix
    activate = Path(os.path.relpath(sys.prefix)) / "bin" / "activate"
    inside = sys.prefix != sys.base_prefix and not entered
    command = ["realsr", "make-pairs", str(photographs), "--out", "pairs", "--crop", "256"]
    return ["", "next:", *([f"  . {activate}"] if inside else []), f"  {shlex.join(command)}"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m realsr.demos.photographs", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("demo"))
    try:
        demonstrate(parser.parse_args().folder)
    except MissingExtraError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
