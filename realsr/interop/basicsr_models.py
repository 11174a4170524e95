"""BasicSR's own trainings on HR photographs, degraded on the model's device as a batch is fed.

The dataset hands over HR crops with their addresses; `feed_data` makes the LR. So a GPU degrades a batch at
once, and the processes of the loader only read and cut. Losses, networks and checkpoints are BasicSR's.

BasicSR's classes exist only where it is installed, so ours are made when they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypedDict

import torch
from pydantic import ValidationError
from torch import Tensor
from torch.utils.data import Dataset

import degrade
from degrade import Key
from degrade.reader.records import Strict
from degrade.reader.sentences import lines, placed
from realsr.files.errors import RequestError
from realsr.interop.basicsr_augment import augmented
from realsr.interop.basicsr_import import load
from realsr.interop.basicsr_options import PhotographOptions, read_options
from realsr.pairs.hr_crops import HRCrops

BASES = {
    "RealSRDegradingModel": ("basicsr.models.sr_model", "SRModel"),
    "RealSRDegradingGANModel": ("basicsr.models.srgan_model", "SRGANModel"),
}
"""model_type of an option file, and BasicSR's class under it: a content loss alone, and a GAN."""


class Photograph(TypedDict):
    """An HR crop and its address, in BasicSR's words: gt is HR."""

    gt: Tensor
    gt_path: str
    source: str
    variant: int


class RealSRPhotographsDataset(Dataset[Photograph]):
    """HR crops for a model that degrades them. opt: a section of an option file, see PhotographOptions."""

    def __init__(self, opt: Mapping[str, Any]) -> None:
        self.opt = opt
        self.options = options = read_options(PhotographOptions, opt)
        self.crops = HRCrops(
            options.dataroot_gt,
            crop=options.crop,
            scale=options.scale,
            seed=options.seed,
            rgb=True,
        )

    def __len__(self) -> int:
        return len(self.crops) * self.options.variants

    def __getitem__(self, index: int) -> Photograph:
        variant, place = divmod(index, len(self.crops))
        crop = self.crops[place, variant]
        hr = crop["hr"]
        if self.options.phase == "train":
            key = Key(self.options.seed, crop["source"], variant)
            (hr,) = augmented((hr,), key, hflip=self.options.use_hflip, rot=self.options.use_rot)
        path = str(self.crops.sources[place].path)
        return Photograph(gt=hr, gt_path=path, source=crop["source"], variant=variant)


class DegradationOptions(Strict):
    """`degradation:` of an option file. pipeline: a name or a file. seed: of its draws."""

    pipeline: str
    seed: int = 0


def degradation_of(opt: Mapping[str, Any]) -> degrade.OnlineDegradation:
    """What an option file's `degradation:` asks for, at its scale. Raises RequestError, PipelineError."""
    section = opt.get("degradation")
    if not isinstance(section, Mapping):
        raise RequestError(
            "degradation is missing: give `degradation: {pipeline: NAME}` at the top of the option file"
        )
    try:
        options = DegradationOptions.model_validate(dict(section))
    except ValidationError as error:
        known = list(DegradationOptions.model_fields)
        faults = lines(error, lambda fault: placed(fault, known))
        raise RequestError(f"degradation: {'; '.join(faults)}") from error
    return degrade.OnlineDegradation(options.pipeline, scale=opt["scale"], seed=options.seed)


def degraded(
    degradation: degrade.OnlineDegradation, data: Mapping[str, Any], device: torch.device
) -> dict[str, Any]:
    """A batch of the loader with its pair: `gt` and `lq` on the device. One that has an `lq` stays as it is.

    Raises RequestError for a batch without addresses.
    """
    if "lq" in data:
        return dict(data)
    if not {"gt", "source", "variant"} <= data.keys():
        raise RequestError(
            "the dataset hands over no addresses of its photographs: use `type: RealSRPhotographsDataset`"
        )
    pair = degradation(data["gt"].to(device, non_blocking=True), data["source"], data["variant"])
    return {**data, "gt": pair.hr, "lq": pair.lr}


@cache
def models() -> tuple[type, ...]:
    """Our model classes, as types that BasicSR's registry takes. Raises MissingBasicSRError."""
    return tuple(
        _class(name, getattr(load(module), base)) for name, (module, base) in BASES.items()
    )


def _class(name: str, base: Any) -> type:
    def begin(self: Any, opt: dict[str, Any]) -> None:
        self.degradation = degradation_of(opt)
        base.__init__(self, opt)

    def feed_data(self: Any, data: Mapping[str, Any]) -> None:
        base.feed_data(self, degraded(self.degradation, data, self.device))

    said = f"BasicSR's {base.__name__}, fed with photographs that are degraded on its device."
    body = {"__init__": begin, "feed_data": feed_data, "__doc__": said, "__module__": __name__}
    return type(name, (base,), body)
