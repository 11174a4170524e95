"""Penalties on the discriminator's gradient with respect to images: R1, R2, WGAN-GP.

A sample's score is the mean of its logits, so a strength means the same for a scalar answer and for a map. The
images must require a gradient before the discriminator sees them; the results can be differentiated again.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from realsr.losses.base import Logits

Discriminator = Callable[[Tensor], Logits]


def score(logits: Logits) -> Tensor:
    """One number a sample, (b,): the mean of its logits, and over scales."""
    if isinstance(logits, Tensor):
        return logits.flatten(1).mean(dim=1) if logits.ndim > 1 else logits
    return torch.stack([score(one) for one in logits]).mean(dim=0)


def image_gradient(logits: Logits, images: Tensor) -> Tensor:
    """Each sample's gradient of its own score, in the images' shape."""
    return torch.autograd.grad(score(logits).sum(), images, create_graph=True)[0]


def zero_centred(logits: Logits, images: Tensor) -> Tensor:
    """E ||gradient||^2: R1 on real images, R2 on generated ones, before its factor gamma / 2.

    Mescheder et al., ICML 2018, equations 9 and 10. For a linear D(x) = w x it is ||w||^2.
    """
    return image_gradient(logits, images).flatten(1).square().sum(dim=1).mean()


def one_centred(discriminator: Discriminator, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """E (||gradient|| - 1)^2 at mix real + (1 - mix) fake, before its factor lambda.

    mix: (b,), uniform in [0, 1], drawn by the caller. Gulrajani et al., NIPS 2017, equation 3.
    """
    share = mix.view(-1, 1, 1, 1)
    between = (share * real + (1.0 - share) * fake).detach().requires_grad_(True)
    gradient = image_gradient(discriminator(between), between).flatten(1)
    length: Tensor = torch.linalg.vector_norm(gradient, dim=1)
    return (length - 1.0).square().mean()
