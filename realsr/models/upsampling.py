"""Ways from LR to HR size: the registry that every architecture takes its upsampler from.

Interpolation first, transposed convolution, sub-pixel convolution (with and without ICNR), nearest and
convolution. Progressive networks apply a factor 2 several times, multi-scale ones hold one upsampler a scale.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn import functional

from degrade.functional.filters import cubic

Activation = Callable[[], nn.Module]


def steps_of(scale: int) -> tuple[int, ...]:
    """A scale as a product of factors that one upsampling step takes: 4 -> (2, 2), 3 -> (3,), 1 -> ()."""
    if scale < 1:
        raise ValueError(f"scale {scale}: expected a whole number from 1 on")
    twos = int(math.log2(scale)) if scale & (scale - 1) == 0 else 0
    if scale > 1 and not twos:
        return (scale,)
    return (2,) * twos


def sub_pixel(
    features: int,
    scale: int,
    activation: Activation | None = None,
    *,
    after: int | None = None,
    groups: int = 1,
    icnr: bool = False,
    before_shuffle: bool = False,
) -> nn.Sequential:
    """Convolution to r*r times the features, then pixel shuffle, once a step (Shi et al., CVPR 2016).

    after: features after each step, by default as before. icnr: initialised as nearest + convolution
    (Aitken et al. 2017). before_shuffle: the activation stands before the shuffle instead of behind it.
    """
    after = features if after is None else after
    layers: list[nn.Module] = []
    for factor in steps_of(scale):
        conv = nn.Conv2d(features, after * factor**2, 3, padding=1, groups=groups)
        if icnr:
            icnr_(conv, factor)
        behind: list[nn.Module] = [nn.PixelShuffle(factor)]
        active = [] if activation is None else [activation()]
        layers += [conv, *(active + behind if before_shuffle else behind + active)]
        features = after
    return nn.Sequential(*layers)


def icnr_(layer: nn.Conv2d, factor: int) -> None:
    """Fills a sub-pixel convolution with r*r equal phases, biases 0: no checkerboard at the start."""
    rows = layer.weight.shape[0] // factor**2
    first = torch.empty(rows, *layer.weight.shape[1:])
    nn.init.kaiming_normal_(first)
    with torch.no_grad():
        layer.weight.copy_(first.repeat_interleave(factor**2, dim=0))
        if layer.bias is not None:
            layer.bias.zero_()


class NearestConv(nn.Module):
    """Nearest enlargement, convolution, activation, once a step (Odena et al., Distill 2016)."""

    def __init__(self, features: int, scale: int, activation: Activation) -> None:
        super().__init__()
        self.factors = steps_of(scale)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(features, features, 3, padding=1) for _ in self.factors
        )
        self.activation = activation()

    def forward(self, x: Tensor) -> Tensor:
        for factor, convolution in zip(self.factors, self.convolutions, strict=True):
            x = functional.interpolate(x, scale_factor=float(factor), mode="nearest")
            x = self.activation(convolution(x))
        return x


def transposed(
    features: int, out: int, factor: int, kernel: int, *, bias: bool = True
) -> nn.ConvTranspose2d:
    """Transposed convolution that gives exactly `factor` times the size, for any kernel >= factor."""
    padding = (kernel - factor + 1) // 2
    extra = factor - kernel + 2 * padding
    return nn.ConvTranspose2d(
        features, out, kernel, stride=factor, padding=padding, output_padding=extra, bias=bias
    )


def bilinear_(layer: nn.ConvTranspose2d) -> None:
    """Fills a transposed convolution with bilinear interpolation, channel by channel (Long et al. 2015)."""
    kernel, factor = layer.kernel_size[0], layer.stride[0]
    centre = (kernel - 1) / 2.0
    ramp = 1.0 - (torch.arange(kernel, dtype=torch.float32) - centre).abs() / factor
    filter_ = torch.outer(ramp.clamp(min=0.0), ramp.clamp(min=0.0))
    with torch.no_grad():
        layer.weight.zero_()
        for channel in range(min(layer.weight.shape[:2])):
            layer.weight[channel, channel] = filter_


def enlarge(images: Tensor, scale: int) -> Tensor:
    """Bicubic enlargement by a whole factor as MATLAB's imresize has it: a = -0.5, mirrored at the border.

    A convolution and a pixel shuffle, so that it exports, runs on any device and passes gradients.
    """
    if scale == 1:
        return images
    weight = _phases(scale).to(images)
    channels = images.shape[1]
    padded = _mirrored(images, 2)
    filters = torch.einsum("iy,jx->ijyx", weight, weight).reshape(scale * scale, 1, 5, 5)
    spread = functional.conv2d(padded, filters.repeat(channels, 1, 1, 1), groups=channels)
    return functional.pixel_shuffle(spread, scale)


def three_quarters(images: Tensor) -> Tensor:
    """`b c 4h 4w` to `b c 3h 3w` as MATLAB's imresize(images, 3 / 4) has it, with antialias, in floating point.

    As `enlarge` a convolution and a pixel shuffle: from 4 pixels to the next 4 the weights repeat.
    """
    weight = _quarter_phases().to(images)
    channels = images.shape[1]
    filters = torch.einsum("iy,jx->ijyx", weight, weight).reshape(9, 1, 8, 8)
    padded = _mirrored(images, 2)
    spread = functional.conv2d(padded, filters.repeat(channels, 1, 1, 1), stride=4, groups=channels)
    return functional.pixel_shuffle(spread, 3)


def _quarter_phases() -> Tensor:
    """Weights (3, 8) of the pixels -2..5 around 4 for each of the 3 that they become."""
    position = (torch.arange(3, dtype=torch.float64) + 0.5) * 4 / 3 - 0.5
    distance = (position[:, None] - torch.arange(-2, 6, dtype=torch.float64)).abs()
    weight = cubic(0.75 * distance)
    return weight / weight.sum(dim=1, keepdim=True)


def _mirrored(images: Tensor, reach: int) -> Tensor:
    """Pixels repeated in reverse beyond the border, the border pixel included; any size."""
    for dim in (2, 3):
        length = images.shape[dim]
        index = torch.arange(-reach, length + reach, device=images.device) % (2 * length)
        images = images.index_select(dim, torch.minimum(index, 2 * length - 1 - index))
    return images


def _phases(scale: int) -> Tensor:
    """Weights (scale, 5) of the pixels -2..2 for each of the positions within an LR pixel."""
    position = (torch.arange(scale, dtype=torch.float64) + 0.5) / scale - 0.5
    distance = (position[:, None] - torch.arange(-2, 3, dtype=torch.float64)).abs()
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1.0
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4.0 * distance + 2.0
    return torch.where(distance <= 1, near, torch.where(distance < 2, far, 0.0))


UPSAMPLERS = MappingProxyType(
    {
        "interpolate": lambda features, scale: _Interpolate(scale),
        "transposed": lambda features, scale: nn.Sequential(
            *(transposed(features, features, factor, 2 * factor) for factor in steps_of(scale))
        ),
        "sub_pixel": sub_pixel,
        "sub_pixel_icnr": lambda features, scale: sub_pixel(features, scale, icnr=True),
        "nearest_conv": lambda features, scale: NearestConv(features, scale, nn.Identity),
    }
)
"""Name -> (features, scale) -> module from `b features h w` to `b features scale*h scale*w`."""


class _Interpolate(nn.Module):
    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        return enlarge(x, self.scale)
