"""The objective of a discriminator: its side of the game and its gradient penalties."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor

from realsr.losses.adversarial import GanArguments, discriminator_loss
from realsr.losses.classes import class_loss
from realsr.losses.errors import MissingInputError
from realsr.losses.objective import Losses
from realsr.losses.penalties import Discriminator, one_centred, zero_centred

PENALTIES = ("r1", "r2", "gradient_penalty")
"""Terms that are not of every step where `every` is not 1."""


class DiscriminatorObjective(GanArguments):
    """Which game, and which penalties; written in YAML beside a generator's terms.

    The kind is the generator's. R3GAN is {kind: relativistic, r1: g, r2: g}; WGAN-GP {kind: wgan,
    gradient_penalty: 10}. Lazy penalties (every > 1) are taken every so many steps, that many times as strong
    (StyleGAN2, Karras et al., CVPR 2020, appendix B).
    """

    r1: float = Field(default=0.0, ge=0, description="gamma: gamma / 2 E ||gradient||^2 on real")
    r2: float = Field(default=0.0, ge=0, description="gamma: the same on generated images")
    gradient_penalty: float = Field(default=0.0, ge=0, description="lambda of WGAN-GP")
    every: int = Field(default=1, ge=1, description="steps from one penalty to the next")
    auxiliary: float = Field(
        default=0.0,
        ge=0,
        description="weight of the class head's cross entropy on real and on generated",
    )
    ignored: int | None = Field(default=0, ge=0, description="class that the head is not asked for")

    def evaluate(
        self,
        discriminator: Discriminator,
        real: Tensor,
        fake: Tensor,
        step: int = 0,
        mix: Tensor | None = None,
    ) -> Losses:
        """The discriminator's losses of one step; no gradient reaches the generator.

        real, fake: b c H W. mix: (b,), uniform in [0, 1], for `gradient_penalty` alone, so that the caller's
        generator of random numbers is the one that is used. Raises MissingInputError without it.
        """
        due = step % self.every == 0
        real = real.detach().requires_grad_(bool(due and self.r1))
        fake = fake.detach().requires_grad_(bool(due and self.r2))
        on_real, on_fake = discriminator(real), discriminator(fake)
        raw = {"adversarial": discriminator_loss(self, on_real, on_fake)}
        if due and self.r1:
            raw["r1"] = zero_centred(on_real, real)
        if due and self.r2:
            raw["r2"] = zero_centred(on_fake, fake)
        if due and self.gradient_penalty:
            raw["gradient_penalty"] = one_centred(discriminator, real, fake, _drawn(mix))
        return Losses.of(raw, self._weights())

    def with_classes(self, losses: Losses, real: Tensor, fake: Tensor, labels: Tensor) -> Losses:
        """The same losses and the class head's: b k logits on real and on generated images, classes (b,)."""
        told = {
            f"classes_{side}": class_loss(logits, labels, self.ignored)
            for side, logits in (("real", real), ("fake", fake))
        }
        added = Losses.of(told, dict.fromkeys(told, self.auxiliary))
        return Losses(
            losses.raw | added.raw, losses.weighted | added.weighted, losses.total + added.total
        )

    def _weights(self) -> dict[str, float]:
        return {
            "adversarial": 1.0,
            "r1": 0.5 * self.r1 * self.every,
            "r2": 0.5 * self.r2 * self.every,
            "gradient_penalty": self.gradient_penalty * self.every,
        }


def _drawn(mix: Tensor | None) -> Tensor:
    if mix is None:
        raise MissingInputError(
            "gradient_penalty needs `mix`: hand in torch.rand(b, generator=...), one share an image"
        )
    return mix
