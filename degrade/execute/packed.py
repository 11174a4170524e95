"""The GPU's back end: every sample is read where it lies and written to its other slot, a few launches a round.

All that the host has to say to the device goes there in one copy before the first launch, and nothing comes
back. An operator without a form on packed samples runs by its kernel on a canvas, to which its samples are
moved in one launch and from which they return in another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from degrade.execute.device import canvas_form
from degrade.execute.heads import POINTWISE
from degrade.execute.program import EACH, Program, Round
from degrade.execute.singles import group_of
from degrade.functional.gpu.call import Call
from degrade.geometry import Size

ALIGNMENT = 16
"""Bytes that every array's place in the copy is a multiple of."""

TYPES = {
    np.dtype(np.int64): torch.int64,
    np.dtype(np.int32): torch.int32,
    np.dtype(np.float32): torch.float32,
    np.dtype(np.float64): torch.float64,
}


Tensors = dict[str, torch.Tensor]


def run_program(
    program: Program, images: torch.Tensor | Sequence[torch.Tensor]
) -> torch.Tensor | list[torch.Tensor]:
    """Runs a program on the images that it was made for, c channels of its inputs' sizes, on one device.

    Returns b c h w where all results have one size and a tensor came in, otherwise one c h w an image.
    """
    run = _Run(program, images[0].device)
    run.load(images)
    for one in program.rounds:
        run.round(one)
    return run.results(isinstance(images, torch.Tensor))


class _Run:
    """The slots on a device, and the program's arrays beside them."""

    def __init__(self, program: Program, device: torch.device) -> None:
        self.program = program
        self.device = device
        self.pixels = torch.empty(program.length, device=device)
        self.arrays = uploaded(program.arrays, device)
        self.tables = {name: self._tables(name) for name in program.begins}
        self.launches = {
            name: begin({**each, **shared})
            for (name, begin), (each, shared) in zip(
                program.begins.items(), self.tables.values(), strict=True
            )
        }

    def _tables(self, name: str) -> tuple[Tensors, Tensors]:
        """A form's arrays of a row a sample, and those seen whole."""
        own = {
            key.removeprefix(f"{name} "): array
            for key, array in self.arrays.items()
            if key.startswith(f"{name} ")
        }
        each = {key.removeprefix(EACH): array for key, array in own.items() if key.startswith(EACH)}
        return each, {key: array for key, array in own.items() if not key.startswith(EACH)}

    def load(self, images: torch.Tensor | Sequence[torch.Tensor]) -> None:
        if isinstance(images, torch.Tensor):
            flat = images.contiguous()
        else:
            flat = torch.cat([image.reshape(-1) for image in images])
        self._move(flat, self.pixels, "loads", slice(None), self.arrays["unchanged"])

    def results(self, as_tensor: bool) -> torch.Tensor | list[torch.Tensor]:
        sizes = self.program.outputs
        shape = _canvas(sizes, self.program.channels)
        canvas = torch.empty(shape, device=self.device)
        self._move(self.pixels, canvas, "results", slice(None), self.arrays["unchanged"])
        if as_tensor and len(set(sizes)) == 1:
            return canvas
        return [canvas[i, :, : size.height, : size.width] for i, size in enumerate(sizes)]

    def round(self, one: Round) -> None:
        own = slice(one.start, one.end)
        if one.form is not None:
            self.launches[one.form.name](self.call(one))
        elif one.key == POINTWISE:
            moves = slice(one.moves, one.moves + len(one.steps))
            self._move(self.pixels, self.pixels, "stays", moves, self.arrays["finish"][own])
        else:
            self._on_canvas(one)

    def call(self, one: Round) -> Call:
        """What a form's launch is given."""
        assert one.form is not None
        own, sides = slice(one.start, one.end), self.program.sides[one.start : one.end]
        each, shared = self.tables[one.form.name]
        part = slice(one.first, one.first + len(one.steps))
        tables = {**shared, **{key: array[part] for key, array in each.items()}}
        return Call(
            self.pixels, self.arrays["rows"][own], self.arrays["finish"][own], tables,
            self.program.channels, sides[:, :2], sides[:, 2:], one.first,
        )  # fmt: skip

    def _on_canvas(self, one: Round) -> None:
        """By the operator's kernel, whose last reference to the canvas is the last."""
        moves = slice(one.moves, one.moves + len(one.steps))
        group, channels = group_of(one.steps, self.device), self.program.channels
        outputs = [step.placement.size for step in one.steps]
        kernel = canvas_form(one.steps[0].operator)
        result = kernel(self._gathered(one, moves), group)
        _, _, height, width = _canvas(outputs, channels)
        self._move(
            result[..., :height, :width].contiguous(),
            self.pixels,
            "scatters",
            moves,
            self.arrays["finish"][one.start : one.end],
        )

    def _gathered(self, one: Round, moves: slice) -> torch.Tensor:
        sizes = [step.size for step in one.steps]
        canvas = torch.empty(_canvas(sizes, self.program.channels), device=self.device)
        self._move(self.pixels, canvas, "gathers", moves, self.arrays["unchanged"])
        return canvas

    def _move(
        self,
        source: torch.Tensor,
        target: torch.Tensor,
        name: str,
        own: slice,
        finish: torch.Tensor,
    ) -> None:
        from degrade.functional.gpu.move import move

        extents = self.program.arrays[name][own, 8:]
        move(source, target, self.arrays[name][own], finish, extents, self.program.channels)


def _canvas(sizes: Sequence[Size], channels: int) -> tuple[int, int, int, int]:
    height, width = (max(size[axis] for size in sizes) for axis in (0, 1))
    return len(sizes), channels, height, width


def uploaded(arrays: Mapping[str, npt.NDArray[Any]], device: torch.device) -> Tensors:
    """The arrays on a device, all in one copy from pinned memory, which waits for nothing."""
    places, length = [], 0
    for array in arrays.values():
        places.append(length)
        length += -(-array.nbytes // ALIGNMENT) * ALIGNMENT
    host = torch.empty(length, dtype=torch.uint8, pin_memory=device.type == "cuda")
    flat = host.numpy()
    for array, place in zip(arrays.values(), places, strict=True):
        flat[place : place + array.nbytes] = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    there = host.to(device, non_blocking=True)
    return {
        name: there[place : place + array.nbytes].view(TYPES[array.dtype]).view(array.shape)
        for (name, array), place in zip(arrays.items(), places, strict=True)
    }
