"""Every kind of model behind `load`, and scores that others published."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch.nn import functional

from realsr.inference.errors import InferenceError
from realsr.inference.loading import load
from realsr.inference.mixing import interpolated, mixed
from realsr.inference.onnx_export import onnx_bytes
from realsr.inference.upscaler import Upscaler
from realsr.models.cards import ModelCard, model_bytes
from realsr.models.errors import ModelError
from realsr.models.recognition import fits, skeleton
from realsr.models.table import ARCHITECTURES, build
from realsr.models.upsampling import enlarge
from tests.models.reduced import noise
from tests.models.set5 import SET5, psnr, read

ESPCN = ModelCard(
    architecture="espcn",
    arguments={"scale": 3, "features": (8, 4)},
    scale=3,
    colour="y",
    trained_on="bicubic",
    objective="l1",
    seed=7,
    steps=100,
)


def saved(path: Path, seed: int = 0) -> Path:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        path.write_bytes(model_bytes(ESPCN.built(), ESPCN))
    return path


def set5(model: Upscaler, data: Path) -> float:
    folder, scale, scores = data / "golden" / "imresize_u8_symmetric", model.scale, []
    for name in SET5:
        sr = model(read(folder / f"Set5_LR_x{scale}" / f"{name}x{scale}.bmp")[None])[0]
        hr = read(folder / "Set5_HR" / f"{name}.bmp")[:, : sr.shape[1], : sr.shape[2]]
        scores.append(psnr(sr, hr, scale))
    return sum(scores) / len(scores)


@pytest.mark.data
@pytest.mark.parametrize(("scale", "published"), [(2, 37.68), (3, 34.06), (4, 31.88)])
def test_carn_m_of_its_authors(shared_data: Path, scale: int, published: float) -> None:
    model = load(shared_data / "models" / "torch_state_dict" / "carn_m.pth", scale=scale)
    assert set5(model, shared_data) == pytest.approx(published, abs=0.005)


@pytest.mark.data
def test_matlabs_bicubic(shared_data: Path) -> None:
    assert set5(load("bicubic", scale=3), shared_data) == pytest.approx(30.40, abs=0.01)


@pytest.mark.data
def test_craft_through_spandrel(shared_data: Path) -> None:
    pytest.importorskip("spandrel", reason="the extra interop is not installed")
    model = load(shared_data / "models" / "torch_spandrel" / "craft_x4_team34.pth")
    assert set5(model, shared_data) == pytest.approx(32.42, abs=0.005)
    assert model(noise(1, 3, 5, 7)).shape == (1, 3, 20, 28)


@pytest.mark.data
def test_craft_padded_from_outside_is_worse(shared_data: Path) -> None:
    spandrel = pytest.importorskip("spandrel", reason="the extra interop is not installed")
    path = shared_data / "models" / "torch_spandrel" / "craft_x4_team34.pth"
    found = spandrel.ModelLoader().load_from_file(path)
    padded = Upscaler(found, found.scale, 3, "descriptor")
    assert set5(padded, shared_data) == pytest.approx(32.39, abs=0.005)


@pytest.mark.data
def test_a_compact_network_of_others_is_ours(shared_data: Path) -> None:
    path = shared_data / "models" / "torch_spandrel" / "realesr-animevideov3-x4_from_ncnn_fp16.pth"
    model = load(path)
    assert model.metadata.architecture == "srvgg"
    assert set5(model, shared_data) == pytest.approx(28.25, abs=0.005)


def test_a_card_says_it_all(tmp_path: Path) -> None:
    model = load(saved(tmp_path / "mine.safetensors"))
    assert (model.scale, model.channels, model.name) == (3, 1, "mine")
    known = model.metadata
    assert (known.trained_on, known.loss, known.seed, known.steps) == ("bicubic", "l1", 7, 100)
    assert model(noise(2, 3, 6, 5)).shape == (2, 3, 18, 15)
    with pytest.raises(ModelError, match="does not fit"):
        load(tmp_path / "mine.safetensors", scale=2)


def test_bare_weights_are_recognised(tmp_path: Path) -> None:
    network = build("espcn", scale=2, channels=3).eval()
    torch.save({"params": network.state_dict()}, tmp_path / "a.pth")
    model = load(tmp_path / "a.pth")
    assert (model.scale, model.channels, model.metadata.trained_on) == (2, 3, None)
    images = noise(1, 3, 8, 8)
    assert torch.equal(model(images), network(images).detach())


def test_a_scale_that_weights_do_not_tell_is_asked_for(tmp_path: Path) -> None:
    save_file(build("srcnn", scale=2).state_dict(), tmp_path / "s.safetensors")
    with pytest.raises(ModelError, match=r"say one of 2, 3, 4 \(--scale\)"):
        load(tmp_path / "s.safetensors")
    assert load(tmp_path / "s.safetensors", scale=3).scale == 3


def test_torchscript_and_functions(tmp_path: Path) -> None:
    network = build("espcn", scale=2, channels=3).eval()
    images = noise(1, 3, 20, 12)
    try:
        torch.jit.trace(network, images).save(str(tmp_path / "t.pt"))
    except RuntimeError as error:  # this Python or torch no longer traces
        pytest.skip(f"no TorchScript here: {error}")
    digest = hashlib.sha256((tmp_path / "t.pt").read_bytes()).hexdigest()
    model = load(tmp_path / "t.pt", trust=[digest])
    assert (model.scale, model.channels) == (2, 3)
    torch.testing.assert_close(model(images), network(images).detach())


def test_functions() -> None:
    trust = ["tests.inference.stand_ins"]
    model = load("tests.inference.stand_ins:doubled", trust=trust)
    assert (model.scale, model.reach) == (2, 0)
    with pytest.raises(InferenceError, match="both sides times one whole number"):
        load("tests.inference.stand_ins:wrong", trust=trust)
    with pytest.raises(InferenceError, match=r"no function tests\.inference\.stand_ins:missing"):
        load("tests.inference.stand_ins:missing", trust=trust)


def test_interpolations() -> None:
    images = noise(2, 3, 5, 6)
    assert torch.equal(load("bicubic", scale=3)(images), enlarge(images, 3))
    assert torch.equal(
        load("nearest", scale=2)(images), images.repeat_interleave(2, 2).repeat_interleave(2, 3)
    )
    constant = torch.full((1, 3, 4, 4), 0.3)
    torch.testing.assert_close(load("lanczos")(constant), torch.full((1, 3, 16, 16), 0.3))


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_box_and_area_give_an_enlarged_pixel_the_mean_of_its_own_extent(scale: int) -> None:
    """By a whole factor that extent lies within one input pixel, so the mean is that pixel."""
    images = noise(2, 3, 5, 6)
    expected = images.repeat_interleave(scale, 2).repeat_interleave(scale, 3)
    for name in ("box", "area"):
        assert torch.equal(load(name, scale=scale)(images), expected)
    bilinear = functional.interpolate(images, scale_factor=scale, mode="bilinear")
    torch.testing.assert_close(load("bilinear", scale=scale)(images), bilinear)


def test_hermite_goes_from_pixel_to_pixel_by_the_cubic_that_is_level_at_both() -> None:
    """At x2 positions lie a quarter from the nearer pixel: 3/4 ** 2 * (3 - 2 * 3/4) of it is 27 / 32."""
    images = torch.tensor([0.0, 0.32, 0.64]).expand(1, 3, 3, 3)
    line = torch.tensor([0.0, 0.05, 0.27, 0.37, 0.59, 0.64])
    torch.testing.assert_close(load("hermite", scale=2)(images), line.expand(1, 3, 6, 6))


def test_unknown_models_are_met_with_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(InferenceError, match=r"did you mean 'bicubic'"):
        load("bicubik")
    (tmp_path / "x.pth").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="not weights"):
        load(tmp_path / "x.pth")


def test_the_weights_of_every_row_are_told_apart() -> None:
    for row in ARCHITECTURES.values():
        channels = 1 if row.colour == "y" else 3
        found = fits(skeleton(row, row.scales[-1], channels).state_dict())
        assert row.name in {fit.architecture for fit in found}, row.name
        assert row.scales[-1] in {fit.scale for fit in found}, row.name


def test_spandrels_registry_reads_ours() -> None:
    spandrel = pytest.importorskip("spandrel", reason="the extra interop is not installed")
    from realsr.interop.spandrel_models import register

    registry = spandrel.MAIN_REGISTRY.copy()
    register(registry)
    assert "realsr_espcn" in registry
    assert "realsr_espcn" not in spandrel.MAIN_REGISTRY
    state = build("espcn", scale=2, channels=3).state_dict()
    found = spandrel.ModelLoader(registry=registry).load_from_state_dict(dict(state))
    assert (found.architecture.id, found.scale, found.input_channels) == ("realsr_espcn", 2, 3)
    assert found(noise(1, 3, 6, 6)).shape == (1, 3, 12, 12)


def test_onnx_of_any_size(tmp_path: Path) -> None:
    for package in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(package, reason="the extra onnx is not installed")
    network = ESPCN.built().eval()
    graph, difference = onnx_bytes(network, ESPCN)
    assert difference < 1e-5
    (tmp_path / "g.onnx").write_bytes(graph)
    model = load(tmp_path / "g.onnx")
    assert (model.scale, model.channels, model.metadata.seed) == (3, 1, 7)
    luma = noise(1, 1, 33, 21)
    torch.testing.assert_close(model.network(luma), network(luma).detach(), rtol=0.0, atol=1e-5)


def test_mixing_is_a_line_between_weights(tmp_path: Path) -> None:
    first, second = saved(tmp_path / "a.safetensors", 1), saved(tmp_path / "b.safetensors", 2)
    network, card = interpolated(first, second, 0.25)
    one, other = (load(path).module for path in (first, second))
    assert one is not None
    assert other is not None
    for name, value in network.state_dict().items():
        torch.testing.assert_close(
            value, 0.75 * one.state_dict()[name] + 0.25 * other.state_dict()[name]
        )
    assert (card.trained_on, card.seed) == ("bicubic", 7)
    counter = {"n": torch.tensor(3)}
    assert mixed(counter, {"n": torch.tensor(9)}, 0.5) == counter
    with pytest.raises(InferenceError, match="two different networks"):
        mixed(counter, {"m": torch.tensor(9)}, 0.5)


def test_torchscript_of_float16_gets_float16(tmp_path: Path) -> None:
    network = build("espcn", scale=2, channels=3).eval().half()
    images = noise(1, 3, 20, 12)
    try:
        torch.jit.trace(network, images.half()).save(str(tmp_path / "t.pt"))
    except RuntimeError as error:
        pytest.skip(f"no TorchScript here, or no float16 on it: {error}")
    digest = hashlib.sha256((tmp_path / "t.pt").read_bytes()).hexdigest()
    model = load(tmp_path / "t.pt", trust=[digest])
    assert (model.scale, model.dtype) == (2, torch.float16)
    result = model(images)
    assert result.dtype == torch.float32
    assert torch.equal(result, network(images.half()).detach().float())


def test_onnx_of_float16_gets_float16(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="the extra onnx is not installed")
    pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
    helper, sides = onnx.helper, ["b", 3, "h", "w"]
    for kind, dtype in ((onnx.TensorProto.FLOAT16, torch.float16), (onnx.TensorProto.UINT8, None)):
        lr = helper.make_tensor_value_info("lr", kind, sides)
        sr = helper.make_tensor_value_info("sr", kind, ["b", 3, "H", "W"])
        scales = helper.make_tensor("scales", onnx.TensorProto.FLOAT, [4], [1.0, 1.0, 2.0, 2.0])
        node = helper.make_node("Resize", ["lr", "", "scales"], ["sr"], mode="nearest")
        graph = helper.make_graph([node], "twice", [lr], [sr], [scales])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        (tmp_path / "g.onnx").write_bytes(model.SerializeToString())
        if dtype is None:
            with pytest.raises(InferenceError, match=r"its input is tensor\(uint8\)"):
                load(tmp_path / "g.onnx")
            continue
        found, images = load(tmp_path / "g.onnx"), noise(1, 3, 7, 9)
        assert (found.scale, found.dtype) == (2, dtype)
        expected = images.half().float().repeat_interleave(2, 2).repeat_interleave(2, 3)
        assert torch.equal(found(images), expected)


@pytest.mark.data
def test_another_programs_float16_graph(shared_data: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
    model = load(shared_data / "cases" / "models" / "fp16_dynamic.onnx")
    images = noise(1, model.channels, 12, 10)
    assert model.dtype == torch.float16
    assert model(images).isfinite().all()


def test_what_spandrel_knows_with_one_channel_is_grey(tmp_path: Path) -> None:
    spandrel = pytest.importorskip("spandrel", reason="the extra interop is not installed")
    from spandrel.architectures.DnCNN import DnCNN

    assert spandrel
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = DnCNN(in_nc=1, out_nc=1, nc=8, nb=17, act_mode="R").eval()
    torch.save(network.state_dict(), tmp_path / "dncnn.pth")
    model, images = load(tmp_path / "dncnn.pth"), noise(1, 1, 9, 8)
    assert (model.channels, model.sees) == (1, "grey")
    assert torch.equal(model(images), network(images).detach())


def test_ours_with_one_channel_see_luma_through_any_file(tmp_path: Path) -> None:
    assert load(saved(tmp_path / "a.safetensors")).sees == "studio_luma"
    save_file(build("espcn", scale=2).state_dict(), tmp_path / "b.safetensors")
    assert load(tmp_path / "b.safetensors").sees == "studio_luma"
