"""Discriminators: one file each, one table, built by name.

discriminator = build_discriminator("unet_sn", features=32)
logits = discriminator(images)
logits, features = discriminator.judge(images)
"""

from realsr.models.discriminators.base import Discriminator, DiscriminatorArguments, Judged
from realsr.models.discriminators.table import DISCRIMINATORS, build_discriminator

__all__ = [
    "DISCRIMINATORS",
    "Discriminator",
    "DiscriminatorArguments",
    "Judged",
    "build_discriminator",
]
