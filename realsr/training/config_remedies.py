"""Remedies against what goes wrong in a GAN's training, each one key of a configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from degrade.reader.records import Strict
from realsr.training.config_data import Positive, Rate


class AdaptiveConfig(Strict):
    """Each change of a view is made with a probability that follows how sure the discriminator is (ADA, Karras
    et al., NeurIPS 2020): it starts at 0 and rises while r_t, the mean sign of its answers to real images, is
    above `target`, else it falls. every: steps from one look at r_t to the next. images: real images that the
    way from 0 to 1 takes.
    """

    target: Annotated[float, Field(gt=-1, lt=1)] = 0.6
    every: Positive = 4
    images: Positive = 500_000


class BandsConfig(Strict):
    """The discriminator judges details alone: images less their smooth part behind so many levels of the
    starlet transform, whose smallest details are pixels wide. What is smooth is the content losses' affair.
    """

    levels: Annotated[int, Field(ge=1, le=6)] = 1


class AutoencoderConfig(Strict):
    """The autoencoder of the loss `aesop` (Lee et al., CVPR 2025), with a bottleneck of the LR's size.

    It is trained before the first step, on the training's HR crops by L1, for `steps` steps; or read from the
    `file` that another training left. features, blocks: of its encoder and of its decoder.
    """

    steps: Positive = 2000
    lr: Rate = 1e-3
    features: Positive = 32
    blocks: Positive = 4
    file: Path | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        told = self.model_fields_set - {"file"}
        given = {key for key in told if getattr(self, key) != type(self).model_fields[key].default}
        if self.file is not None and given:
            raise ValueError(
                f"a file says what its autoencoder is: leave {', '.join(sorted(given))} out"
            )
        return self
