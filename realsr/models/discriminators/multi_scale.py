"""Several discriminators of one kind, each looking at the image at half the size of the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from realsr.models.discriminators.base import Discriminator, DiscriminatorArguments, Judged


class MultiScaleDiscriminator(Discriminator):
    """Wang et al., pix2pixHD, CVPR 2018: `b n`, the logits of all members one after the other.

    A mean over them weighs every logit alike, and so the finest scale most; `judge_each` gives the members
    apart for a mean by scale. Members take the joined image: they have no lr_scale of their own.
    """

    def __init__(self, arguments: DiscriminatorArguments, members: Sequence[Discriminator]) -> None:
        super().__init__(arguments)
        self.members = nn.ModuleList(members)

    def judge_joined(self, x: Tensor) -> Judged:
        judgements = self._each(x)
        logits = torch.cat([each.logits.flatten(1) for each in judgements], dim=1)
        return Judged(logits, tuple(f for each in judgements for f in each.features))

    def judge_each(self, images: Tensor, lr: Tensor | None = None) -> tuple[Judged, ...]:
        """The judgement of every member, the one at full size first."""
        return self._each(self._joined(images, lr))

    def _each(self, x: Tensor) -> tuple[Judged, ...]:
        judgements = []
        for index, member in enumerate(self._members()):
            x = _halved(x) if index else x
            judgements.append(member.judge(x))
        return tuple(judgements)

    def _members(self) -> Iterator[Discriminator]:
        yield from (member for member in self.members if isinstance(member, Discriminator))


def _halved(x: Tensor) -> Tensor:
    return functional.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
