"""A network between two: every weight mixed (ESRGAN, Wang et al., ECCVW 2018, section 3.4).

It means something only where one network was trained on from the other: two networks that were trained apart
have the same function in other places.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from realsr.models.checkpoints import compare
from realsr.models.errors import ModelError

StateDict = dict[str, Tensor]


def interpolated(
    content: Mapping[str, Tensor], gan: Mapping[str, Tensor], alpha: float
) -> StateDict:
    """(1 - alpha) content + alpha gan, tensor by tensor; at 0 and 1 the ends themselves, to the bit.

    alpha: in [0, 1]. What is counted, not learned (whole numbers), is taken from the nearer end, at 0.5
    from gan. Raises ModelError unless both have the same tensors.
    """
    if not 0 <= alpha <= 1:
        raise ModelError(f"alpha {alpha}: expected a share of the GAN's weights in [0, 1]")
    report = compare(content, dict(gan))
    if not report.complete:
        raise ModelError(f"the two networks differ, so nothing lies between them: {report}")
    return {name: _mixed(content[name], gan[name], alpha) for name in content}


def _mixed(content: Tensor, gan: Tensor, alpha: float) -> Tensor:
    if alpha in (0, 1) or not content.is_floating_point():
        return (content if alpha < 0.5 else gan).clone()
    return (1 - alpha) * content + alpha * gan
