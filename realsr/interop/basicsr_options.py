"""A `datasets:` section of a BasicSR option file, read strictly.

BasicSR hands a dataset the whole section, its loader's keys included; those are known and passed over. Any
other key that we do not know is refused with the nearest one that we do.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, ValidationError

from degrade.reader.records import Strict
from degrade.reader.sentences import lines, placed
from realsr.files.errors import RequestError

LOADER_KEYS = frozenset(
    (
        *("name", "type", "io_backend", "use_shuffle", "dataset_enlarge_ratio", "pin_memory"),
        *("num_worker_per_gpu", "batch_size_per_gpu", "persistent_workers"),
        *("prefetch_mode", "num_prefetch_queue"),
    )
)
"""Keys that BasicSR reads itself, or that its own file readers want."""


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


class DatasetOptions(Strict):
    """What every dataset of ours takes. phase and scale are BasicSR's to fill in.

    gt_size: side of the HR crop in `train`; validation takes whole images. variants: how often a source counts
    in the dataset's length, each time with draws of its own. use_hflip: mirror half of them; use_rot: also
    upside down, and rows for columns, half of them each.
    """

    phase: Literal["train", "val", "test"]
    scale: int = Field(ge=1)
    gt_size: int | None = Field(default=None, ge=1)
    seed: int = 0
    variants: int = Field(default=1, ge=1)
    use_hflip: bool = False
    use_rot: bool = False

    @property
    def crop(self) -> int | None:
        """Side of the HR crop, None for the whole image. Raises RequestError in `train` without gt_size."""
        if self.phase != "train":
            return None
        if self.gt_size is None:
            raise RequestError("gt_size is missing: give the side of the HR crop in pixels")
        return self.gt_size


class PhotographOptions(DatasetOptions):
    """dataroot_gt: folders (recursively) or files of HR images, one or a list."""

    dataroot_gt: Annotated[tuple[Path, ...], BeforeValidator(_as_list)]


class OnlineOptions(PhotographOptions):
    """pipeline: a name or a file."""

    pipeline: str


class PairsOptions(DatasetOptions):
    """dataroot: a folder that make-pairs made."""

    dataroot: Path


Options = TypeVar("Options", bound=DatasetOptions)


def read_options(kind: type[Options], section: Mapping[str, Any]) -> Options:
    """The options of a section. Raises RequestError with every fault, and near names for unknown keys."""
    own = {key: value for key, value in section.items() if key not in LOADER_KEYS}
    try:
        return kind.model_validate(own)
    except ValidationError as error:
        where = f"datasets, {section.get('name', section.get('phase', '?'))}"
        known = [*kind.model_fields, *sorted(LOADER_KEYS)]
        faults = lines(error, lambda fault: placed(fault, known))
        raise RequestError(f"{where}: {'; '.join(faults)}") from error
