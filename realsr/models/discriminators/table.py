"""The table of discriminators, and how one is built by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import Field, ValidationError

from degrade.table import Table
from realsr.models.argument_errors import explained
from realsr.models.discriminators.base import Discriminator, DiscriminatorArguments
from realsr.models.discriminators.enhancenet import (
    EnhanceNetDiscriminator,
    EnhanceNetDiscriminatorArguments,
)
from realsr.models.discriminators.multi_scale import MultiScaleDiscriminator
from realsr.models.discriminators.patch import Patch, PatchArguments
from realsr.models.discriminators.sftgan import (
    SFTGANDiscriminator,
    SFTGANDiscriminatorArguments,
)
from realsr.models.discriminators.srgan import SRGANArguments, SRGANDiscriminator
from realsr.models.discriminators.unet import UNetArguments, UNetSN
from realsr.models.discriminators.vgg_style import VGGStyle, VGGStyleArguments
from realsr.models.errors import ModelError

A = TypeVar("A", bound=DiscriminatorArguments)


@dataclass(frozen=True)
class DiscriminatorRow(Generic[A]):
    """A row of the table of discriminators."""

    name: str
    arguments: type[A]
    build: Callable[[A], Discriminator]
    summary: str


class MultiScaleDiscriminatorArguments(DiscriminatorArguments):
    """Which discriminator is repeated, and over how many sizes."""

    member: str = Field(default="patch", description="name of a discriminator")
    member_arguments: Mapping[str, Any] = Field(default={}, description="its arguments")
    sizes: int = Field(default=3, ge=1, description="full, half, quarter, ...")


def build_discriminator(row: str | DiscriminatorRow[Any], **arguments: Any) -> Discriminator:
    """A discriminator of the table, by its name or row. Raises ModelError for an unknown name or argument."""
    row = _row(row)
    return row.build(checked_arguments(row, **arguments))


def checked_arguments(row: str | DiscriminatorRow[Any], **arguments: Any) -> DiscriminatorArguments:
    """The arguments of `build_discriminator` as its row's record. Raises ModelError."""
    row = _row(row)
    try:
        found: DiscriminatorArguments = row.arguments(**arguments)
    except ValidationError as error:
        raise ModelError(explained(row.name, row.arguments, error)) from error
    return found


def _row(row: str | DiscriminatorRow[Any]) -> DiscriminatorRow[Any]:
    return DISCRIMINATORS.row(row) if isinstance(row, str) else row


def _multi_scale(arguments: MultiScaleDiscriminatorArguments) -> MultiScaleDiscriminator:
    given = {"channels": arguments.inputs, **arguments.member_arguments}
    members = [build_discriminator(arguments.member, **given) for _ in range(arguments.sizes)]
    return MultiScaleDiscriminator(arguments, members)


_ROWS: tuple[DiscriminatorRow[Any], ...] = (
    DiscriminatorRow("vgg", VGGStyleArguments, VGGStyle, "ESRGAN's: whole images of any size"),
    DiscriminatorRow("unet_sn", UNetArguments, UNetSN, "Real-ESRGAN's: every pixel"),
    DiscriminatorRow("patch", PatchArguments, Patch, "pix2pix's: every 70 x 70 patch"),
    DiscriminatorRow("srgan", SRGANArguments, SRGANDiscriminator, "SRGAN's: whole images"),
    DiscriminatorRow(
        "sftgan",
        SFTGANDiscriminatorArguments,
        SFTGANDiscriminator,
        "SFT-GAN's: whole images, and which class they show",
    ),
    DiscriminatorRow(
        "enhancenet",
        EnhanceNetDiscriminatorArguments,
        EnhanceNetDiscriminator,
        "EnhanceNet's: whole images, no normalisation",
    ),
    DiscriminatorRow(
        "multi_scale",
        MultiScaleDiscriminatorArguments,
        _multi_scale,
        "one of the others at several sizes",
    ),
)

DISCRIMINATORS: Table[DiscriminatorRow[Any]] = Table("discriminator", _ROWS, ModelError)
