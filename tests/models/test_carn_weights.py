"""The authors' CARN-M: their weights, our network, their scores."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from realsr.models.carn_weights import from_authors
from realsr.models.errors import ModelError
from realsr.models.table import build
from tests.models.set5 import SET5, psnr, read


@pytest.fixture(scope="module")
def carn_m(shared_data: Path) -> nn.Module:
    path = shared_data / "models" / "torch_state_dict" / "carn_m.pth"
    state = torch.load(path, map_location="cpu", weights_only=True)
    network = build("carn_m", scale=2, scales=(2, 3, 4)).eval()
    network.load_state_dict(from_authors(state), strict=True)
    return network


@pytest.mark.data
@pytest.mark.parametrize(("scale", "published"), [(2, 37.68), (3, 34.06), (4, 31.88)])
def test_set5(carn_m: nn.Module, shared_data: Path, scale: int, published: float) -> None:
    folder = shared_data / "golden" / "imresize_u8_symmetric"
    scores = []
    for name in SET5:
        lr = read(folder / f"Set5_LR_x{scale}" / f"{name}x{scale}.bmp")
        with torch.no_grad():
            sr = carn_m(lr[None], scale)[0]
        hr = read(folder / "Set5_HR" / f"{name}.bmp")[:, : sr.shape[1], : sr.shape[2]]
        scores.append(psnr(sr, hr, scale))
    assert sum(scores) / len(scores) == pytest.approx(published, abs=0.005)


def test_names_of_the_larger_network_map_too() -> None:
    theirs = {"b3.b2.body.2.bias": torch.zeros(1), "sub_mean.shifter.bias": torch.zeros(3)}
    assert list(from_authors(theirs)) == ["body.blocks.2.blocks.1.0.2.bias"]
    assert "body.blocks.2.blocks.1.0.2.bias" in build("carn", scale=2, features=8).state_dict()


def test_a_strange_key_is_named() -> None:
    with pytest.raises(ModelError, match=r"key 'conv_first\.weight'"):
        from_authors({"conv_first.weight": torch.zeros(1)})


def test_a_key_of_thousands_of_digits_is_none_of_theirs() -> None:
    with pytest.raises(ModelError, match="not of the CARN authors'"):
        from_authors({f"b{'3' * 5000}.b2.body.2.bias": torch.zeros(1)})
