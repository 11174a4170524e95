"""Learned downsamplers: both kinds of file, what the pixels must be, company, geometry and what is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save, save_file
from scipy import ndimage, signal

import degrade
from degrade.errors import ImageError, TraceError
from degrade.execute.batched import run_batched
from degrade.execute.plan import PlannedStep
from degrade.execute.singles import run_reference, run_singles
from degrade.functional.downsamplers import (
    LinearGenerator,
    ResidualDownsampler,
    read_safetensors,
    save_downsampler,
)
from degrade.geometry import Frame, Size
from degrade.operators.learned import LEARNED_DOWNSAMPLER, LearnedDownsamplerParameters
from tests.cases import LINEAR_X2, LINEAR_X3
from tests.contract.samples import equal, image
from tests.forms import planned

SIZES = [Size(40, 36), Size(24, 52), Size(40, 36), Size(8, 8)]


class Mean(torch.nn.Module):
    """Area averaging by two, with something that a fuser would like."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(torch.logit(torch.nn.functional.avg_pool2d(x, 2).clamp(0.01, 0.99)))


class Deaf(torch.nn.Module):
    """Gives nearest values back at full size."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 1.0


def record(file: str | Path, **more: Any) -> LearnedDownsamplerParameters:
    content = Path(file).read_bytes()
    values = {"file": str(file), "digest": hashlib.sha256(content).hexdigest(), "scale": 2, **more}
    return LearnedDownsamplerParameters(**values)


def scripted(module: torch.nn.Module, path: Path) -> Path:
    traced = torch.jit.trace(module, torch.rand(1, 3, 32, 32))
    torch.jit.save(traced, path)
    return path


def residual(path: Path, scale: int, seed: int = 0) -> Path:
    torch.manual_seed(seed)
    save_downsampler(ResidualDownsampler(3, 8, 2, scale), "residual", scale, path)
    return path


def step(one: LearnedDownsamplerParameters, size: Size) -> tuple[PlannedStep]:
    return (planned(LEARNED_DOWNSAMPLER, one, size),)


def run(one: LearnedDownsamplerParameters, picture: torch.Tensor) -> torch.Tensor:
    return run_reference([step(one, Size(*picture.shape[1:]))], [picture])[0]


def kernel_of(module: LinearGenerator) -> np.ndarray:
    """The chain's layers as one correlation kernel, joined by scipy."""
    planes = [np.ones((1, 1))]
    for layer in module.layers:
        weight = layer.weight.detach().double().numpy()
        planes = [
            sum(signal.convolve2d(planes[i], weight[o, i]) for i in range(weight.shape[1]))
            for o in range(weight.shape[0])
        ]
    return planes[0]


@pytest.mark.parametrize("values", [LINEAR_X2, LINEAR_X3])
def test_a_linear_generator_is_one_kernel_and_a_stride(values: dict[str, Any]) -> None:
    one = LearnedDownsamplerParameters(**values)
    kernel = kernel_of(read_safetensors(Path(one.file).read_bytes()))  # type: ignore[arg-type]
    assert kernel.sum() == pytest.approx(1.0, abs=1e-5)
    picture = torch.rand((5, 48, 36), generator=torch.Generator().manual_seed(0))
    wide = picture.numpy().astype(np.float64)
    expected = [
        ndimage.correlate(plane, kernel, mode="mirror")[:: one.scale, :: one.scale]
        for plane in wide
    ]
    np.testing.assert_allclose(run(one, picture).numpy(), np.stack(expected), atol=1e-6)


@pytest.mark.parametrize("values", [LINEAR_X2, LINEAR_X3])
def test_the_declared_shift_is_the_measured_one(values: dict[str, Any]) -> None:
    """The kernel's first moments and the first pixel kept tell the shift; a ramp tells what is read."""
    scale, margin = values["scale"], values["margin"]
    kernel = kernel_of(read_safetensors(Path(values["file"]).read_bytes()))  # type: ignore[arg-type]
    places = np.arange(len(kernel)) - margin
    shift_y, shift_x = ((kernel.sum(1 - axis) * places).sum() for axis in (0, 1))
    middle = (scale - 1) / 2
    one = LearnedDownsamplerParameters(
        **{**values, "shift_y": shift_y - middle, "shift_x": shift_x - middle}
    )
    place = LEARNED_DOWNSAMPLER.facts.place(one, Frame(Size(60, 60), Size(60, 60)))
    rows, columns = torch.meshgrid(torch.arange(60.0), torch.arange(60.0), indexing="ij")
    seen = run(one, torch.stack([rows, columns]) / 64)[:, 4:-4, 4:-4] * 64
    for axis, plane in ((place.y, seen[0]), (place.x, seen[1].T)):
        declared = torch.tensor([axis(4.0 + i) for i in range(plane.shape[0])])
        assert (plane - declared[:, None]).abs().max() < 0.01


def test_zero_weights_leave_the_mean(tmp_path: Path) -> None:
    module = ResidualDownsampler(3, 8, 2, 4)
    torch.nn.init.zeros_(module.leave.weight)
    torch.nn.init.zeros_(module.leave.bias)  # type: ignore[arg-type]
    save_downsampler(module, "residual", 4, tmp_path / "mean.safetensors")
    picture = image(Size(48, 64))
    made = run(record(tmp_path / "mean.safetensors", scale=4), picture)
    torch.testing.assert_close(made, torch.nn.functional.avg_pool2d(picture[None], 4)[0])


def test_a_file_read_back_is_the_module(tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = ResidualDownsampler(3, 8, 2, 2)
    save_downsampler(module, "residual", 2, tmp_path / "m.safetensors")
    pixels = torch.rand(1, 3, 16, 16)
    again = read_safetensors((tmp_path / "m.safetensors").read_bytes())
    assert torch.equal(again(pixels), module(pixels))


def files(folder: Path) -> list[LearnedDownsamplerParameters]:
    torch.manual_seed(1)
    return [
        record(residual(folder / "a.safetensors", 2)),
        record(residual(folder / "b.safetensors", 4, 1), scale=4, margin=8),
        record(scripted(ResidualDownsampler(3, 8, 1, 2), folder / "c.pt")),
        record(scripted(Mean(), folder / "d.pt"), margin=0),
    ]


def test_company_does_not_count(tmp_path: Path) -> None:
    """Networks of 3 channels, from both kinds of file: alone, in a batch, turned round, on several threads."""
    records = [one for one in files(tmp_path) for _ in range(4)]
    images = [image(SIZES[i % 4], 3, i) for i in range(16)]
    plans = [
        step(one, Size(*picture.shape[1:])) for one, picture in zip(records, images, strict=True)
    ]
    alone = [run_batched([plan], [one])[0] for plan, one in zip(plans, images, strict=True)]
    assert equal(run_batched(plans, images), alone)
    assert equal(run_batched(plans[::-1], images[::-1]), alone[::-1])
    assert equal(run_singles(plans, images, 4), run_singles(plans, images, 1))
    for one, other in zip(run_singles(plans, images, 1), alone, strict=True):
        assert (one - other).abs().max() < 5e-7


def test_a_torchscript_answers_alike_the_first_time_and_the_tenth(tmp_path: Path) -> None:
    one = record(scripted(Mean(), tmp_path / "m.pt"), margin=2)
    pictures = [image(SIZES[i % 4], 3, i) for i in range(4)]
    first = [run(one, picture) for picture in pictures]
    for _ in range(5):
        assert equal([run(one, picture) for picture in pictures], first)
    with ThreadPoolExecutor(4) as pool:
        assert equal(list(pool.map(lambda p: run(one, p), pictures)), first)


def test_the_optimiser_switch_is_left_alone(tmp_path: Path) -> None:
    one = record(scripted(Mean(), tmp_path / "m.pt"))
    for setting in (True, False):
        with torch.jit.optimized_execution(setting):
            run(one, image(Size(16, 16)))
            assert torch._C._get_graph_executor_optimize() is setting


def test_gradients_pass_through_both_kinds_of_file(tmp_path: Path) -> None:
    for one in files(tmp_path)[:3]:
        picture = image(Size(24, 24)).requires_grad_()
        made = run(one, picture)
        made.square().sum().backward()  # type: ignore[no-untyped-call]
        assert picture.grad is not None
        assert torch.isfinite(picture.grad).all()
        assert (picture.grad != 0).float().mean() > 0.9


def test_in_a_pipeline() -> None:
    text = f"""
name: estimated
scale: 2
lr:
  - op: learned_downsampler
    file: {LINEAR_X2["file"]}
    digest: {LINEAR_X2["digest"]}
    scale: 2
    margin: 2
    shift_y: -0.5
    shift_x: -0.5
  - op: quantise
"""
    pipeline = degrade.parse_pipeline(text)
    hr = torch.stack([image(Size(32, 48), 3, seed) for seed in range(3)])
    traces = degrade.draw(pipeline, degrade.keys(0, ["a", "b", "c"]))
    assert traces[0].lr[0].values["digest"] == LINEAR_X2["digest"]
    lr = degrade.apply(traces, hr)
    assert lr.shape == (3, 3, 16, 24)
    assert degrade.placement(traces[0], Size(32, 48)).y.shift == 0.0
    replayed = [degrade.trace_from_data(trace.to_data()) for trace in traces]
    assert torch.equal(degrade.apply(replayed, hr), lr)


def odd(folder: Path) -> str:
    (folder / "odd.safetensors").write_bytes(b"not a model")
    return str(folder / "odd.safetensors")


def nameless(folder: Path) -> str:
    save_file({"a": torch.zeros(2)}, folder / "n.safetensors", {"architecture": "gan"})
    return str(folder / "n.safetensors")


def misfit(folder: Path) -> str:
    metadata = {"architecture": "residual", "scale": "2"}
    save_file({"enter.weight": torch.zeros(4, 3, 3, 3)}, folder / "w.safetensors", metadata)
    return str(folder / "w.safetensors")


def pickled(folder: Path) -> str:
    torch.save({"a": torch.zeros(2)}, folder / "p.pt")
    return str(folder / "p.pt")


def other(folder: Path) -> str:
    (folder / "m.onnx").write_bytes(b"")
    return str(folder / "m.onnx")


def full_size(folder: Path) -> str:
    return str(scripted(Deaf(), folder / "f.pt"))


@pytest.mark.parametrize(
    ("make", "more", "said"),
    [
        (odd, {}, "not a safetensors file"),
        (
            nameless,
            {},
            "architecture 'gan' and scale ''; expected one of linear_generator, residual",
        ),
        (misfit, {}, "the weights are not those of residual"),
        (pickled, {}, "p.pt"),
        (other, {}, "expected .safetensors or TorchScript .pt"),
        (full_size, {}, "does not grow by one pixel for 2 of the input"),
        (lambda _: LINEAR_X2["file"], {"scale": 3, "margin": 2}, "a scale of 3 with a margin of 2"),
        (lambda _: LINEAR_X2["file"], {"margin": 0}, "a margin of 0 px needs 6x6"),
        (lambda _: LINEAR_X2["file"], {"digest": "0" * 64}, str(LINEAR_X2["digest"])),
    ],
)
def test_files_that_are_refused(
    tmp_path: Path, make: Callable[[Path], str], more: dict[str, Any], said: str
) -> None:
    one = record(make(tmp_path), **more)
    with pytest.raises(TraceError) as caught:
        step(one, Size(16, 16))
    assert said in str(caught.value)
    assert "learned_downsampler" in str(caught.value)


def test_a_missing_file_and_the_wrong_channels_are_named(tmp_path: Path) -> None:
    path = residual(tmp_path / "m.safetensors", 2)
    one = record(path)
    with pytest.raises(ImageError, match=r"fails on an image of shape \(1, 16, 16\)"):
        run(one, image(Size(16, 16), 1))
    absent = one.model_copy(update={"file": str(tmp_path / "none.pt")})
    with pytest.raises(TraceError, match=r"none\.pt' cannot be read: there is no such file"):
        step(absent, Size(16, 16))


def test_a_small_tensor_asks_for_no_large_network() -> None:
    """Its shape says how wide the network would be: 14 GB here."""
    weights = {"enter.weight": torch.zeros(20_000, 3, 1, 1), "a.first.weight": torch.zeros(1)}
    metadata = {"architecture": "residual", "scale": "2"}
    with pytest.raises(ValueError, match="not those of residual"):
        read_safetensors(save(weights, metadata))
    with pytest.raises(ValueError, match="the metadata say"):
        read_safetensors(save(weights, metadata | {"scale": "9" * 5000}))
