"""An auxiliary classifier in the discriminator: a generated image is to show the class of its maps."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor
from torch.nn import functional

from realsr.backbones.settings import Settings
from realsr.losses.base import Evaluate, Loss, given


def class_loss(logits: Tensor, labels: Tensor, ignored: int | None = 0) -> Tensor:
    """Mean cross entropy of `b k` logits and the classes `b` over the images whose class is not `ignored`; 0
    where none is left.
    """
    losses = functional.cross_entropy(logits, labels, reduction="none")
    counted = (
        (labels != ignored).to(losses) if ignored is not None else losses.new_ones(len(losses))
    )
    return (losses * counted).sum() / counted.sum().clamp(min=1.0)


class ClassArguments(Settings):
    """ignored: a class of which nothing is asked. The authors' code leaves out 0, the background, since it may
    show anything."""

    ignored: int | None = Field(default=0, ge=0)


def _classes(a: ClassArguments) -> Evaluate:
    return lambda batch: class_loss(given(batch.fake_classes), given(batch.labels), a.ignored)


AUXILIARY_CLASS = Loss(
    "auxiliary_class",
    ClassArguments,
    _classes,
    "Cross entropy of the discriminator's class head on SR.",
    "SFT-GAN, Wang et al., CVPR 2018; Odena et al., ICML 2017; the class of an image is its maps' largest",
    needs=lambda _: ("fake_classes", "labels"),
    luma=False,
)
