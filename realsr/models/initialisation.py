"""Initial weights where a paper states them; elsewhere torch's own stand."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn


def he_(network: nn.Module, gain: float = 1.0) -> None:
    """Convolutions from N(0, 2 / fan-in) times a gain, biases 0 (He et al., ICCV 2015; Caffe's `msra`).

    A gain of 0.1 starts residual branches near zero, without which deep networks with no batch normalisation
    diverge (ESRGAN, Wang et al. 2018, section 3.1).
    """
    for layer in _convolutions(network):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        with torch.no_grad():
            layer.weight.mul_(gain)
        _no_bias_(layer)


def gaussian_(network: nn.Module, deviation: float) -> None:
    """Convolutions, transposed ones included, from N(0, deviation^2), biases 0."""
    for layer in _convolutions(network):
        nn.init.normal_(layer.weight, std=deviation)
        _no_bias_(layer)


def identity_(layer: nn.Conv2d) -> None:
    """A convolution that at first hands every channel on unchanged: 1 at the centre, else 0."""
    nn.init.dirac_(layer.weight)
    _no_bias_(layer)


def _convolutions(network: nn.Module) -> Iterator[nn.Conv2d | nn.ConvTranspose2d]:
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            yield layer


def _no_bias_(layer: nn.Conv2d | nn.ConvTranspose2d) -> None:
    if layer.bias is not None:
        with torch.no_grad():
            layer.bias.zero_()
