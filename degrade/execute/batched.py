"""The batched back end: packed samples on a GPU (see `packed`), the kernels themselves elsewhere and for
gradients.

All sizes are known from the plans, so the whole memory is laid out before the first launch: an arena with two
slots for each sample, each as large as the sample ever gets. A round gathers its samples from the arena into
a canvas, runs the operator's kernel and scatters the results back to each sample's other slot. A large round
does so in a few parts, since what is held at once is the arena and whatever one launch of a kernel needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from itertools import accumulate, pairwise

import torch

from degrade.execute.device import runs_packed
from degrade.execute.packed import run_program
from degrade.execute.plan import Plan
from degrade.execute.program import Program, program_of
from degrade.execute.schedule import rounds
from degrade.execute.singles import check_channels, group_of
from degrade.geometry import Size

PART_VALUES = 2**21
"""Values of a canvas from which on a round is cut: an operator's own arrays are up to 16 times its canvas."""

MOST_PARTS = 4
"""Parts of a round, so that the number of launches stays bounded whatever the batch."""


def run_batched(
    plans: Sequence[Plan], images: torch.Tensor | Sequence[torch.Tensor]
) -> torch.Tensor | list[torch.Tensor]:
    """Runs each plan on its own image, all on one device and of one channel count.

    images: b c h w, or c h w each of its own size. Returns b c h w where all results have one size and a
    tensor came in, otherwise one c h w an image.
    """
    if runs_packed(images[0].device) and not _needs_gradient(images):
        return run_made(program_of(plans, sizes_of(images), images[0].shape[0]), images)
    arena = _Arena(plans, images)
    for _, members in rounds([[step.operator.name for step in plan] for plan in plans]):
        arena.run(members)
    return arena.results(isinstance(images, torch.Tensor))


def run_made(
    program: Program, images: torch.Tensor | Sequence[torch.Tensor]
) -> torch.Tensor | list[torch.Tensor]:
    """Runs a program on the images' device: Triton launches on the current one, whichever holds its data."""
    device = images[0].device
    with torch.cuda.device(device) if device.type == "cuda" else nullcontext():
        return run_program(program, images)


def _needs_gradient(images: torch.Tensor | Sequence[torch.Tensor]) -> bool:
    return torch.is_grad_enabled() and any(image.requires_grad for image in images)


class _Arena:
    """Two slots per sample in each channel's plane, whose last place is where overhanging pixels go."""

    def __init__(
        self, plans: Sequence[Plan], images: torch.Tensor | Sequence[torch.Tensor]
    ) -> None:
        self.plans = plans
        self.device = images[0].device
        self.channels = images[0].shape[0]
        self.sizes = sizes_of(images)
        self.progress = [0] * len(plans)
        starts, total = [], 0
        for plan, size in zip(plans, self.sizes, strict=True):
            area = _largest_area(plan, size)
            starts.append((total, total + area))
            total += 2 * area
        self.slots = starts
        self.dropped = total
        shape = (self.channels, total + 1)
        self.pixels = torch.zeros(shape, dtype=images[0].dtype, device=self.device)
        self._load(images)

    def _load(self, images: torch.Tensor | Sequence[torch.Tensor]) -> None:
        if isinstance(images, torch.Tensor):
            self._scatter(images, range(len(self.plans)), self.sizes)
            return
        # One launch for all: the images end to end, each moved from its place there to its slot.
        flat = torch.cat([image.reshape(self.channels, -1) for image in images], dim=1)
        lengths = [height * width for height, width in self.sizes]
        shifts = [
            slot - end + length
            for (slot, _), end, length in zip(self.slots, accumulate(lengths), lengths, strict=True)
        ]
        host = torch.tensor([shifts, lengths], dtype=torch.int64)
        shift, length = host.to(self.device, non_blocking=True).unbind(0)
        places = torch.repeat_interleave(shift, length, output_size=flat.shape[1])
        places += torch.arange(flat.shape[1], device=self.device)
        self.pixels.scatter_(1, places.expand(self.channels, -1), flat)

    def run(self, members: Sequence[int]) -> None:
        """One round: the next step of these samples, which is the same operator for all of them."""
        for part in self._parts(members):
            self._run_part(part)

    def _parts(self, members: Sequence[int]) -> list[Sequence[int]]:
        """The samples of a large round in a few parts of near sizes: less to hold at once, less padding."""
        ordered = sorted(members, key=self._stage_area, reverse=True)
        values = self.channels * len(ordered) * self._stage_area(ordered[0])
        count = min(MOST_PARTS, -(-values // PART_VALUES), len(members))
        if count < 2:
            return [members]
        ends = [len(ordered) * part // count for part in range(count + 1)]
        return [ordered[start:end] for start, end in pairwise(ends)]

    def _stage_area(self, index: int) -> int:
        """Pixels of a sample before or after its next step, whichever are more."""
        step = self.plans[index][self.progress[index]]
        return max(size.height * size.width for size in (step.size, step.placement.size))

    def _run_part(self, members: Sequence[int]) -> None:
        steps = [self.plans[index][self.progress[index]] for index in members]
        for step in steps:
            check_channels(step, self.channels)
        group = group_of(steps, self.device)
        # The canvas has no name here, so that a kernel's last reference to it is the last.
        result = steps[0].operator.forms.kernel(self._gather(members), group)
        sizes = [step.placement.size for step in steps]
        for index, size in zip(members, sizes, strict=True):
            self.progress[index] += 1
            self.sizes[index] = size
        self._scatter(result, members, sizes)

    def _places(self, members: Sequence[int], height: int, width: int) -> torch.Tensor:
        """Where a canvas' pixels lie in a plane: int64 (b * height * width,); overhang in the last place."""
        rows = torch.tensor(
            [(self.slots[i][self.progress[i] % 2], *self.sizes[i]) for i in members],
            dtype=torch.int64,
        )
        start, own_height, own_width = (
            column.view(-1, 1, 1) for column in rows.to(self.device, non_blocking=True).unbind(1)
        )
        row = torch.arange(height, device=self.device).view(1, -1, 1)
        column = torch.arange(width, device=self.device).view(1, 1, -1)
        place = (start + row * own_width) + column
        outside = (row >= own_height) | (column >= own_width)
        return place.masked_fill_(outside, self.dropped).flatten()

    def _gather(self, members: Sequence[int]) -> torch.Tensor:
        height = max(self.sizes[index].height for index in members)
        width = max(self.sizes[index].width for index in members)
        planes = self.pixels.index_select(1, self._places(members, height, width))
        return _contiguous(planes.view(self.channels, -1, height, width).transpose(0, 1))

    def _scatter(self, canvas: torch.Tensor, members: Sequence[int], sizes: Sequence[Size]) -> None:
        height = max(size.height for size in sizes)
        width = max(size.width for size in sizes)
        places = self._places(members, height, width).expand(self.channels, -1)
        planes = _contiguous(canvas[..., :height, :width].transpose(0, 1))
        self.pixels.scatter_(1, places, planes.view(self.channels, -1))
        # The kernels may read the overhang: it must stay finite.
        self.pixels[:, self.dropped] = 0

    def results(self, as_tensor: bool) -> torch.Tensor | list[torch.Tensor]:
        canvas = self._gather(range(len(self.plans)))
        if as_tensor and len(set(self.sizes)) == 1:
            return canvas
        return [canvas[i, :, : size.height, : size.width] for i, size in enumerate(self.sizes)]


def sizes_of(images: torch.Tensor | Sequence[torch.Tensor]) -> list[Size]:
    """The size of each image of a batch."""
    if isinstance(images, torch.Tensor):
        return [Size(*images.shape[-2:])] * images.shape[0]
    return [Size(*image.shape[-2:]) for image in images]


def _contiguous(planes: torch.Tensor) -> torch.Tensor:
    """A copy in any case: one sample's planes lie in order already, and launches must not follow the batch."""
    return planes.clone(memory_format=torch.contiguous_format)


def _largest_area(plan: Plan, size: Size) -> int:
    sizes = [size, *(step.placement.size for step in plan)]
    return max(height * width for height, width in sizes)
