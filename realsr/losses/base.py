"""What a loss is: a row that joins typed arguments, a function of a batch and its facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Literal, TypeVar

from torch import Tensor

from degrade.functional.color import studio_luma
from realsr.backbones.settings import Settings
from realsr.losses.errors import LossError, MissingInputError
from realsr.losses.precision import widened

Domain = Literal["rgb", "y"]
"""What a loss compares: the images as they are, or their BT.601 luma (studio range, scaled to [0, 1])."""

Logits = Tensor | Sequence[Tensor]
"""A discriminator's answer: b 1, a map b 1 h w, or one of them for each of several scales."""


@dataclass(frozen=True)
class Batch:
    """All that a generator's losses may look at in one step.

    sr, hr: b c H W, [0, 1]; sr is neither clamped nor rounded. lr: b c h w, what sr was made from.
    levels: (sr, hr) of the smaller outputs of a progressive network, or of a recursive one's depths.
    degrade_again: the degradation that made lr from hr, with the same draws, as a function of HR-size images.
    ema: the output of the generator's moving average, without gradient.
    fake_logits, real_logits: the discriminator's answers to sr and hr, not passed through a sigmoid.
    fake_features, real_features: its inner activations, in one order. fake_classes: its class head's logits of
    sr, b k. labels: the classes of the images, (b,). scores: a ranker's answer to sr, b 1.
    autoencode: an autoencoder as a function of HR-size images.
    """

    sr: Tensor
    hr: Tensor
    lr: Tensor | None = None
    levels: Sequence[tuple[Tensor, Tensor]] = field(default=())
    degrade_again: Callable[[Tensor], Tensor] | None = None
    ema: Tensor | None = None
    fake_logits: Logits | None = None
    real_logits: Logits | None = None
    fake_features: Sequence[Tensor] | None = None
    real_features: Sequence[Tensor] | None = None
    scores: Tensor | None = None
    fake_classes: Tensor | None = None
    labels: Tensor | None = None
    autoencode: Callable[[Tensor], Tensor] | None = None

    def __post_init__(self) -> None:
        for sr, hr in ((self.sr, self.hr), *self.levels):
            if sr.ndim != 4 or sr.shape != hr.shape:
                raise LossError(
                    f"sr {tuple(sr.shape)}, hr {tuple(hr.shape)}: expected equal shapes b c H W; "
                    "does the scale of the model agree with that of the data?"
                )

    def widened(self) -> Batch:
        """The same batch, images and logits of half precision as float32; features stay what they are."""
        return replace(
            self,
            sr=widened(self.sr),
            hr=widened(self.hr),
            lr=None if self.lr is None else widened(self.lr),
            levels=[(widened(sr), widened(hr)) for sr, hr in self.levels],
            ema=None if self.ema is None else widened(self.ema),
            fake_logits=_wide_logits(self.fake_logits),
            real_logits=_wide_logits(self.real_logits),
            scores=None if self.scores is None else widened(self.scores),
            fake_classes=None if self.fake_classes is None else widened(self.fake_classes),
        )

    def in_domain(self, domain: Domain) -> Batch:
        """The same batch, its HR-size images seen in a domain."""
        if domain == "rgb":
            return self
        return replace(
            self,
            sr=studio_luma(self.sr),
            hr=studio_luma(self.hr),
            levels=[(studio_luma(sr), studio_luma(hr)) for sr, hr in self.levels],
            ema=None if self.ema is None else studio_luma(self.ema),
        )

    def at_level(self, sr: Tensor, hr: Tensor) -> Batch:
        """The same batch with another pair of images to compare."""
        return replace(self, sr=sr, hr=hr, levels=())


def _wide_logits(logits: Logits | None) -> Logits | None:
    if logits is None or isinstance(logits, Tensor):
        return None if logits is None else widened(logits)
    return [widened(one) for one in logits]


Evaluate = Callable[[Batch], Tensor]
"""A loss with its arguments bound: a batch -> a scalar."""

A = TypeVar("A", bound=Settings)
T = TypeVar("T")


@dataclass(frozen=True)
class Loss(Generic[A]):
    """A row of the table of losses.

    build: arguments -> function of a batch. It loads nothing; what needs weights loads them at its first use,
    or at `prepare` where the function has one. needs: arguments -> fields of Batch beyond sr and hr that must
    be there.
    luma: whether the loss can be taken in the domain y.
    source: the paper, and our choice where it is silent.
    """

    name: str
    arguments: type[A]
    build: Callable[[A], Evaluate]
    summary: str
    source: str
    needs: Callable[[A], tuple[str, ...]] = lambda _: ()
    luma: bool = True


HOW: dict[str, str] = {
    "lr": "hand in the LR images that sr was made from",
    "degrade_again": "hand in the degradation that made lr, as a function: "
    "lambda sr: degrade.apply_lr(traces, sr)",
    "autoencode": "hand in a trained autoencoder, as a function of images",
    "ema": "hand in the output of the generator's moving average",
    "fake_logits": "run the discriminator on sr",
    "real_logits": "run the discriminator on hr",
    "fake_features": "run a discriminator that gives its features on sr",
    "real_features": "run a discriminator that gives its features on hr",
    "fake_classes": "run a discriminator with a class head on sr",
    "labels": "hand in the class of each image",
    "scores": "run the trained ranker on sr",
}


def check_needs(batch: Batch, needs: tuple[str, ...], loss: str) -> None:
    """Raises MissingInputError for the first field that a loss needs and the batch lacks."""
    for name in needs:
        if getattr(batch, name) is None:
            raise MissingInputError(f"the loss {loss} needs Batch.{name}: {HOW[name]}")


def given(value: T | None) -> T:
    """A field that `check_needs` has seen to be there."""
    assert value is not None
    return value
