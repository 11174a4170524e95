"""SRVGG with noise: many HR images for one LR, one for each noise map z."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor, nn

from realsr.models.base import Architecture
from realsr.models.initialisation import he_
from realsr.models.layers import conv
from realsr.models.srvgg import SRVGG, SRVGGArguments


class NoiseSRVGGArguments(SRVGGArguments):
    """SRVGG's, and how many channels of noise it takes."""

    noise_channels: int = Field(default=8, ge=1, description="channels of z")


class NoiseSRVGG(SRVGG):
    """Before every activation a linear image of z is added, learned separately for each convolution.

    At z = 0 it is SRVGG to the bit, so an SRVGG checkpoint is its warm start (`relaxed` loading leaves only
    `injections` as they are). Its output is a function of LR and z alone: nothing is drawn inside.
    """

    def __init__(self, arguments: NoiseSRVGGArguments) -> None:
        super().__init__(arguments)
        self.noise_channels = arguments.noise_channels
        self.injections = nn.ModuleList(
            conv(self.noise_channels, arguments.features, 1, bias=False)
            for _ in range(arguments.convolutions + 1)
        )
        # Not zero: a generator that starts deaf to z is soon content to stay so.
        he_(self.injections, gain=0.1)

    def forward(self, lr: Tensor, z: Tensor | None = None) -> Tensor:
        """`b c h w` and z `b noise_channels h w` (standard normal; None: zero) to `b c scale*h scale*w`."""
        z = self._fitting(lr, z)
        x, injections = lr, iter(self.injections)
        for layer in self.body[:-1]:
            x = layer(x)
            if isinstance(layer, nn.Conv2d):
                x = x + next(injections)(z)
        return self.enlarged(self.body[-1](x), lr)

    def draw(self, lr: Tensor, generator: torch.Generator, temperature: float = 1.0) -> Tensor:
        """A z for every image of a batch, from the caller's generator; 0 < temperature < 1 tames it."""
        z = torch.randn(self._shape(lr), generator=generator, device=generator.device)
        return temperature * z.to(lr)

    def sample(
        self, lr: Tensor, generator: torch.Generator, count: int, temperature: float = 1.0
    ) -> Tensor:
        """`b c h w` to `b count c scale*h scale*w`: count HR images of each LR image."""
        draws = [self(lr, self.draw(lr, generator, temperature)) for _ in range(count)]
        return torch.stack(draws, dim=1)

    def _shape(self, lr: Tensor) -> tuple[int, int, int, int]:
        batch, _, height, width = lr.shape
        return batch, self.noise_channels, height, width

    def _fitting(self, lr: Tensor, z: Tensor | None) -> Tensor:
        if z is None:
            return lr.new_zeros(self._shape(lr))
        if z.shape != self._shape(lr):
            raise ValueError(
                f"z has shape {tuple(z.shape)}; this LR needs {self._shape(lr)}: "
                "take it from draw(lr, generator)"
            )
        return z


NOISE_SRVGG_ROW = Architecture(
    name="noise_srvgg",
    arguments=NoiseSRVGGArguments,
    build=NoiseSRVGG,
    scales=(1, 2, 3, 4),
    parameters=(604_163, 609_356, 618_011, 630_128),
    colour="rgb",
    summary="SRVGG with a noise map added before every activation: several HR for one LR",
    source="ours: SRVGG with per-layer noise as in nESRGAN+ (Rakotonirina et al., ICASSP 2020)",
)
