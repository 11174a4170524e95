"""The GPU's back end: samples packed one after another, a launch for each operator, no waiting for the device.

All sizes are known from the plans, so the whole memory is laid out before the first launch: an arena with two
slots for each sample, each as large as the sample ever gets. A round gathers its samples from the arena into
a canvas, runs the operator's kernel once and scatters the results back to each sample's other slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import torch

from degrade.execute.plan import Plan
from degrade.execute.schedule import rounds
from degrade.execute.singles import check_channels, group_of
from degrade.geometry import Size


def run_batched(
    plans: Sequence[Plan], images: torch.Tensor | Sequence[torch.Tensor]
) -> torch.Tensor | list[torch.Tensor]:
    """Runs each plan on its own image, all on one device and of one channel count.

    images: b c h w, or c h w each of its own size. Returns b c h w where all results have one size and a
    tensor came in, otherwise one c h w an image.
    """
    arena = _Arena(plans, images)
    for _, members in rounds([[step.operator.name for step in plan] for plan in plans]):
        arena.run(members)
    return arena.results(isinstance(images, torch.Tensor))


class _Arena:
    """Two slots per sample in one flat tensor; the last element is where overhanging pixels are dropped."""

    def __init__(
        self, plans: Sequence[Plan], images: torch.Tensor | Sequence[torch.Tensor]
    ) -> None:
        self.plans = plans
        self.device = images[0].device
        self.channels = images[0].shape[0]
        self.sizes = sizes_of(images)
        self.progress = [0] * len(plans)
        areas = [_largest_area(plan, size) for plan, size in zip(plans, self.sizes, strict=True)]
        starts, total = [], 0
        for area in areas:
            starts.append((total, total + area * self.channels))
            total += 2 * area * self.channels
        self.slots = starts
        self.dropped = total
        self.pixels = torch.zeros(total + 1, dtype=images[0].dtype, device=self.device)
        self._load(images)

    def _load(self, images: torch.Tensor | Sequence[torch.Tensor]) -> None:
        if isinstance(images, torch.Tensor):
            self._scatter(images, range(len(self.plans)), self.sizes)
            return
        # One launch for all: the images end to end, each moved from its place there to its slot.
        flat = torch.cat([image.reshape(-1) for image in images])
        lengths = [self.channels * height * width for height, width in self.sizes]
        shifts = [
            slot - end + length
            for (slot, _), end, length in zip(self.slots, accumulate(lengths), lengths, strict=True)
        ]
        host = torch.tensor([shifts, lengths], dtype=torch.int64)
        shift, length = host.to(self.device, non_blocking=True).unbind(0)
        moved = torch.repeat_interleave(shift, length, output_size=flat.numel())
        self.pixels.scatter_(0, moved + torch.arange(flat.numel(), device=self.device), flat)

    def run(self, members: Sequence[int]) -> None:
        """One round: the next step of these samples, which is the same operator for all of them."""
        steps = [self.plans[index][self.progress[index]] for index in members]
        for step in steps:
            check_channels(step, self.channels)
        group = group_of(steps, self.device)
        canvas = self._gather(members)
        result = steps[0].operator.kernel(canvas, group)
        sizes = [step.placement.size for step in steps]
        for index, size in zip(members, sizes, strict=True):
            self.progress[index] += 1
            self.sizes[index] = size
        self._scatter(result, members, sizes)

    def _places(self, members: Sequence[int], height: int, width: int) -> torch.Tensor:
        """Where a canvas' pixels lie in the arena: int64 (b, c, height, width); overhang in the last place."""
        rows = torch.tensor(
            [(self.slots[i][self.progress[i] % 2], *self.sizes[i]) for i in members],
            dtype=torch.int64,
        )
        start, own_height, own_width = (
            column.view(-1, 1, 1, 1) for column in rows.to(self.device, non_blocking=True).unbind(1)
        )
        channel = torch.arange(self.channels, device=self.device).view(1, -1, 1, 1)
        row = torch.arange(height, device=self.device).view(1, 1, -1, 1)
        column = torch.arange(width, device=self.device).view(1, 1, 1, -1)
        inside = (row < own_height) & (column < own_width)
        place = start + (channel * own_height + row) * own_width + column
        return torch.where(inside, place, self.dropped)

    def _gather(self, members: Sequence[int]) -> torch.Tensor:
        height = max(self.sizes[index].height for index in members)
        width = max(self.sizes[index].width for index in members)
        places = self._places(members, height, width)
        return self.pixels[places]

    def _scatter(self, canvas: torch.Tensor, members: Sequence[int], sizes: Sequence[Size]) -> None:
        height = max(size.height for size in sizes)
        width = max(size.width for size in sizes)
        places = self._places(members, height, width)
        self.pixels.scatter_(0, places.flatten(), canvas[..., :height, :width].reshape(-1))
        # The kernels may read the overhang: it must stay finite.
        self.pixels[self.dropped] = 0

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


def _largest_area(plan: Plan, size: Size) -> int:
    sizes = [size, *(step.placement.size for step in plan)]
    return max(height * width for height, width in sizes)
