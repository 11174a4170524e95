"""Our data as BasicSR's datasets: HR images degraded on-line by a pipeline, and pairs made beforehand.

An index names a source and a variant: the dataset is `variants` times as long as there are sources, so that
BasicSR's sampler, which tells a dataset no epoch, comes by every variant once before it repeats one. A sample
is a function of (seed, source, variant), whatever the workers, the batch size or the order.

Samples are BasicSR's: lq and gt `c h w` RGB float32 in [0, 1], always of three channels as its own readers have
them, and lq_path and gt_path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

import torch
from torch import Tensor
from torch.utils.data import Dataset

import degrade
from degrade import Key
from degrade.trust import NOTHING, Trust
from realsr.files.errors import RequestError
from realsr.images.crops import Cut
from realsr.images.pixels import to_float
from realsr.images.raster import Bytes
from realsr.interop.basicsr_augment import augmented
from realsr.interop.basicsr_options import OnlineOptions, PairsOptions, read_options
from realsr.pairs.crops import crop_of_pair
from realsr.pairs.hr_crops import HRCrops
from realsr.pairs.manifest import PairLine, read_manifest
from realsr.pairs.pictures import read_pair
from realsr.pairs.store.table import opened


class BasicSRSample(TypedDict):
    """One sample in BasicSR's words: lq is LR, gt is HR."""

    lq: Tensor
    gt: Tensor
    lq_path: str
    gt_path: str


class RealSROnlineDataset(Dataset[BasicSRSample]):
    """HR images degraded by a pipeline as they are asked for.

    opt: a section of an option file, see OnlineOptions. Turned before they are degraded, not after. Both paths
    are the source's. trust: what code of files the pipeline may run. Raises RequestError, PipelineError and,
    for a source that cannot be read, SourceError.
    """

    def __init__(self, opt: Mapping[str, Any], trust: Trust | Iterable[str] = NOTHING) -> None:
        self.opt = opt
        self.options = options = read_options(OnlineOptions, opt)
        self.crops = HRCrops(
            options.dataroot_gt, crop=options.crop, scale=options.scale, seed=options.seed
        )
        self.degradation = degrade.OnlineDegradation(
            options.pipeline, scale=options.scale, seed=options.seed, threads=1, trust=trust
        )

    def __len__(self) -> int:
        return len(self.crops) * self.options.variants

    def __getitem__(self, index: int) -> BasicSRSample:
        variant, place = divmod(index, len(self.crops))
        crop = self.crops[place, variant]
        hr = _in_colour(crop["hr"])
        if self.options.phase == "train":
            key = Key(self.options.seed, crop["source"], variant)
            (hr,) = augmented((hr,), key, hflip=self.options.use_hflip, rot=self.options.use_rot)
        pair = self.degradation(hr[None], [crop["source"]], variant)
        path = str(self.crops.sources[place].path)
        return BasicSRSample(lq=pair.lr[0], gt=pair.hr[0], lq_path=path, gt_path=path)


class RealSRPairsDataset(Dataset[BasicSRSample]):
    """Pairs that make-pairs stored, checked against their manifest as they are read.

    opt: a section of an option file, see PairsOptions. In `train` a crop at a drawn place of each. Raises
    RequestError, ManifestError and, for a file that is missing or of another size, SourceError.
    """

    def __init__(self, opt: Mapping[str, Any]) -> None:
        self.opt = opt
        self.options = read_options(PairsOptions, opt)
        self.store = opened(self.options.dataroot)
        header, pairs = read_manifest(self.store)
        if header.scale != self.options.scale:
            raise RequestError(
                f"{self.store.root} holds pairs of scale {header.scale}, "
                f"the option file says {self.options.scale}"
            )
        self.pairs = list(pairs)
        if not self.pairs:
            raise RequestError(f"{self.store.root} holds no pairs")
        self.cut = Cut(self.options.scale, _side(self.options))

    def __len__(self) -> int:
        return len(self.pairs) * self.options.variants

    def __getitem__(self, index: int) -> BasicSRSample:
        variant, place = divmod(index, len(self.pairs))
        pair = self.pairs[place]
        key = Key(self.options.seed, pair.key, variant)
        lr, hr = self._cropped(pair, key)
        if self.options.phase == "train":
            lr, hr = augmented(
                (lr, hr), key, hflip=self.options.use_hflip, rot=self.options.use_rot
            )
        paths = str(self.store.lr(pair.key).path), str(self.store.hr(pair.key).path)
        return BasicSRSample(lq=lr, gt=hr, lq_path=paths[0], gt_path=paths[1])

    def _cropped(self, pair: PairLine, key: Key) -> tuple[Tensor, Tensor]:
        crop = crop_of_pair(read_pair(self.store, pair), self.cut, key)
        return _tensor(crop.lr), _tensor(crop.hr)


def _side(options: PairsOptions) -> int | None:
    crop = options.crop
    if crop is not None and crop % options.scale:
        raise RequestError(f"gt_size {crop} is not a multiple of the scale {options.scale}")
    return crop


def _tensor(pixels: Bytes) -> Tensor:
    return _in_colour(to_float(pixels, torch.device("cpu")).contiguous())


def _in_colour(image: Tensor) -> Tensor:
    """Three channels, grey repeated."""
    return image.expand(3, -1, -1).contiguous() if image.shape[0] == 1 else image
