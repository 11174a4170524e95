"""Weights into networks: strict, relaxed, refused; and a community checkpoint on Set5."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from realsr.models.checkpoints import load_weights, read_checkpoint
from realsr.models.errors import ModelError
from realsr.models.noise_srvgg import NoiseSRVGG, NoiseSRVGGArguments
from realsr.models.srvgg import SRVGG, SRVGGArguments


def srvgg(scale: int = 2, features: int = 8, convolutions: int = 2) -> SRVGG:
    return SRVGG(SRVGGArguments(scale=scale, features=features, convolutions=convolutions))


def test_strict_fills_everything(tmp_path: Path) -> None:
    source, target = srvgg(), srvgg()
    torch.save(
        {"params_ema": source.state_dict(), "params": srvgg().state_dict()}, tmp_path / "a.pth"
    )
    save_file(source.state_dict(), tmp_path / "a.safetensors")
    for name in ("a.pth", "a.safetensors"):
        report = load_weights(target, tmp_path / name)
        assert report.complete
        assert set(report.loaded) == set(target.state_dict())
        assert all(torch.equal(v, target.state_dict()[k]) for k, v in source.state_dict().items())


def test_strict_names_what_does_not_fit_and_leaves_the_network_alone() -> None:
    target = srvgg(scale=4)
    before = {key: value.clone() for key, value in target.state_dict().items()}
    checkpoint = srvgg(scale=2).state_dict() | {"extra": torch.zeros(1)}
    del checkpoint["body.0.bias"]
    with pytest.raises(ModelError) as caught:
        load_weights(target, checkpoint)
    message = str(caught.value)
    assert "1 missing: body.0.bias" in message
    assert "1 unexpected: extra" in message
    assert "body.6.weight is (12, 8, 3, 3), not (48, 8, 3, 3)" in message
    assert all(torch.equal(value, before[key]) for key, value in target.state_dict().items())


def test_relaxed_carries_the_body_from_x2_to_x4() -> None:
    source, target = srvgg(scale=2), srvgg(scale=4)
    report = load_weights(target, source.state_dict(), mode="relaxed")
    assert [key for key, *_ in report.mismatched] == ["body.6.weight", "body.6.bias"]
    assert not report.complete
    assert len(report.loaded) == len(target.state_dict()) - 2
    assert torch.equal(target.body[2].weight, source.body[2].weight)


def test_relaxed_warms_up_the_noise_conditioned_network() -> None:
    target = NoiseSRVGG(NoiseSRVGGArguments(scale=2, features=8, convolutions=2))
    source = srvgg()
    report = load_weights(target, source.state_dict(), mode="relaxed")
    assert all(key.startswith("injections.") for key in report.missing)
    lr = torch.rand(1, 3, 5, 5)
    assert torch.equal(target(lr), source(lr))


def test_nothing_in_common_is_refused_in_either_mode() -> None:
    for mode in ("strict", "relaxed"):
        with pytest.raises(ModelError, match="no tensor fits SRVGG"):
            load_weights(srvgg(), {"other.weight": torch.zeros(3)}, mode)  # type: ignore[arg-type]


class Payload:
    """A pickled object that would touch a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (str(self.path),)


def test_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    torch.save({"params": Payload(tmp_path / "ran")}, tmp_path / "evil.pth")
    with pytest.raises(ModelError, match="without running the file's code"):
        read_checkpoint(tmp_path / "evil.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["a.pth", "a.safetensors"])
def test_a_damaged_file_and_a_missing_one_are_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match=f"no weights at .*{name}"):
        read_checkpoint(tmp_path / name)
    (tmp_path / name).write_bytes(b"not weights at all")
    with pytest.raises(ModelError, match=f"{name}: not weights"):
        read_checkpoint(tmp_path / name)
    torch.save(torch.zeros(3), tmp_path / "tensor.pth")
    with pytest.raises(ModelError, match="holds a Tensor; expected a state dict"):
        read_checkpoint(tmp_path / "tensor.pth")


@pytest.mark.data
def test_animevideov3_reaches_its_score_on_set5(shared_data: Path) -> None:
    """28.25 dB: PSNR of BT.601 luma of 8-bit SR, 4 border pixels cut, MATLAB's bicubic LR of five images."""
    weights = shared_data / "models/torch_spandrel/realesr-animevideov3-x4_from_ncnn_fp16.pth"
    network = srvgg(scale=4, features=64, convolutions=16)
    assert load_weights(network, weights).complete
    golden = shared_data / "golden/imresize_u8_symmetric"
    scores = []
    for path in sorted((golden / "Set5_HR").glob("*.bmp")):
        lr = _rgb(golden / "Set5_LR_x4" / f"{path.stem}x4.bmp")
        with torch.no_grad():
            sr = network(lr).clamp(0, 1).mul(255).round().div(255)
        scores.append(_luma_psnr(sr, _rgb(path), crop=4))
    assert len(scores) == 5
    assert sum(scores) / 5 == pytest.approx(28.25, abs=0.005)


def _rgb(path: Path) -> torch.Tensor:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    assert isinstance(pixels, np.ndarray)
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255.0


def _luma_psnr(sr: torch.Tensor, hr: torch.Tensor, crop: int) -> float:
    height, width = sr.shape[-2:]
    weights = torch.tensor([65.481, 128.553, 24.966], dtype=torch.float64).view(1, 3, 1, 1)
    difference = ((sr - hr[..., :height, :width]).double() * weights).sum(dim=1)
    error = difference[..., crop:-crop, crop:-crop].square().mean()
    return 20.0 * math.log10(255.0) - 10.0 * math.log10(float(error))


def test_an_unreadable_file_is_told_in_our_words(tmp_path: Path) -> None:
    """torch's own advise to read the file with its code."""
    path = tmp_path / "page.pth"
    path.write_bytes(b"<!DOCTYPE html> no such model")
    with pytest.raises(ModelError, match="holds more than tensors; expected") as told:
        read_checkpoint(path)
    assert "weights_only" not in str(told.value)
