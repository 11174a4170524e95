"""The executor: whole pipelines, both back ends, any company."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data
from torch.utils._python_dispatch import TorchDispatchMode

import degrade
from degrade.errors import GeometryError, ImageError
from degrade.geometry import Size
from tests.contract.samples import equal, image
from tests.contract.traces import SIZES, batch, traces


@pytest.mark.parametrize("name", ["second_order", "realesrgan", "bicubic"])
def test_64_keys_however_they_are_made(name: str) -> None:
    """Alone, in fives, in another order, on one thread and on four: equal bytes in each back end."""
    hr, drawn = batch(64), traces(name, 64)
    for engine in ("singles", "batched"):
        whole = degrade.apply(drawn, hr, threads=4, engine=engine)  # type: ignore[arg-type]
        fives = [
            degrade.apply(drawn[i : i + 5], hr[i : i + 5], threads=1, engine=engine)  # type: ignore[arg-type]
            for i in range(0, 64, 5)
        ]
        assert torch.equal(whole, torch.cat(fives))
        order = torch.randperm(64, generator=torch.Generator().manual_seed(1)).tolist()
        mixed = degrade.apply([drawn[i] for i in order], hr[order], threads=4, engine=engine)  # type: ignore[arg-type]
        assert torch.equal(mixed, whole[order])
        for i in (0, 31, 63):
            alone = degrade.apply(drawn[i : i + 1], hr[i : i + 1], threads=1, engine=engine)  # type: ignore[arg-type]
            assert torch.equal(alone[0], whole[i])


@pytest.mark.parametrize("engine", ["singles", "batched", "reference"])
def test_the_whole_is_its_two_halves(engine: str) -> None:
    hr, drawn = batch(6), traces("realesrgan", 6)
    target = degrade.apply_hr(drawn, hr, engine=engine)  # type: ignore[arg-type]
    assert not torch.equal(target, hr)
    halves = degrade.apply_lr(drawn, target, engine=engine)  # type: ignore[arg-type]
    assert torch.equal(degrade.apply(drawn, hr, engine=engine), halves)  # type: ignore[arg-type]


def test_images_of_different_sizes_in_one_batch() -> None:
    drawn = traces("second_order", len(SIZES))
    images = [image(size, 3, i) for i, size in enumerate(SIZES)]
    for engine in ("singles", "batched"):
        ragged = degrade.apply(drawn, images, engine=engine)  # type: ignore[arg-type]
        alone = [
            degrade.apply([trace], one[None], engine=engine)[0]  # type: ignore[arg-type]
            for trace, one in zip(drawn, images, strict=True)
        ]
        assert [tuple(lr.shape[1:]) for lr in ragged] == [(h // 4, w // 4) for h, w in SIZES]
        assert equal(ragged, alone)


def test_back_ends_agree() -> None:
    """The promise between devices, here between the two back ends on one device.

    Over photographs: an artificial picture's exact halves tip at the last bit, and in a tiny one a single
    tipped rounding before a JPEG moves half of the pixels.
    """
    pictures = [data.astronaut(), data.coffee(), data.chelsea(), data.rocket()]
    crops = [torch.from_numpy(picture[40:232, 60:252].copy()) for picture in pictures]
    hr = torch.stack(crops * 8).permute(0, 3, 1, 2).float() / 255
    drawn = traces("second_order", 32)
    fast = degrade.apply(drawn, hr, engine="singles")
    slow = degrade.apply(drawn, hr, engine="batched")
    assert (fast == slow).float().mean() >= 0.99
    mse = (fast - slow).square().mean()
    assert mse == 0 or -10 * torch.log10(mse) >= 60


class Calls(TorchDispatchMode):
    """Counts torch calls that launch work; a view of an image of a list costs none."""

    def __init__(self) -> None:
        super().__init__()
        self.launches = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.launches += not func.is_view
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", ["second_order", "realesrgan"])
def test_launches_do_not_grow_with_the_batch(name: str) -> None:
    """64 samples cost the torch calls of 8: the same eight plans, eight times each."""
    counts = []
    for copies in (1, 1, 8):  # the first call fills caches
        drawn, hr = traces(name, 8) * copies, batch(8).repeat(copies, 1, 1, 1)
        with Calls() as calls:
            degrade.apply(drawn, hr, engine="batched")
        with Calls() as ragged:
            degrade.apply(drawn, list(hr), engine="batched")
        counts.append((calls.launches, ragged.launches))
    assert counts[1] == counts[2]


def test_a_whole_batch_runs_where_no_value_can_be_read() -> None:
    """On the meta device the GPU back end runs through: it reads nothing back."""
    for name in ("second_order", "realesrgan", "bicubic"):
        lr = degrade.apply(
            traces(name, 16), torch.empty((16, 3, 64, 64), device="meta"), engine="batched"
        )
        assert lr.shape == (16, 3, 16, 16)


def test_gradients_reach_the_hr_through_a_whole_pipeline() -> None:
    text = """
name: smooth
lr:
  - {op: gaussian_blur, size: 9, sigma_x: 1.5, sigma_y: 1.5, angle: 0}
  - {op: gaussian_noise, sigma_255: 5}
  - {op: resize, factor: 1, of: target, filter: bicubic, antialias: true}
"""
    drawn = degrade.draw(degrade.parse_pipeline(text), degrade.keys(0, ["a", "b"]))
    hr = batch(2).requires_grad_()
    lr = degrade.apply(drawn, hr)
    assert (lr.detach() - degrade.apply(drawn, hr.detach())).abs().max() < 5e-7
    lr.sum().backward()  # type: ignore[no-untyped-call]
    assert hr.grad is not None
    # Each LR pixel is a mean of HR pixels, so the gradient's sum is the LR's number of values.
    assert hr.grad.sum().item() == pytest.approx(lr.numel(), rel=1e-4)


def test_a_step_without_gradient_is_named_when_one_is_wanted() -> None:
    images = [image(Size(64, 64)), image(Size(64, 64), 3, 1).requires_grad_()]
    for name, op in (("second_order", "jpeg|quantise"), ("bicubic", "matlab_bicubic")):
        with pytest.raises(ImageError, match=f"({op}) passes no gradient"):
            degrade.apply(traces(name, 2), images)
        with torch.no_grad():
            assert not degrade.apply(traces(name, 2), images)[1].requires_grad


def test_thread_counts_survive_calls_from_several_threads() -> None:
    """Neither the callers' counts nor the one that new threads get may change."""
    hr, drawn = batch(4), traces("second_order", 4)
    expected = degrade.apply(drawn, hr)

    def on_new_thread() -> tuple[int, bool, int]:
        before = torch.get_num_threads()
        same = torch.equal(degrade.apply(drawn, hr, threads=2), expected)
        return before, same, torch.get_num_threads()

    own = torch.get_num_threads()
    with ThreadPoolExecutor(1) as pool:
        fresh = pool.submit(torch.get_num_threads).result()
    for _ in range(10):
        with ThreadPoolExecutor(3) as pool:
            seen = [future.result() for future in [pool.submit(on_new_thread) for _ in range(3)]]
        assert all(same for _, same, _ in seen)
        assert all(before == after for before, _, after in seen)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(torch.get_num_threads).result() == fresh
    assert torch.get_num_threads() == own


def test_results_are_the_callers_to_write_to() -> None:
    text = "name: x\nscale: 1\nlr: [{maybe: 0.5, stages: [{op: quantise}]}]"
    drawn = degrade.draw(degrade.parse_pipeline(text), degrade.keys(0, map(str, range(8))))
    images = [image(Size(16, 16), 1, seed) for seed in range(8)]
    kept = [one.clone() for one in images]
    for result in degrade.apply(drawn, images):
        result.zero_()
    assert equal(images, kept)


def test_nothing_to_do() -> None:
    empty = torch.empty((0, 3, 8, 8))
    assert degrade.apply([], empty) is empty
    assert degrade.apply([], []) == []


STAGES = {
    "blur": "{op: gaussian_blur, label: L, size: {integer: [3, 13, 2]}, sigma_x: {uniform: [0.2, 3]}, "
    "sigma_y: {uniform: [0.2, 3]}, angle: {uniform: [-pi, pi]}}",
    "sinc": "{op: sinc_blur, label: L, size: {integer: [3, 13, 2]}, cutoff: {uniform: [pi/3, pi]}}",
    "resize": "{op: resize, label: L, factor: {uniform: [0.3, 1.5]}, of: {choice: [input, target]}, "
    "filter: {choice: [nearest, area, bilinear, bicubic]}, antialias: {choice: [true, false]}}",
    "noise": "{op: gaussian_noise, label: L, sigma_255: {uniform: [0, 30]}, grey: {choice: [true, false]}}",
    "poisson": "{op: poisson_noise, label: L, scale: {uniform: [0, 2]}, count: 256, grey: {choice: [true, false]}}",
    "jpeg": "{op: jpeg, label: L, quality: {integer: [1, 100]}, subsampling: {choice: ['4:2:0', '4:4:4', '4:2:2']}}",
    "clamp": "{op: clamp, label: L}",
    "quantise": "{op: quantise, label: L, levels: {choice: [16, 256]}}",
}


@st.composite
def pipelines(draw: st.DrawFn, depth: int = 2) -> str:
    """Random trees in YAML's flow style, ending at the target."""
    count = iter(range(1000))

    def node(level: int) -> str:
        kinds = ["stage"] * 3 + (["choice", "maybe", "shuffle", "repeat", "group"] if level else [])
        kind = draw(st.sampled_from(kinds))
        label = f"n{next(count)}"
        if kind == "stage":
            return STAGES[draw(st.sampled_from(sorted(STAGES)))].replace(
                "label: L", f"label: {label}"
            )
        inner = ", ".join(node(level - 1) for _ in range(draw(st.integers(1, 3))))
        return {
            "choice": f"{{label: {label}, choice: [{{weight: 2, stages: [{inner}]}}, {{stages: []}}]}}",
            "maybe": f"{{label: {label}, maybe: 0.6, stages: [{inner}]}}",
            "shuffle": f"{{label: {label}, shuffle: [{inner}]}}",
            "repeat": f"{{label: {label}, repeat: {{integer: [0, 2]}}, stages: [{inner}]}}",
            "group": f"{{label: {label}, group: [{inner}]}}",
        }[kind]

    nodes = [node(depth) for _ in range(draw(st.integers(1, 4)))]
    end = "{op: resize, label: to_target, factor: 1, of: target, filter: bilinear, antialias: true}"
    return f"name: random\nscale: 2\nlr: [{', '.join([*nodes, end])}]"


@given(pipelines(), st.integers(0, 2**31), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_any_pipeline_any_company_any_order(text: str, seed: int, random: Any) -> None:
    pipeline = degrade.parse_pipeline(text)
    drawn = degrade.draw(pipeline, degrade.keys(seed, map(str, range(6))))
    sizes = [Size(16 + 2 * (i % 3), 20 - 2 * (i % 2)) for i in range(6)]
    images = [image(size, 3, i) for i, size in enumerate(sizes)]
    order = list(range(6))
    random.shuffle(order)
    for engine in ("singles", "batched"):
        whole = degrade.apply(drawn, images, threads=3, engine=engine)  # type: ignore[arg-type]
        mixed = degrade.apply(
            [drawn[i] for i in order],
            [images[i] for i in order],
            threads=1,
            engine=engine,  # type: ignore[arg-type]
        )
        assert equal(mixed, [whole[i] for i in order])
        replayed = [degrade.trace_from_data(trace.to_data()) for trace in drawn[:2]]
        assert equal(degrade.apply(replayed, images[:2], engine=engine), whole[:2])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hr", "error", "said"),
    [
        (
            torch.zeros(2, 3, 66, 64),
            GeometryError,
            r"66 x 64 \(height x width\) does not divide by scale 4",
        ),
        (torch.zeros(1, 3, 64, 64), GeometryError, "2 traces for 1 images"),
        (torch.zeros(3, 64, 64), ImageError, "expected images b c h w"),
        (torch.zeros(2, 3, 64, 64, dtype=torch.uint8), ImageError, "scale 8-bit images by 1/255"),
        (torch.zeros(2, 5, 64, 64), ImageError, "channels"),
        (
            torch.full((2, 3, 64, 64), torch.nan),
            ImageError,
            "image 0: the HR holds NaN or infinite",
        ),
        (torch.zeros(2, 3, 64, 64).double(), ImageError, r"got Tensor .*float64; .*\.float\(\)"),
        (torch.zeros(2, 3, 64, 64).numpy(), ImageError, "got ndarray of .*take torch.from_numpy"),
        (torch.zeros(2, 0, 64, 64), ImageError, r"shape \(0, 64, 64\) .* has no pixels"),
        (torch.zeros(2, 3, 0, 64), ImageError, r"shape \(3, 0, 64\) .* has no pixels"),
    ],
)
def test_what_does_not_fit_is_refused(hr: torch.Tensor, error: type[Exception], said: str) -> None:
    drawn = traces("second_order", 2)
    with pytest.raises(error, match=said):
        degrade.apply(drawn, hr)


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("place", [0, 77, -1])
def test_one_value_that_is_no_number_is_refused(value: float, place: int) -> None:
    hr = batch(2)
    hr[1].view(-1)[place] = value
    with pytest.raises(ImageError, match="image 1: the HR holds NaN or infinite"):
        degrade.apply(traces("bicubic", 2), hr)


def test_a_trace_cannot_ask_for_any_size() -> None:
    huge = "{op: resize, label: L, factor: 64, filter: nearest, antialias: false}"
    text = f"name: x\nscale: 1\nlr: [{huge.replace('L', 'a')}, {huge.replace('L', 'b')}]"
    drawn = degrade.draw(degrade.parse_pipeline(text), degrade.keys(0, ["a"]))
    with pytest.raises(GeometryError, match="step 'b' would make an image of 262144 x 262144 "):
        degrade.apply(drawn, batch(1))


def test_unknown_engines_and_no_threads_are_refused() -> None:
    for wrong in ({"engine": "foo"}, {"threads": 0}):
        with pytest.raises(degrade.errors.DegradeError, match="expected one of auto, singles"):
            degrade.apply(traces("bicubic", 1), batch(1), **wrong)  # type: ignore[arg-type]


def test_singles_are_of_the_cpu() -> None:
    away = torch.empty((1, 3, 64, 64), device="meta")
    with pytest.raises(
        degrade.errors.DegradeError, match="runs on the CPU, the images are on meta"
    ):
        degrade.apply(traces("second_order", 1), away, engine="singles")


def test_a_pipeline_that_misses_its_target_is_refused() -> None:
    drawn = degrade.draw(
        degrade.parse_pipeline("name: x\nlr: [{op: clamp}]"), degrade.keys(0, ["a"])
    )
    with pytest.raises(GeometryError, match=r"the steps end at 64 x 64 .*, the target is 16 x 16 "):
        degrade.apply(drawn, batch(1))


def test_the_on_line_module_makes_the_same_pairs() -> None:
    hr = batch(6)
    names = [f"photo{i}" for i in range(6)]
    module = degrade.OnlineDegradation("second_order", scale=4, seed=5)
    pair = module(hr, names, torch.full((6,), 3))
    pipeline = degrade.load_pipeline("second_order", scale=4)
    expected = degrade.apply(degrade.draw(pipeline, degrade.keys(5, names, 3)), hr)
    assert torch.equal(pair.lr, expected)
    assert torch.equal(pair.hr, hr)
    halves = [module(hr[i : i + 3], names[i : i + 3], 3).lr for i in (0, 3)]
    assert torch.equal(torch.cat(halves), expected)
    assert not torch.equal(module(hr, names, 4).lr, expected)
