"""What published blocks compute, written once more from their papers: no module of ours, in float64."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as f

from realsr.models.table import build
from realsr.models.upsampling import enlarge

State = Mapping[str, Tensor]
DIV2K = torch.tensor([0.4488, 0.4371, 0.4040], dtype=torch.float64).view(1, 3, 1, 1)


def conv(s: State, name: str, x: Tensor, pad: int | None = None) -> Tensor:
    weight = s[f"{name}.weight"]
    pad = weight.shape[-1] // 2 if pad is None else pad
    return f.conv2d(x, weight, s.get(f"{name}.bias"), padding=pad)


def residual(s: State, name: str, x: Tensor, weight: float = 1.0) -> Tensor:
    return x + weight * conv(s, f"{name}.2", f.relu(conv(s, f"{name}.0", x)))


def trunk(s: State, lr: Tensor, body: Any) -> Tensor:
    """EDSR's and RCAN's: 0..255 less the mean, x2."""
    shallow = conv(s, "head", 255 * (lr - DIV2K))
    up = f.pixel_shuffle(conv(s, "upsampler.0", shallow + body(shallow)), 2)
    return conv(s, "tail", up) / 255 + DIV2K


def edsr(s: State, lr: Tensor) -> Tensor:
    def body(x: Tensor) -> Tensor:
        for block in range(2):
            x = residual(s, f"body.{block}", x, 0.1)
        return conv(s, "body.2", x)

    return trunk(s, lr, body)


def rcan(s: State, lr: Tensor) -> Tensor:
    def block(name: str, x: Tensor) -> Tensor:
        change = conv(s, f"{name}.2", f.relu(conv(s, f"{name}.0", x)))
        mean = change.mean(dim=(2, 3), keepdim=True)
        narrow = f.relu(conv(s, f"{name}.3.weigh.1", mean))
        return x + change * torch.sigmoid(conv(s, f"{name}.3.weigh.3", narrow))

    def group(name: str, x: Tensor) -> Tensor:
        inner = block(f"{name}.1", block(f"{name}.0", x))
        return x + conv(s, f"{name}.2", inner)

    return trunk(s, lr, lambda x: conv(s, "body.2", group("body.1", group("body.0", x))))


def espcn(s: State, lr: Tensor) -> Tensor:
    x = torch.tanh(conv(s, "layers.2", torch.tanh(conv(s, "layers.0", lr))))
    return f.pixel_shuffle(conv(s, "layers.4", x), 2)


def srdensenet(s: State, lr: Tensor) -> Tensor:
    seen = f.relu(conv(s, "low_level.0", lr))
    for block in range(2):
        grown = f.relu(conv(s, f"blocks.{block}.0.0", seen))
        for layer in range(2):
            new = f.relu(conv(s, f"blocks.{block}.1.{layer}.0", grown))
            grown = torch.cat([grown, new], dim=1)
        seen = torch.cat([seen, grown], dim=1)
    x = f.relu(conv(s, "bottleneck.0", seen))
    for name in ("upsampler.0", "upsampler.2"):
        bias = s[f"{name}.bias"]
        x = f.conv_transpose2d(x, s[f"{name}.weight"], bias, stride=2, padding=1, output_padding=1)
        x = f.relu(x)
    return conv(s, "reconstruction", x)


def sftgan(s: State, lr: Tensor, maps: Tensor) -> Tensor:
    condition = f.conv2d(maps, s["condition.0.weight"], s["condition.0.bias"], stride=4)
    for index in (2, 4, 6, 8):
        condition = conv(s, f"condition.{index}", f.leaky_relu(condition, 0.1))

    def modulated(name: str, x: Tensor) -> Tensor:
        gamma, beta = (
            conv(s, f"{name}.{part}.2", f.leaky_relu(conv(s, f"{name}.{part}.0", condition), 0.1))
            for part in ("scale", "shift")
        )
        return x * (1 + gamma) + beta

    shallow = x = conv(s, "head", lr)
    for block in ("blocks.0", "blocks.1"):
        inner = f.relu(conv(s, f"{block}.conv1", modulated(f"{block}.sft1", x)))
        x = x + conv(s, f"{block}.conv2", modulated(f"{block}.sft2", inner))
    x = shallow + conv(s, "last_conv", modulated("last_sft", x))
    for name in ("upsampler.0", "upsampler.3"):
        x = f.relu(f.pixel_shuffle(conv(s, name, x), 2))
    return conv(s, "tail.2", f.relu(conv(s, "tail.0", x)))


def reflecting(s: State, name: str, x: Tensor) -> Tensor:
    return conv(s, name, f.pad(x, (1, 1, 1, 1), mode="reflect"), pad=0)


def prosr_l(s: State, lr: Tensor) -> Tensor:
    x = reflecting(s, "heads.1", 255 * (lr - DIV2K))
    for level in (0, 1):
        at = f"pyramids.{level}"
        first, deep = level, conv(s, f"{at}.body.0", x) if level else x
        for unit in (first, first + 1):
            grown = deep
            for layer in range(2):
                dense = f"{at}.body.{unit}.dense.{layer}"
                new = reflecting(s, f"{dense}.2", f.relu(conv(s, f"{dense}.0", grown)))
                grown = torch.cat([grown, new], dim=1)
            deep = deep + 0.2 * conv(s, f"{at}.body.{unit}.compress", grown)
        deep = x + reflecting(s, f"{at}.body.{first + 2}", deep)
        x = f.relu(f.pixel_shuffle(reflecting(s, f"{at}.upsampler.0", deep), 2))
    return enlarge(lr, 4) + reflecting(s, "pyramids.1.reconstruct", x) / 255


def ms_lapsrn(s: State, lr: Tensor) -> Tensor:
    features, image = f.leaky_relu(conv(s, "head", lr), 0.2), lr
    for _ in range(2):
        x = features
        for _ in range(2):
            inner = x
            for layer in (1, 3):
                inner = conv(s, f"block.{layer}", f.leaky_relu(inner, 0.2))
            x = features + inner
        up, bias = s["shared.enlarge_features.weight"], s["shared.enlarge_features.bias"]
        wide = f.conv_transpose2d(x, up, bias, stride=2, padding=1, output_padding=1)
        features = f.leaky_relu(wide, 0.2)
        image = f.conv_transpose2d(image, s["shared.enlarge_image.weight"], stride=2, padding=1)
        image = image + conv(s, "shared.residual", features)
    return image


def carn(s: State, lr: Tensor) -> Tensor:
    def cascade(x: Tensor, name: str, block: Any) -> Tensor:
        seen = state = x
        for step in range(3):
            seen = torch.cat([seen, block(state, f"{name}.blocks.{step}")], dim=1)
            state = f.relu(conv(s, f"{name}.fusions.{step}.0", seen))
        return state

    def local(x: Tensor, name: str) -> Tensor:
        return cascade(x, name, lambda state, at: f.relu(residual(s, f"{at}.0", state)))

    x = cascade(conv(s, "entry", lr - DIV2K), "body", local)
    up = f.pixel_shuffle(f.relu(conv(s, "upsamplers.2.0", x)), 2)
    return conv(s, "exit", up) + DIV2K


def drcn(s: State, lr: Tensor) -> Tensor:
    image = enlarge(lr, 2)
    state = f.relu(conv(s, "embedding.1.0", f.relu(conv(s, "embedding.0.0", image))))
    total = torch.zeros_like(image)
    for weight in s["weights"]:
        state = f.relu(conv(s, "inference", state))
        answer = conv(s, "reconstruction.1", f.relu(conv(s, "reconstruction.0.0", state)))
        total = total + weight * (image + answer)
    return total


def enhancenet(s: State, lr: Tensor) -> Tensor:
    mean = torch.tensor([0.476, 0.450, 0.409], dtype=torch.float64).view(1, 3, 1, 1)
    x = f.relu(conv(s, "head", lr - mean))
    for block in range(2):
        x = residual(s, f"body.{block}", x)
    for step in range(2):
        x = x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
        x = f.relu(conv(s, f"upsampler.convolutions.{step}", x))
    return enlarge(lr, 4) + conv(s, "tail", f.relu(conv(s, "hr", x)))


def srresnet(s: State, lr: Tensor) -> Tensor:
    def normed(name: str, x: Tensor) -> Tensor:
        mean, variance = s[f"{name}.running_mean"], s[f"{name}.running_var"]
        return f.batch_norm(x, mean, variance, s[f"{name}.weight"], s[f"{name}.bias"])

    def block(name: str, x: Tensor) -> Tensor:
        inner = f.prelu(normed(f"{name}.1", conv(s, f"{name}.0", x)), s[f"{name}.2.weight"])
        return x + normed(f"{name}.4", conv(s, f"{name}.3", inner))

    shallow = f.prelu(conv(s, "head.0", lr), s["head.1.weight"])
    deep = normed("body.3", conv(s, "body.2", block("body.1", block("body.0", shallow))))
    x = f.pixel_shuffle(conv(s, "upsampler.0", shallow + deep), 2)
    return (conv(s, "tail", f.prelu(x, s["upsampler.2.weight"])) + 1) / 2


def noise_srvgg(s: State, lr: Tensor, z: Tensor) -> Tensor:
    x = lr
    for layer, injection in ((0, 0), (2, 1), (4, 2)):
        x = conv(s, f"body.{layer}", x) + conv(s, f"injections.{injection}", z)
        x = f.prelu(x, s[f"body.{layer + 1}.weight"])
    nearest = lr.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    return nearest + f.pixel_shuffle(conv(s, "body.6", x), 2)


def drrn(s: State, lr: Tensor) -> Tensor:
    image = enlarge(lr, 2)
    x = image
    for block in ("blocks.0", "blocks.1"):
        entry = state = conv(s, f"{block}.entry", x)
        for _ in range(2):
            inner = conv(s, f"{block}.first", f.relu(state))
            state = entry + conv(s, f"{block}.second", f.relu(inner))
        x = state
    return image + conv(s, "exit.1", f.relu(x))


CASES: dict[str, tuple[dict[str, Any], Any]] = {
    "edsr": ({"scale": 2, "blocks": 2, "features": 4}, edsr),
    "rcan": ({"scale": 2, "groups": 2, "blocks": 2, "features": 4, "reduction": 2}, rcan),
    "espcn": ({"scale": 2, "features": (6, 5)}, espcn),
    "srdensenet": ({"scale": 4, "blocks": 2, "layers": 3, "growth": 2, "features": 5}, srdensenet),
    "sftgan": (
        {
            "scale": 4,
            "prior": "segmentation",
            "classes": 3,
            "blocks": 2,
            "features": 4,
            "conditions": 5,
        },
        sftgan,
    ),
    "prosr_l": ({"scale": 4, "start": 4, "growth": 2, "units": ((2, 2), (2, 2))}, prosr_l),
    "ms_lapsrn": ({"scale": 4, "depth": 2, "recursions": 2, "features": 4}, ms_lapsrn),
    "carn": ({"scale": 2, "features": 4}, carn),
    "drcn": ({"scale": 2, "features": 4, "recursions": 3}, drcn),
    "drrn": ({"scale": 2, "blocks": 2, "units": 2, "features": 4, "batch_norm": False}, drrn),
    "noise_srvgg": (
        {"scale": 2, "convolutions": 2, "features": 4, "noise_channels": 2},
        noise_srvgg,
    ),
    "enhancenet": ({"scale": 4, "blocks": 2, "features": 4}, enhancenet),
    "srresnet": ({"scale": 2, "blocks": 2, "features": 4}, srresnet),
}


@pytest.mark.parametrize("name", CASES)
def test_a_network_is_what_its_paper_says(name: str) -> None:
    arguments, by_hand = CASES[name]
    generator = torch.Generator().manual_seed(1)
    network = build(name, **arguments).double().eval()
    state = {}
    for key, value in network.state_dict().items():
        drawn = torch.randn(value.shape, generator=generator, dtype=torch.float64)
        fan = max(value[0].numel(), 1) if value.ndim > 1 else 4
        state[key] = drawn.abs() if "running_var" in key else drawn / fan**0.5
    network.load_state_dict(state)
    channels = 1 if name in ("espcn", "srdensenet", "ms_lapsrn", "drcn", "drrn") else 3
    lr = torch.rand(2, channels, 5, 7, generator=generator, dtype=torch.float64)
    sizes = {"sftgan": (2, 3, 20, 28), "noise_srvgg": (2, 2, 5, 7)}
    told = [torch.randn(sizes[name], generator=generator).double()] if name in sizes else []
    with torch.no_grad():
        found, expected = network(lr, *told), by_hand(state, lr, *told)
    assert (found - expected).abs().max() <= 1e-6 * expected.abs().max()
