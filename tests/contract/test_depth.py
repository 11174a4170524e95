"""Depth: float32 values pass in full, and each operator that rounds them says so in its row."""

from __future__ import annotations

import pytest
import torch

import degrade
from degrade.errors import ImageError
from degrade.execute import Engine
from degrade.execute.batched import run_batched
from degrade.execute.singles import run_reference, run_singles
from degrade.geometry import Size
from degrade.operators.base import Parameters
from degrade.operators.table import OPERATORS
from degrade.trace import Values
from tests.cases import CASES, KEY, Case
from tests.contract.samples import equal, param, planned, samples

SIZE = Size(24, 29)
by_operator = pytest.mark.parametrize("case", [param(case) for case in CASES])


def sixteen_bits(size: Size, channels: int = 3) -> torch.Tensor:
    """Levels of 16 bits, away from both ends and never one of 8 bits."""
    generator = torch.Generator().manual_seed(5)
    levels = 257 * torch.randint(20, 235, (channels, *size), generator=generator)
    between = torch.randint(1, 257, (channels, *size), generator=generator)
    return (levels + between).float() / 65535


def eight_bits(images: torch.Tensor) -> torch.Tensor:
    return torch.round(images * 255) / 255


def rounds_to_eight_bits(op: str, record: Parameters) -> bool:
    depth = OPERATORS[op].facts.depth
    return depth.startswith("8 bits") and (
        "unless" not in depth or record.model_dump()["eight_bit"]
    )


@by_operator
def test_who_rounds_to_eight_bits_says_so(case: Case) -> None:
    """With 16 bits in, all that comes out is k / 255 exactly where the row has it so.

    Where it has float32, the lower eight bits of what came in count.
    """
    for values in case.values:
        plan = planned(case, values, SIZE)
        fine = sixteen_bits(SIZE)
        made, made_of_coarse = run_singles([plan, plan], [fine, eight_bits(fine)], 1)
        rounded = rounds_to_eight_bits(case.op, plan[0].record)
        if rounded or OPERATORS[case.op].facts.depth == "float32":
            assert equal([made], [eight_bits(made)]) == rounded, values
        if OPERATORS[case.op].facts.depth == "float32" and not _flattens(case.op, values):
            assert not torch.equal(made, made_of_coarse), values


def _flattens(op: str, values: Values) -> bool:
    """The coarsest quantisation of all leaves one flat tone, whatever the lower bits were."""
    return op == "basicsr_diffjpeg" and values["quality"] == 1.0


def test_depths_are_of_three_kinds() -> None:
    found = {row.facts.depth for row in OPERATORS.values()}
    assert all(depth.startswith(("float32", "8 bits", "`levels` values")) for depth in found)
    for name, row in OPERATORS.items():
        assert row.facts.depth.startswith("`levels`") == (
            "levels" in row.parameters.model_fields and not row.facts.differentiable
        ), name


IDENTITIES: tuple[tuple[str, Values], ...] = (
    ("resize", {"factor": 1.0}),
    ("matlab_bicubic_double", {"factor": 1.0}),
    ("cv2_resize", {"factor": 1.0, "eight_bit": False}),
    ("torch_resize", {"factor": 1.0}),
    ("nearest_strided", {"step": 1}),
    ("dpid", {"factor": 1.0, "lambda_": 0.0}),
    ("gaussian_blur", {"size": 7, "sigma_x": 0.1, "sigma_y": 0.1, "angle": 0.0}),
    ("box_blur", {"width": 1.0}),
    ("defocus_blur", {"radius": 0.3}),
    ("linear_motion_blur", {"length": 0.0}),
    ("zoom_blur", {"most": 1.0}),
    ("glass_blur", {"sigma": 0.0, "reach": 0, "key": KEY}),
    *(
        (op, {"sigma_255": 0.0, "key": KEY})
        for op in ("gaussian_noise", "speckle_noise", "uniform_noise", "laplace_noise")
    ),
    ("salt_pepper_noise", {"amount": 0.0, "key": KEY}),
    ("poisson_noise", {"scale": 0.0, "count": 256, "key": KEY}),
    ("dead_pixels", {"share": 0.0, "key": KEY}),
    ("clamp", {}),
    ("quantise", {"levels": 65536}),
    ("levels", {}),
    ("saturation", {"factor": 1.0}),
    ("white_balance", {"red_gain": 1.0, "blue_gain": 1.0}),
    ("chroma_subsampling", {"layout": "4:4:4"}),
    ("channel_shift", {"red_x": 0.0, "red_y": 0.0, "blue_x": 0.0, "blue_y": 0.0}),
    ("interlace", {"comb": 0.0}),
    ("oversharpen", {"sigma": 0.5, "weight": 0.0}),
    ("vignette", {"corner_gain": 1.0}),
    ("pixelate", {"block": 1}),
    ("scan_lines", {"period": 2.0, "darkness": 0.0}),
)


@pytest.mark.parametrize(("op", "values"), IDENTITIES, ids=[op for op, _ in IDENTITIES])
def test_at_no_strength_sixteen_bits_come_back(op: str, values: Values) -> None:
    fine = sixteen_bits(SIZE)
    plan = planned(Case(op, (values,)), values, SIZE)
    for made in (run_singles([plan], [fine], 1)[0], run_reference([plan], [fine])[0]):
        assert (made - fine).abs().max() <= 2**-24


def test_a_pipeline_of_float_steps_keeps_sixteen_bits() -> None:
    stages = (
        "{op: gaussian_blur, size: 5, sigma_x: 1, sigma_y: 1, angle: 0}, "
        "{op: resize, factor: 1, of: target, filter: bicubic}, {op: clamp}, {op: quantise, levels: 65536}"
    )
    drawn = degrade.draw(
        degrade.parse_pipeline(f"name: x\nscale: 2\nlr: [{stages}]"), degrade.keys(0, ["a"])
    )
    fine = sixteen_bits(Size(32, 32))[None]
    lr = degrade.apply(drawn, fine)
    assert torch.equal(torch.round(lr * 65535) / 65535, lr)
    assert (lr * 255 - torch.round(lr * 255)).abs().mean() > 0.2  # 0.25 of values spread evenly
    rounded = degrade.apply(drawn, eight_bits(fine))
    assert 0 < (lr - rounded).abs().max() < 1 / 255


@by_operator
def test_nan_stays_in_its_own_sample(case: Case) -> None:
    """A device's values are not looked at: one sample's NaN must neither end nor change the others."""
    if OPERATORS[case.op].facts.on_host:
        pytest.skip("the named host codec")
    plans, images = samples(case)
    lost = [torch.full_like(one, torch.nan) for one in images]
    made = run_batched([*plans, *plans], [*images, *lost])[: len(plans)]
    assert equal(made, run_batched(plans, images))


@pytest.mark.parametrize("engine", ["singles", "batched", "reference"])
@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_the_image_that_is_not_finite_is_named(engine: Engine, wrong: float) -> None:
    drawn = degrade.draw(degrade.load_pipeline("gaussian8", scale=4), degrade.keys(0, list("abc")))
    hr = torch.full((3, 3, 16, 16), 0.5)
    hr[1, 2, 3, 4] = wrong
    with pytest.raises(ImageError, match="image 1: the HR holds NaN or infinite values"):
        degrade.apply(drawn, hr, engine=engine)


@pytest.mark.parametrize(
    ("op", "field", "end"),
    [
        ("halo", "sigma", 20.0),
        ("oversharpen", "sigma", 20.0),
        ("print_and_scan", "back_blur_px", 20.0),
        ("analogue_video", "chroma_cutoff", 0.01),
    ],
)
def test_the_widest_kernel_of_a_range_is_made(op: str, field: str, end: float) -> None:
    case = next(case for case in CASES if case.op == op)
    plan = planned(case, {**case.values[0], field: end}, SIZE)
    (made,) = run_singles([plan], [sixteen_bits(SIZE)], 1)
    assert torch.isfinite(made).all()
