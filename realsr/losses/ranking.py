"""RankSRGAN: a ranker learns the order of a metric, and the generator descends its score."""

from __future__ import annotations

from typing import Literal

from torch import Tensor
from torch.nn import functional

from realsr.backbones.settings import Settings
from realsr.losses.base import Batch, Evaluate, Loss, given

SCORE_LIMIT = 5.0
"""The ranker's scores are clamped to -5..5 before they are compared."""


def margin_ranking(first: Tensor, second: Tensor, order: Tensor, margin: float = 0.5) -> Tensor:
    """The ranker's loss: E max(0, margin - order (first - second)) of clamped scores; a scalar.

    order: +1 where the metric of the first image is the larger, -1 where it is the smaller. With NIQE, as in
    the paper, larger is worse, so a low score is a good picture. Zhang et al., ICCV 2019.
    """
    first, second = (score.clamp(-SCORE_LIMIT, SCORE_LIMIT) for score in (first, second))
    return functional.relu(margin - order * (first - second)).mean()


def rank_content(scores: Tensor, bias: float = 0.0, reduction: str = "batch_sum") -> Tensor:
    """The generator's loss: sum over the batch of sigmoid(R(sr) - bias)."""
    values = (scores - bias).sigmoid()
    return values.sum() if reduction == "batch_sum" else values.mean()


class RankArguments(Settings):
    """reduction: the authors' sum over the batch, or the mean, which does not grow with the batch."""

    bias: float = 0.0
    reduction: Literal["batch_sum", "mean"] = "batch_sum"


def _rank(a: RankArguments) -> Evaluate:
    def evaluate(batch: Batch) -> Tensor:
        return rank_content(given(batch.scores), a.bias, a.reduction)

    return evaluate


RANK_CONTENT = Loss(
    "rank_content",
    RankArguments,
    _rank,
    "A trained ranker's score of the SR.",
    "RankSRGAN, Zhang et al., ICCV 2019",
    needs=lambda _: ("scores",),
    luma=False,
)
