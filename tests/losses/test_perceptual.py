from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from realsr.backbones.networks import Backbone
from realsr.losses.base import Batch
from realsr.losses.errors import LossError
from realsr.losses.perceptual import mean_one
from realsr.losses.texture import gram, patches

from .backbones import vgg  # noqa: F401
from .images import image, loss, pair


def features(backbone: Backbone, batch: Batch, layers: list[str]) -> dict[str, list[np.ndarray]]:
    network = backbone.load(layers).double()
    both = [network(images) for images in (batch.sr, batch.hr)]
    return {layer: [found[layer].numpy() for found in both] for layer in layers}


@pytest.mark.parametrize(
    ("criterion", "measure"),
    [
        ("l1", lambda d: np.abs(d).mean()),
        ("l2", lambda d: (d**2).mean()),
        ("charbonnier", lambda d: np.sqrt(d**2 + 1e-6).mean()),
    ],
)
def test_layers_weights_scale_and_criterion(vgg: Backbone, criterion: str, measure) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    batch = pair(2, 3, 16, 16)
    weights = {"conv1_2": 0.1, "relu1_2": 2.0, "conv2_1": 1.0}
    expected = 0.0
    for layer, (sr, hr) in features(vgg, batch, list(weights)).items():
        expected += weights[layer] * measure((sr - hr) / 12.75)
    found = loss(
        "perceptual",
        backbone=vgg,
        layers=weights,
        criterion=criterion,
        feature_scale=1 / 12.75,
    )(batch)
    assert float(found) == pytest.approx(expected, rel=1e-9)


def test_features_of_mean_one(vgg: Backbone) -> None:  # noqa: F811
    batch = pair(2, 3, 16, 16)
    sr, hr = (
        x / x.mean(axis=(1, 2, 3), keepdims=True) for x in features(vgg, batch, ["pool1"])["pool1"]
    )
    found = loss("perceptual", backbone=vgg, layers={"pool1": 1.0}, criterion="l2", mean_one=True)(
        batch
    )
    assert float(found) == pytest.approx(((sr - hr) ** 2).mean(), rel=1e-6)
    assert torch.equal(mean_one(torch.zeros(1, 2, 3, 3)), torch.zeros(1, 2, 3, 3))


def test_the_hr_side_has_no_gradient(vgg: Backbone) -> None:  # noqa: F811
    sr, hr = (image(seed, 1, 3, 8, 8).requires_grad_(True) for seed in (1, 2))
    loss("perceptual", backbone=vgg, layers={"conv1_2": 1.0})(Batch(sr, hr)).backward()
    assert sr.grad is not None
    assert hr.grad is None


def test_grey_images_are_seen_in_three_channels(vgg: Backbone) -> None:  # noqa: F811
    grey = pair(1, 1, 8, 8)
    colour = Batch(grey.sr.repeat(1, 3, 1, 1), grey.hr.repeat(1, 3, 1, 1))
    perceptual = loss("perceptual", backbone=vgg, layers={"conv1_2": 1.0})
    assert float(perceptual(grey)) == float(perceptual(colour))


def test_gram_by_hand() -> None:
    x = torch.tensor([[[[1.0, 2.0]], [[3.0, -1.0]]]])
    assert gram(x).tolist() == [[[5.0, 1.0], [1.0, 10.0]]]
    assert gram(x, "positions").tolist() == [[[2.5, 0.5], [0.5, 5.0]]]
    assert gram(x, "elements").tolist() == [[[1.25, 0.25], [0.25, 2.5]]]


def test_gram_is_divided_by_what_it_says() -> None:
    x = torch.rand(2, 3, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    whole = torch.einsum("bchw,bdhw->bcd", x, x)
    for norm, divisor in (("none", 1), ("positions", 4 * 5), ("elements", 3 * 4 * 5)):
        torch.testing.assert_close(gram(x, norm), whole / divisor)  # type: ignore[arg-type]


def test_patches_in_rows() -> None:
    x = torch.arange(2 * 5 * 4.0).view(1, 2, 5, 4)
    found = patches(x, 2)
    assert found.shape == (4, 2, 2, 2)
    assert found[1, 0].tolist() == [[2.0, 3.0], [6.0, 7.0]]
    assert found[2, 1].tolist() == [[28.0, 29.0], [32.0, 33.0]]
    with pytest.raises(LossError, match="features of 5 x 4"):
        patches(x, 16)


@pytest.mark.parametrize("name", ["gram", "patch_gram"])
def test_texture_losses_are_numpys(vgg: Backbone, name: str) -> None:  # noqa: F811
    batch = pair(2, 3, 32, 48)
    weights = {"relu1_1": 0.3, "pool1": 2.0}
    side = 16 if name == "patch_gram" else None
    expected = 0.0
    for layer, both in features(vgg, batch, list(weights)).items():
        matrices = []
        for x in both:
            count, channels, height, width = x.shape
            if side:
                x = x / x.mean(axis=(1, 2, 3), keepdims=True)
            step = (side, side) if side else (height, width)
            found = [
                np.einsum("chw,dhw->cd", tile, tile) / (1 if side else channels * height * width)
                for sample in x
                for top in range(0, height - step[0] + 1, step[0])
                for left in range(0, width - step[1] + 1, step[1])
                for tile in [sample[:, top : top + step[0], left : left + step[1]]]
            ]
            assert len(found) == (count * (height // 16) * (width // 16) if side else count)
            matrices.append(np.stack(found))
        expected += weights[layer] * ((matrices[0] - matrices[1]) ** 2).mean()
    found_loss = float(loss(name, backbone=vgg, layers=weights)(batch))
    assert found_loss == pytest.approx(expected, rel=1e-6)


def test_a_real_network_prefers_the_smaller_damage(shared_data: Path) -> None:
    """SqueezeNet's features: 0 for the picture itself, growing with noise."""
    file = shared_data / "backbone" / "squeezenet_v1.1_features_caffe.pth"
    perceptual = loss(
        "perceptual",
        backbone={"name": "squeezenet1_1", "weights": str(file), "sha256": "3cd6c48bc23e02a7"},
        layers={"fire3": 1.0, "fire5": 1.0},
    )
    hr = image(1, 1, 3, 64, 64, dtype=torch.float32)
    noise = image(2, 1, 3, 64, 64, dtype=torch.float32) - 0.5
    values = [float(perceptual(Batch(hr + s * noise, hr))) for s in (0.0, 0.1, 0.3, 0.9)]
    assert values[0] == 0
    assert values == sorted(set(values))
