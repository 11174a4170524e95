"""Every operator's GPU form against its kernel, and each Triton kernel against the torch function it stands in for.

On a CUDA device the forms run as compiled; without one `test_interpreter.py` runs this file by Triton's
interpreter, on the CPU.
"""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import pytest
import torch

from degrade.execute.device import form_of
from degrade.execute.singles import group_of
from degrade.functional import filtering, noise, philox, resample
from degrade.functional.filtering import Border
from degrade.functional.libjpeg import codec
from degrade.functional.libjpeg.quantise import tables_of
from degrade.functional.resample import Line
from degrade.geometry import Size
from degrade.operators.base import Group
from degrade.operators.table import OPERATORS
from tests.cases import CASES, Case
from tests.contract.test_operators import image, planned

INTERPRETED = os.environ.get("TRITON_INTERPRET") == "1"

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(
        importlib.util.find_spec("triton") is None, reason="triton is not installed"
    ),
    pytest.mark.skipif(
        not INTERPRETED and not torch.cuda.is_available(),
        reason="no CUDA device; test_interpreter.py runs these on the CPU",
    ),
]

DEVICE = torch.device("cpu" if INTERPRETED else "cuda")
SIZES = (Size(15, 13), Size(9, 21), Size(1, 3), Size(16, 17))
TOLERANCE = 5e-7
FORMS = [case for case in CASES if OPERATORS[case.op].device_kernel is not None]
by_form = pytest.mark.parametrize("case", [pytest.param(case, id=case.op) for case in FORMS])


def on_device(*values: int) -> torch.Tensor:
    return torch.tensor(values, device=DEVICE)


def keys() -> tuple[torch.Tensor, torch.Tensor]:
    """Low and high words of three noise keys."""
    return on_device(1, 2**31 + 5, 2**32 - 1), on_device(9, 2**32 - 1, 0)


def uniform(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)).to(DEVICE)


def ragged(case: Case, channels: int) -> tuple[torch.Tensor, Group[Any]]:
    """The case's records on images of their own sizes; what lies beyond them is full of 7."""
    sizes = [SIZES[index % len(SIZES)] for index in range(len(case.values))]
    steps = [
        planned(case, values, size)[0] for values, size in zip(case.values, sizes, strict=True)
    ]
    height, width = (max(size[axis] for size in sizes) for axis in (0, 1))
    canvas = torch.full((len(sizes), channels, height, width), 7.0)
    for index, size in enumerate(sizes):
        canvas[index, :, : size.height, : size.width] = image(size, channels, index)
    return canvas.to(DEVICE), group_of(steps, DEVICE)


def only(batch: Group[Any], number: int) -> Group[Any]:
    return Group([batch.records[number]], [batch.sizes[number]], [batch.placements[number]], DEVICE)


def own_parts(canvas: torch.Tensor, of: Group[Any]) -> list[torch.Tensor]:
    return [
        one[:, : place.size.height, : place.size.width]
        for one, place in zip(canvas, of.placements, strict=True)
    ]


def depth(case: Case) -> int:
    """One channel where a blur's many taps would keep the interpreter busy; three elsewhere."""
    return 1 if INTERPRETED and case.op.endswith(("blur", "bank")) else 3


@by_form
def test_the_form_is_the_kernel(case: Case) -> None:
    """Within 5e-7 on the same device and of the CPU's definition; alone as in company, bit for bit."""
    operator = OPERATORS[case.op]
    form = operator.device_kernel
    assert form is not None
    canvas, batch = ragged(case, depth(case))
    kept = canvas.clone()
    made = own_parts(form(canvas, batch), batch)
    cpu = Group(batch.records, batch.sizes, batch.placements, torch.device("cpu"))
    kernel = own_parts(operator.kernel(canvas, batch), batch)
    definition = own_parts(operator.kernel(canvas.cpu(), cpu), batch)
    for one, other, third in zip(made, kernel, definition, strict=True):
        assert one.dtype == torch.float32
        assert one.shape == other.shape
        assert (one - other).abs().max() <= TOLERANCE
        assert (one.cpu() - third).abs().max() <= TOLERANCE
    assert torch.equal(canvas, kept), "the input was written to"
    number = 0 if depth(case) == 1 else len(made) - 1
    (height, width), alone = batch.sizes[number], only(batch, number)
    (single,) = own_parts(form(canvas[number : number + 1, :, :height, :width], alone), alone)
    assert torch.equal(single, made[number])


@pytest.mark.parametrize("count", [1, 8, 2049])
def test_words_are_those_of_the_definition(count: int) -> None:
    from degrade.functional.gpu.fields import field_longs

    for stream in (0, 1, 3):
        assert torch.equal(
            field_longs(keys(), count, stream), philox.field_longs(keys(), count, stream)
        )


def test_added_normals_are_those_of_the_definition() -> None:
    """Three channels' own fields and a shared one, in sizes of their own: the same bits."""
    from degrade.functional.gpu.fields import add_normals

    images, scales = uniform(3, 3, 23, 31), torch.tensor([0.1, 0.03, 0.5], device=DEVICE)
    heights, widths, depths = on_device(23, 13, 1), on_device(17, 31, 1), on_device(3, 1, 3)
    count = int((heights * widths * depths).max())
    index = philox.field_index(widths, depths, (3, 23, 31), count)
    field = noise.normals(keys(), index, count, stream=2)
    expected = images + scales.view(-1, 1, 1, 1) * field
    made = add_normals(images, keys(), scales, (heights, widths, depths), count, stream=2)
    for one, other, height, width in zip(made, expected, heights, widths, strict=True):
        assert torch.equal(one[:, :height, :width], other[:, :height, :width])


@pytest.mark.parametrize("border", ["reflect101", "replicate"])
def test_correlation_at_the_true_support(border: Border) -> None:
    """Supports of 5, 3, 1 and a single corner tap on a canvas of 5, images smaller than the kernel among them."""
    from degrade.functional.gpu.correlation import correlate

    kernels = torch.zeros(4, 5, 5, dtype=torch.float64, device=DEVICE)
    kernels[0] = uniform(5, 5).double() - 0.3
    kernels[1, 1:4, 1:4] = uniform(3, 3, seed=1).double()
    kernels[2, 2, 2] = kernels[3, 0, 4] = 1.0
    kernels[:2] /= kernels[:2].abs().sum((1, 2), keepdim=True)
    images = uniform(4, 2, 18, 66, seed=2)
    heights, widths = on_device(18, 2, 18, 5), on_device(66, 1, 7, 65)
    made = correlate(images, kernels, heights, widths, border)
    expected = filtering.correlate(images, kernels, heights, widths, border)
    for one, other, height, width in zip(made, expected, heights, widths, strict=True):
        difference = (one - other)[:, :height, :width].abs().max()
        assert difference <= 1.2e-7


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("dim", [2, 3])
def test_weighted_means_are_those_of_the_definition(dtype: torch.dtype, dim: int) -> None:
    from degrade.functional.gpu.taps import apply_taps

    lines = [
        Line("bicubic", True, 20, 5, 4.0, 1.5),
        Line("adaptive_area", True, 17, 36, 17 / 36, 0.0),
        Line("nearest", False, 20, 20, 1.0, 0.0),
        Line("lanczos3", True, 5, 2, 2.5, 0.75),
    ]
    images = uniform(4, 2, 20, 20).to(dtype) - 0.2
    index, weight = resample.taps(lines, 36, DEVICE)
    expected = resample.apply_taps(images, index, weight, dim)
    assert torch.equal(apply_taps(images, index, weight, dim), expected)


@pytest.mark.parametrize("kind", ["noise", "black and white", "stripes", "flat"])
def test_blocks_are_libjpegs_integers(kind: str) -> None:
    from degrade.functional.gpu.blocks import coded_planes

    random = (uniform(5, 2, 24, 40) * 256).to(torch.int32)
    planes = {
        "noise": random,
        "black and white": (random > 127).to(torch.int32) * 255,
        "stripes": (torch.arange(40, device=DEVICE) % 2 * 255).to(torch.int32).expand(5, 2, 24, 40),
        "flat": torch.full_like(random, 255),
    }[kind]
    for steps in tables_of(on_device(1, 5, 30, 77, 100)):
        made = coded_planes(planes, steps)
        assert torch.equal(made, codec.coded_planes(planes.contiguous(), steps))


def test_the_executor_takes_the_form_on_cuda_only() -> None:
    operator = OPERATORS["gaussian_noise"]
    case = next(case for case in CASES if case.op == operator.name)
    canvas, batch = ragged(case, 3)
    assert operator.device_kernel is not None
    expected = operator.device_kernel if DEVICE.type == "cuda" else operator.kernel
    made = own_parts(form_of(operator, canvas.device)(canvas, batch), batch)
    for one, other in zip(made, own_parts(expected(canvas, batch), batch), strict=True):
        assert torch.equal(one, other)
