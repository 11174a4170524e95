"""What a training is fed and what it is validated on: photographs, stored pairs, pipelines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from degrade.reader.records import Strict

Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(gt=0)]


def _listed(value: Any) -> Any:
    """One path stands for a list of one."""
    return [value] if isinstance(value, str | Path) else value


Paths = Annotated[tuple[Path, ...], BeforeValidator(_listed)]


class DataConfig(Strict):
    """HR photographs degraded on-line, stored pairs, or both.

    crop: side of the HR crops in pixels. batch: pairs of one process in one step. pairs_share: of the samples
    that come from `pairs` where there are both. cache: keeps decoded photographs in memory. scales: of which
    each step draws one, for a network with several (MDSR, CARN); none: the model's alone. maps: a folder with
    the classes of each photograph, `ID.png`, for a network that is told them.
    """

    hr: Paths = ()
    pairs: Paths = ()
    pairs_share: Share = 0.5
    pipeline: str = "bicubic"
    crop: Positive
    batch: Positive = 16
    workers: Positive = 2
    scales: tuple[Positive, ...] = ()
    augment: bool = Field(default=True, description="the eight flips and quarter turns")
    cache: bool = False
    maps: Path | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.hr and not self.pairs:
            raise ValueError("no data: give folders under hr (photographs) or pairs (make-pairs)")
        return self

    @property
    def share(self) -> float:
        """The share of stored pairs."""
        if not self.hr or not self.pairs:
            return float(bool(self.pairs))
        return self.pairs_share


class SetConfig(Strict):
    """A validation set: whole photographs, degraded by one pipeline with frozen draws.

    hr: its photographs. held_out: in their place a share of `data.hr`, which is then not trained on. maps: the
    classes of its own photographs; of held-out ones they are those of `data.maps`.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")]
    hr: Paths = ()
    pipeline: str = "bicubic"
    limit: Positive | None = None
    held_out: Annotated[float, Field(gt=0, lt=1)] | None = None
    maps: Path | None = None

    @model_validator(mode="after")
    def _photographs(self) -> Self:
        if bool(self.hr) == (self.held_out is not None):
            raise ValueError(
                f"validation set {self.name}: give its photographs under hr, or held_out, a share of data.hr"
            )
        return self


class ValidationConfig(Strict):
    """every: steps from one validation to the next. border: pixels left out all round; None: the scale."""

    every: Positive = 5000
    sets: tuple[SetConfig, ...] = ()
    border: Count | None = None

    @property
    def held_out(self) -> list[tuple[float, int | None]]:
        """What decides which photographs of `data.hr` are not trained on: each set's share, and its limit."""
        found = [(each.held_out, each.limit) for each in self.sets if each.held_out is not None]
        return sorted(set(found), key=str)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [each.name for each in self.sets]
        if len(set(names)) < len(names):
            raise ValueError(f"two sets have one name among {', '.join(names)}")
        return self
