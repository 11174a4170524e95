"""Which networks of spandrel go to ONNX, and how far their graphs are from torch.

    python -m benchmarks.training.exports
    python -m benchmarks.training.exports --only span --only swinir

exports each with small arguments as `realsr models export` does, with free batch, height and width, runs the
graph on two pictures of other sizes than it was made from, and prints one row of a table each.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn

from benchmarks.training.small import LEAST, SMALL
from realsr.inference.errors import InferenceError
from realsr.inference.loading import load
from realsr.inference.onnx_export import onnx_bytes
from realsr.models.cards import ModelCard
from realsr.models.table import build

SIZES = ((2, 33, 50), (1, 64, 19))
"""Batch, height and width of pictures in LR pixels."""


class Exported(NamedTuple):
    """difference: the largest from torch over the pictures, None where there is no graph. said: why not."""

    name: str
    difference: float | None
    said: str
    seconds: float


def exported(name: str) -> Exported:
    """One network through the export and back."""
    torch.manual_seed(0)
    scale, begun = LEAST[name], time.process_time()
    network = build(f"spandrel/{name}", scale=scale, **SMALL[name]).eval()
    card = ModelCard(
        architecture=f"spandrel/{name}", arguments=SMALL[name], scale=scale, colour="rgb"
    )
    try:
        graph, first = onnx_bytes(network, card)
        difference, said = max(first, apart(graph, network)), ""
    except InferenceError as error:
        return Exported(name, None, str(error), time.process_time() - begun)
    except Exception as error:  # what a graph raises on a size that it does not take
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        return Exported(name, None, f"another size: {reason}", time.process_time() - begun)
    return Exported(name, difference, said, time.process_time() - begun)


def apart(graph: bytes, network: nn.Module) -> float:
    """The largest difference of a graph from torch over the pictures."""
    generator = torch.Generator().manual_seed(1)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        path = Path(folder) / "model.onnx"
        path.write_bytes(graph)
        run = load(path).network
        pictures = [torch.rand(n, 3, *sides, generator=generator) for n, *sides in SIZES]
        return max(float((run(each) - network(each.clone())).abs().max()) for each in pictures)


def line(found: Exported) -> str:
    """A row of the table."""
    result = f"{found.difference:.1e}" if found.difference is not None else f"refused: {found.said}"
    return f"| `{found.name}` | x{LEAST[found.name]} | {result} | {found.seconds:.0f} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=sorted(SMALL))
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    _tell("| network | scale | largest difference from torch | CPU seconds |\n|---|---|---|---|")
    for name in options.only or SMALL:
        _tell(line(exported(name)))


def _tell(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
