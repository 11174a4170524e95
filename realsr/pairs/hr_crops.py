"""HR crops for on-line training, addressed like the pairs on disk: by source and variant.

    crops = HRCrops([Path("photos")], crop=256, scale=4, seed=0, rgb=True)
    order = KeyedSampler(len(crops), seed=0)
    loader = DataLoader(crops, batch_size=16, sampler=order, num_workers=4)
    degradation = degrade.OnlineDegradation("second_order", scale=4, seed=0)
    for epoch in range(epochs):
        order.set_epoch(epoch)
        for batch in loader:
            hr, lr = degradation(batch["hr"].to(device), batch["source"], batch["variant"])

The epoch travels with every index, so no worker needs to be told about it, persistent workers included.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np
import torch
from torch.utils.data import Dataset, Sampler

import degrade
from degrade import Key
from realsr.files.errors import RequestError
from realsr.images.crops import Cut
from realsr.images.errors import SourceError
from realsr.images.pixels import to_float
from realsr.images.reading import Bytes, Reading, opened
from realsr.images.sources import Source, discover
from realsr.pairs.crops import crop_of_photograph

Place = tuple[int, int]
"""A source's index and the variant (the epoch)."""


class Crop(TypedDict):
    """hr: c h w float32 in [0, 1]; source: its id; variant: the epoch."""

    hr: torch.Tensor
    source: str
    variant: int


class HRCrops(Dataset[Crop]):
    """One crop of every source and variant, cut where `make-pairs` cuts it for the same seed.

    roots: directories (recursively) and files. crop: side in HR pixels, a multiple of scale; None for whole
    pictures, cut right and bottom to a multiple of it. rgb: grey pictures get three equal channels, so that a
    batch may hold both kinds.
    Indexed by (source index, variant); a plain index means variant 0. A source that cannot be read raises
    SourceError with its path: a training set with holes should be known before step one.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        *,
        crop: int | None,
        scale: int,
        seed: int = 0,
        reading: Reading | None = None,
        rgb: bool = False,
    ) -> None:
        self.sources = discover(roots).sources
        if not self.sources:
            raise RequestError(f"no images under {', '.join(map(str, roots))}")
        self.cut = Cut(scale, crop)
        self.seed = seed
        self.reading = reading or Reading()
        self.rgb = rgb

    def __len__(self) -> int:
        return len(self.sources)

    def __getitem__(self, place: Place | int) -> Crop:
        index, variant = place if isinstance(place, tuple) else (place, 0)
        source = self.sources[index]
        try:
            pixels = self._cut_out(source, variant)
        except SourceError as error:
            raise SourceError(error.kind, f"{source.path}: {error.reason}") from error
        hr = to_float(pixels, torch.device("cpu"))
        hr = hr.expand(3 if self.rgb else -1, -1, -1).contiguous()
        return Crop(hr=hr, source=source.id, variant=variant)

    def _cut_out(self, source: Source, variant: int) -> Bytes:
        with opened(source.path, self.reading) as image:
            self.cut.check(image.size)
            key = Key(self.seed, source.id, variant)
            return crop_of_photograph(image.pixels(), self.cut, key)


class KeyedSampler(Sampler[Place]):
    """Every source once an epoch, in an order that only (seed, epoch) decides.

    rank, world: this process' share under distributed training; the order is padded from its beginning so that
    all shares have one length. `state_dict` and `load_state_dict` go on in the middle of an epoch: give
    `state_dict` the number of places that training has consumed, which prefetching workers run ahead of.
    """

    def __init__(
        self, length: int, *, seed: int = 0, shuffle: bool = True, rank: int = 0, world: int = 1
    ) -> None:
        if not 0 <= rank < world:
            raise RequestError(f"rank {rank} of {world} processes; expected 0 <= rank < world")
        self.length, self.seed, self.shuffle = length, seed, shuffle
        self.rank, self.world = rank, world
        self.epoch = 0
        self.start = 0

    def set_epoch(self, epoch: int) -> None:
        """The epoch, which is the variant that the places carry; a restored one goes on where it stood."""
        if epoch != self.epoch:
            self.epoch, self.start = epoch, 0

    def __len__(self) -> int:
        return -(-self.length // self.world) - self.start

    def __iter__(self) -> Iterator[Place]:
        order = self._order()
        padded = np.resize(order, -(-self.length // self.world) * self.world)
        for index in padded[self.rank :: self.world][self.start :]:
            yield int(index), self.epoch
        self.start = 0

    def _order(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        if not self.shuffle:
            return np.arange(self.length)
        keys = [Key(self.seed, f"place {index}", self.epoch) for index in range(self.length)]
        return np.argsort(degrade.draw_uniforms(keys, [("epoch", "order")])[:, 0], kind="stable")

    def state_dict(self, consumed: int) -> dict[str, int]:
        """Where training stands: the epoch and the places consumed in it."""
        return {"epoch": self.epoch, "start": self.start + consumed}

    def load_state_dict(self, state: dict[str, int]) -> None:
        share = -(-self.length // self.world)
        if not 0 <= state["start"] <= share:
            raise RequestError(
                f"the state stands at place {state['start']} of an epoch of {share}: it is another dataset's"
            )
        self.epoch, self.start = state["epoch"], state["start"]
