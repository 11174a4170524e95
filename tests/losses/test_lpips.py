from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from pydantic import ValidationError
from torch import Tensor

from realsr.backbones.errors import MissingWeightsError
from realsr.backbones.lpips import head_distance, unit
from realsr.backbones.networks import Backbone
from realsr.losses.base import Batch
from realsr.losses.lpips import LPIPSArguments, MeanLPIPS


def test_unit_vectors_and_distance_by_hand() -> None:
    """(3, 4) -> (0.6, 0.8) and (0, 2) -> (0, 1): 10 * 0.36 + 100 * 0.04; the other position is equal."""
    first = torch.tensor([[[[3.0, 1.0]], [[4.0, 0.0]]]])
    second = torch.tensor([[[[0.0, 5.0]], [[2.0, 0.0]]]])
    head = torch.tensor([10.0, 100.0]).view(1, 2, 1, 1)
    assert head_distance(first, second, head).tolist() == pytest.approx([(3.6 + 4.0) / 2])


def test_zero_features_have_no_gradient() -> None:
    x = torch.zeros(1, 2, 1, 1, requires_grad=True)
    unit(x).sum().backward()
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()


@pytest.fixture(scope="module")
def lpips(shared_data: Path) -> MeanLPIPS:
    folder = shared_data / "backbone"
    backbone = Backbone(
        name="squeezenet1_1", weights=str(folder / "squeezenet_v1.1_features_caffe.pth")
    )
    heads = folder / "lpips_linear" / "v0.1" / "squeeze.pth"
    return MeanLPIPS(LPIPSArguments(backbone=backbone, heads=str(heads)))


def picture(shared_data: Path, name: str) -> Tensor:
    file = shared_data / "golden" / "metrics" / "lpips_examples" / f"{name}.png"
    pixels = np.asarray(Image.open(file).convert("RGB"), dtype=np.float32) / 255
    return torch.from_numpy(pixels).permute(2, 0, 1)[None]


def test_the_published_examples(lpips: MeanLPIPS, shared_data: Path) -> None:
    reference = picture(shared_data, "ex_ref")
    found = [float(lpips.distances(picture(shared_data, n), reference)) for n in ("ex_p0", "ex_p1")]
    assert found == pytest.approx([0.394, 0.200], abs=5e-4)


def test_equal_is_zero_and_noise_is_monotone(lpips: MeanLPIPS, shared_data: Path) -> None:
    hr = picture(shared_data, "ex_ref")
    noise = torch.randn(hr.shape, generator=torch.Generator().manual_seed(1))
    values = [float(lpips(Batch(hr + s * noise, hr))) for s in (0.0, 0.02, 0.05, 0.1, 0.2)]
    assert values[0] == 0
    assert values == sorted(set(values))


def test_its_gradient_in_float64(lpips: MeanLPIPS) -> None:
    generator = torch.Generator().manual_seed(3)
    sr, hr = (torch.rand(1, 3, 40, 40, generator=generator, dtype=torch.float64) for _ in range(2))
    sr.requires_grad_(True)
    assert torch.autograd.gradcheck(lambda x: lpips(Batch(x, hr)), (sr,), fast_mode=True)


def test_heads_of_another_backbone(shared_data: Path) -> None:
    folder = shared_data / "backbone"
    backbone = Backbone(
        name="squeezenet1_1", weights=str(folder / "squeezenet_v1.1_features_caffe.pth")
    )
    heads = folder / "lpips_linear" / "v0.1" / "alex.pth"
    with pytest.raises(MissingWeightsError, match="expected the 7 LPIPS heads of squeezenet1_1"):
        MeanLPIPS(LPIPSArguments(backbone=backbone, heads=str(heads))).prepare()


def test_vgg19_has_no_heads() -> None:
    with pytest.raises(ValidationError, match="no LPIPS on vgg19"):
        LPIPSArguments(backbone=Backbone(), heads="heads.pth")
