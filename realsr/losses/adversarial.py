"""Adversarial losses of both sides as functions of logits: the discriminator's answers before any sigmoid.

C(x) is a logit, r the real images' logits, f the generated ones': a vector, or a map that is averaged. Each
function gives a scalar. Which tensors carry a gradient is the caller's matter: f of detached images on the
discriminator's side; on the generator's, r too where the loss is relativistic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Self

import torch
from pydantic import model_validator
from torch import Tensor
from torch.nn import functional

from realsr.backbones.settings import Settings
from realsr.losses.base import Batch, Evaluate, Logits, Loss
from realsr.losses.errors import LossError, MissingInputError

GanKind = Literal["vanilla", "lsgan", "hinge", "wgan", "relativistic_average", "relativistic"]

Reduction = Literal["paper", "half"]
"""Of the relativistic average loss: the paper's sum of two terms, or half of it, as common trainers have."""

Side = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Gan:
    """Both sides of a game, each of (r, f), and the paper they are from."""

    generator: Side
    discriminator: Side
    source: str
    uses_real: bool = False


def _is_real(logits: Tensor) -> Tensor:
    """-E log sigmoid(logits), without overflow."""
    return functional.softplus(-logits).mean()


def _is_fake(logits: Tensor) -> Tensor:
    """-E log(1 - sigmoid(logits)), without overflow."""
    return functional.softplus(logits).mean()


def vanilla_generator(r: Tensor, f: Tensor) -> Tensor:
    """-E log D(f), the form that does not saturate."""
    return _is_real(f)


def vanilla_discriminator(r: Tensor, f: Tensor) -> Tensor:
    """-E log D(r) - E log(1 - D(f))."""
    return _is_real(r) + _is_fake(f)


def lsgan_generator(r: Tensor, f: Tensor) -> Tensor:
    """E (f - 1)^2 / 2."""
    return 0.5 * (f - 1.0).square().mean()


def lsgan_discriminator(r: Tensor, f: Tensor) -> Tensor:
    """E (r - 1)^2 / 2 + E f^2 / 2."""
    return 0.5 * (r - 1.0).square().mean() + 0.5 * f.square().mean()


def hinge_discriminator(r: Tensor, f: Tensor) -> Tensor:
    """E max(0, 1 - r) + E max(0, 1 + f)."""
    return functional.relu(1.0 - r).mean() + functional.relu(1.0 + f).mean()


def critic_generator(r: Tensor, f: Tensor) -> Tensor:
    """-E f, of the hinge loss and of Wasserstein's."""
    return -f.mean()


def wgan_discriminator(r: Tensor, f: Tensor) -> Tensor:
    """E f - E r."""
    return f.mean() - r.mean()


def relativistic_average_generator(r: Tensor, f: Tensor) -> Tensor:
    """-E log(1 - D(r, f)) - E log D(f, r), D(a, b) = sigmoid(C(a) - E C(b)): equation 2 of ESRGAN, the sum.

    The first term too has a gradient to the generator, by the mean of f. Means are over this process's batch.
    """
    return _is_fake(r - f.mean()) + _is_real(f - r.mean())


def relativistic_average_discriminator(r: Tensor, f: Tensor) -> Tensor:
    """-E log D(r, f) - E log(1 - D(f, r)): equation 1 of ESRGAN, the sum."""
    return _is_real(r - f.mean()) + _is_fake(f - r.mean())


def relativistic_generator(r: Tensor, f: Tensor) -> Tensor:
    """-E log sigmoid(f - r), each generated image against its own real one."""
    _check_pairs(r, f)
    return _is_real(f - r)


def relativistic_discriminator(r: Tensor, f: Tensor) -> Tensor:
    """-E log sigmoid(r - f), each real image against its own generated one."""
    _check_pairs(r, f)
    return _is_real(r - f)


def _check_pairs(r: Tensor, f: Tensor) -> None:
    if r.shape != f.shape:
        raise LossError(
            f"relativistic pairs of logits {tuple(r.shape)} and {tuple(f.shape)}: expected equal shapes; "
            "run the discriminator on as many real images as generated ones, of one size"
        )


GANS: Mapping[GanKind, Gan] = MappingProxyType(
    {
        "vanilla": Gan(
            vanilla_generator, vanilla_discriminator, "Goodfellow et al., NIPS 2014, section 3"
        ),
        "lsgan": Gan(
            lsgan_generator,
            lsgan_discriminator,
            "Mao et al., ICCV 2017, equation 9 (a = 0, b = c = 1); plain mean squared errors are twice this",
        ),
        "hinge": Gan(
            critic_generator, hinge_discriminator, "Miyato et al., ICLR 2018, equation 16"
        ),
        "wgan": Gan(critic_generator, wgan_discriminator, "Arjovsky et al., ICML 2017"),
        "relativistic_average": Gan(
            relativistic_average_generator,
            relativistic_average_discriminator,
            "ESRGAN, Wang et al., ECCVW 2018, equations 1 and 2",
            uses_real=True,
        ),
        "relativistic": Gan(
            relativistic_generator,
            relativistic_discriminator,
            "R3GAN, Huang et al., NeurIPS 2024, equation 2 with f(t) = -log(1 + exp(-t)); "
            "its discriminator takes R1 and R2 as well",
            uses_real=True,
        ),
    }
)


class GanArguments(Settings):
    """kind: a row of GANS. reduction: of the relativistic average loss alone."""

    kind: GanKind = "vanilla"
    reduction: Reduction = "paper"

    @model_validator(mode="after")
    def _halved(self) -> Self:
        if self.reduction == "half" and self.kind != "relativistic_average":
            raise ValueError(
                f"reduction half with {self.kind}: only relativistic_average is halved by some trainers; "
                "leave it out and set the weight"
            )
        return self

    @property
    def factor(self) -> float:
        """1, or 1/2."""
        return 0.5 if self.reduction == "half" else 1.0


def generator_loss(arguments: GanArguments, real: Logits | None, fake: Logits) -> Tensor:
    """The generator's side; of several scales the mean. real may be None where the kind does not use it."""
    gan = GANS[arguments.kind]
    if not gan.uses_real:
        real = fake
    return arguments.factor * _over_scales(gan.generator, as_logits(real), fake)


def discriminator_loss(arguments: GanArguments, real: Logits, fake: Logits) -> Tensor:
    """The discriminator's side; of several scales the mean."""
    return arguments.factor * _over_scales(GANS[arguments.kind].discriminator, real, fake)


def as_logits(logits: Logits | None) -> Logits:
    """Logits that must be there. Raises MissingInputError."""
    if logits is None:
        raise MissingInputError(
            "logits are missing: run the discriminator on sr, and on hr for relativistic losses"
        )
    return logits


def _over_scales(side: Side, real: Logits, fake: Logits) -> Tensor:
    if isinstance(real, Tensor) and isinstance(fake, Tensor):
        return side(real, fake)
    return torch.stack([side(r, f) for r, f in zip(real, fake, strict=True)]).mean()


def _adversarial(a: GanArguments) -> Evaluate:
    def evaluate(batch: Batch) -> Tensor:
        return generator_loss(a, batch.real_logits, as_logits(batch.fake_logits))

    return evaluate


def _needs(a: GanArguments) -> tuple[str, ...]:
    return ("fake_logits", "real_logits") if GANS[a.kind].uses_real else ("fake_logits",)


ADVERSARIAL = Loss(
    "adversarial",
    GanArguments,
    _adversarial,
    "The generator's side of a GAN: vanilla, lsgan, hinge, wgan, relativistic_average, relativistic.",
    "see the rows of GANS",
    needs=_needs,
    luma=False,
)
