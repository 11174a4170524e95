"""DRCN: one convolution applied many times, each time with an answer of its own."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture, LumaArguments
from realsr.models.initialisation import he_, identity_
from realsr.models.layers import conv, conv_relu
from realsr.models.scales import PreEnlarged


class DRCNArguments(LumaArguments):
    features: int = Field(default=256, ge=1, description="channels throughout")
    recursions: int = Field(default=16, ge=1, description="uses of the shared convolution")


class DRCN(PreEnlarged):
    """SR is the weighted sum of the answers of all recursions (eq. 12), with weights that are learned.

    The shared convolution starts as the identity, the others from He's distribution, the answers' weights
    equal and summing to 1. Their sum is not held at 1 in training.
    """

    def __init__(self, arguments: DRCNArguments) -> None:
        super().__init__(arguments.scale)
        channels, features = arguments.channels, arguments.features
        self.embedding = nn.Sequential(conv_relu(channels, features), conv_relu(features, features))
        self.inference = conv(features, features)
        self.reconstruction = nn.Sequential(conv_relu(features, features), conv(features, channels))
        self.weights = nn.Parameter(torch.full((arguments.recursions,), 1 / arguments.recursions))
        he_(self)
        identity_(self.inference)

    def refined(self, images: Tensor) -> Tensor:
        return self._weighed(self._answers(images))

    def outputs(self, lr: Tensor, scale: int | None = None) -> tuple[Tensor, ...]:
        """Every recursion's SR, all supervised in the paper's training, and the final one."""
        answers = self._answers(self.entered(lr, scale))
        return (*answers, self._weighed(answers))

    def _weighed(self, answers: Tensor) -> Tensor:
        return torch.einsum("t,tbchw->bchw", self.weights, answers)

    def _answers(self, images: Tensor) -> Tensor:
        state = self.embedding(images)
        answers = []
        for _ in range(len(self.weights)):
            state = torch.relu(self.inference(state))
            answers.append(images + self.reconstruction(state))
        return torch.stack(answers)


DRCN_ROW = Architecture(
    name="drcn",
    arguments=DRCNArguments,
    build=DRCN,
    scales=(2, 3, 4),
    parameters=(1_775_121,),
    colour="y",
    summary="one convolution of 256 channels applied sixteen times, every recursion supervised",
    source="Kim, Lee and Lee, CVPR 2016, arXiv 1511.04491",
)
