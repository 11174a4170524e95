"""kornia on the HR: its own classes' pixels, exact replay, no shared generator, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import kornia.augmentation as classes
import numpy as np
import pytest
import torch
from scipy import stats
from skimage import data

import degrade
from degrade.errors import ImageError, PipelineError
from degrade.functional.kornia_transforms import (
    CORNERS,
    ELSEWHERE,
    TRANSFORMS,
    check,
    chosen,
    drawn,
    transformed,
)

KEY = "0123456789abcdef"
GEOMETRIC = {"RandomAffine", "RandomPerspective", "RandomHorizontalFlip", "RandomVerticalFlip"}
WIDE = {
    "RandomAffine": '{"degrees":[-30,30],"scale":[0.8,1.2],"shear_x":[-9,9],"translate_x":[-0.2,0.2],'
    '"translate_y":[0.1,0.3],"shear_y":[2,4]}',
    "RandomBrightness": '{"brightness":[0.6,1.4]}',
    "RandomContrast": '{"contrast":[0.5,1.5]}',
    "RandomGamma": '{"gain":[0.8,1],"gamma":[0.5,2]}',
    "RandomHue": '{"hue":[-0.4,0.4]}',
    "RandomSaturation": '{"saturation":[0,2]}',
}


def pictures(count: int, channels: int = 3) -> torch.Tensor:
    pixels = data.astronaut()[:512, : 64 * 8].reshape(8, 64, 8, 64, 3).swapaxes(1, 2)
    chosen = pixels.reshape(64, 64, 64, 3)[10 : 10 + count, :, :48].copy()
    return torch.from_numpy(chosen).permute(0, 3, 1, 2).float()[:, :channels] / 255


def keys(count: int) -> list[str]:
    return [f"{n * 0x9E3779B97F4A7C15 % 2**64:016x}" for n in range(1, count + 1)]


def their_parameters(name: str, one: dict[str, float], size: tuple[int, int]) -> dict[str, Any]:
    """Our values under the names of kornia's class."""
    height, width = size
    tensor = lambda *values: torch.tensor([list(values)])  # noqa: E731
    if name == "RandomAffine":
        moved = tensor(one["translate_x"] * width, one["translate_y"] * height)
        found = {each: torch.tensor([one[each]]) for each in ("shear_x", "shear_y")}
        return found | {
            "translations": moved,
            "center": tensor((width - 1) / 2, (height - 1) / 2),
            "scale": tensor(one["scale"], one["scale"]),
            "angle": torch.tensor([one["degrees"]]),
        }
    if name == "RandomPerspective":
        corners = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
        start = torch.tensor([corners], dtype=torch.float32)
        shares = torch.tensor([one[each] for each in CORNERS]).view(1, 4, 2)
        signs = torch.tensor([[[1, 1], [-1, 1], [-1, -1], [1, -1]]])
        inwards = one["distortion_scale"] * torch.tensor([width / 2, height / 2]) * shares * signs
        return {"start_points": start, "end_points": start + inwards}
    if name == "RandomRGBShift":
        return {f"{c}_shift": torch.tensor([one[f"{c}_shift_limit"]]) for c in "rgb"}
    renamed = {"thresholds": "thresholds", "additions": "additions"}
    return {
        renamed.get(each, f"{each}_factor"): torch.tensor([value]) for each, value in one.items()
    }


NEEDED: dict[str, dict[str, Any]] = {"RandomAffine": {"degrees": 0.0}}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_pixels_are_those_of_kornias_class(name: str) -> None:
    """Its own class, given the values that were drawn here. It makes matrices in float32, we in float64."""
    arguments = WIDE.get(name, "{}")
    for key, picture in zip(keys(4), pictures(4), strict=True):
        one = drawn(name, arguments, key)
        made = transformed(picture[None], name, chosen(name, arguments), [one])
        theirs = getattr(classes, name)(p=1.0, **NEEDED.get(name, {}))
        given = their_parameters(name, one, (64, 48)) | {
            "batch_prob": torch.tensor([True]),
            "forward_input_shape": torch.tensor([1, 3, 64, 48]),
        }
        expected = theirs(picture[None].clone(), params=given)
        assert torch.allclose(made, expected.clamp(0, 1), atol=2e-4 if name in GEOMETRIC else 1e-6)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_company_does_not_count_and_generators_are_left_alone(name: str) -> None:
    state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()
    channels = (3,) if TRANSFORMS[name].colour else (3, 1)
    for count in channels:
        images = pictures(5, count)
        values = [drawn(name, WIDE.get(name, "{}"), key) for key in keys(5)]
        options = chosen(name, WIDE.get(name, "{}"))
        whole = transformed(images, name, options, values)
        assert whole.shape == images.shape
        assert 0 <= whole.min() <= whole.max() <= 1
        for n in range(5):
            alone = transformed(images[n : n + 1], name, options, values[n : n + 1])
            assert torch.equal(alone[0], whole[n])
    assert torch.equal(torch.get_rng_state(), state)
    assert np.array_equal(np.random.get_state()[1], numpy_state)


@pytest.mark.parametrize("name", sorted(set(TRANSFORMS) - {"RandomAutoContrast"}))
def test_every_transform_does_something(name: str) -> None:
    images = pictures(4)
    values = [drawn(name, WIDE.get(name, "{}"), key) for key in keys(4)]
    assert not torch.equal(transformed(images, name, chosen(name, "{}"), values), images)


def test_values_are_uniform_in_their_ranges_and_independent() -> None:
    arguments = WIDE["RandomAffine"]
    made = [drawn("RandomAffine", arguments, key) for key in keys(3000)]
    for name, low, high in (("degrees", -30, 30), ("scale", 0.8, 1.2), ("translate_y", 0.1, 0.3)):
        sample = np.array([one[name] for one in made])
        assert low <= sample.min() <= sample.max() <= high
        assert stats.kstest(sample, stats.uniform(low, high - low).cdf).pvalue > 1e-3
    pair = np.corrcoef([one["degrees"] for one in made], [one["scale"] for one in made])[0, 1]
    assert abs(pair) < 4 / math.sqrt(3000)


def test_flips_are_exact_and_a_neutral_affine_is_nearly_so() -> None:
    images = pictures(3)
    one = [drawn("RandomAffine", "{}", KEY)] * 3
    assert torch.equal(transformed(images, "RandomHorizontalFlip", {}, one), images.flip(3))
    assert torch.equal(transformed(images, "RandomVerticalFlip", {}, one), images.flip(2))
    same = transformed(images, "RandomAffine", chosen("RandomAffine", "{}"), one)
    assert (same - images).abs().max() < 1e-5


def pipeline(hr: str, lr: str = "[{op: resize, factor: 1, of: target}]") -> degrade.Pipeline:
    return degrade.parse_pipeline(
        f"name: mine\nscale: 2\nhr: [{hr}, {{op: quantise, label: quantise_hr}}]\nlr: {lr}\n",
        "my.yaml",
    )


MIXED = (
    "{maybe: 0.5, label: turned, stages: [{op: kornia, transform: RandomHorizontalFlip}]}, "
    "{op: kornia, label: hue, transform: RandomHue, arguments: {hue: [-0.1, 0.1]}}, "
    "{op: kornia, label: bend, transform: RandomAffine, "
    "arguments: {degrees: [-20, 20], scale: [0.9, 1.1], padding_mode: reflection}}"
)


def test_batch_order_threads_and_engine_do_not_count() -> None:
    traces = degrade.draw(pipeline(MIXED), degrade.keys(3, map(str, range(9))))
    images = pictures(9)
    whole = degrade.apply_hr(traces, images)
    assert len({trace.hr[-2].values["key"] for trace in traces}) == 9
    order = list(range(9))[::-1]
    for engine in ("singles", "batched"):
        mixed = degrade.apply_hr(
            [traces[i] for i in order],
            images[order],
            threads=3,
            engine=engine,  # type: ignore[arg-type]
        )
        assert torch.equal(mixed, whole[order])
    replayed = [degrade.trace_from_data(trace.to_data()) for trace in traces]
    assert torch.equal(degrade.apply_hr(replayed, images), whole)


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("transform: RandomAfine", "did you mean 'RandomAffine'?"),
        ("transform: RandomRotation", "use `transform: RandomAffine`"),
        ("transform: RandomGaussianBlur", "use the operator `gaussian_blur`"),
        ("transform: RandomClahe", "use the operator `albumentations` with `transform: CLAHE`"),
        ("transform: RandomCrop", "changes the size"),
        ("transform: RandomMosaic", "mixes pictures of a batch"),
        ("transform: RandomHue, arguments: {hu: [0, 0.1]}", "did you mean 'hue'?"),
        (
            "transform: RandomHue, arguments: {hue: 0.1}",
            "expected [low, high] between -0.5 and 0.5",
        ),
        ("transform: RandomHue, arguments: {hue: [0.2, 0.1]}", "expected [low, high]"),
        ("transform: RandomHue, arguments: {hue: [0, 0.7]}", "expected [low, high]"),
        ("transform: RandomHue, arguments: {p: 0.3}", "use `maybe: 0.3`"),
        ("transform: RandomAffine, arguments: {resample: bicubic}", "bilinear or nearest"),
    ],
)
def test_what_is_refused_says_what_to_write(stage: str, said: str) -> None:
    with pytest.raises(PipelineError) as caught:
        pipeline(f"{{op: kornia, {stage}}}")
    assert said in str(caught.value)


def test_it_stands_on_the_hr_only() -> None:
    with pytest.raises(PipelineError, match="kornia"):
        pipeline("{op: clamp}", "[{op: kornia, transform: RandomInvert}]")


def test_a_grey_image_is_refused_by_name() -> None:
    hue = pipeline("{op: kornia, transform: RandomHue, arguments: {hue: [0.1, 0.1]}}")
    traces = degrade.draw(hue, degrade.keys(0, ["a"]))
    with pytest.raises(ImageError, match="kornia: RandomHue takes 3 channels, the image has 1"):
        degrade.apply_hr(traces, pictures(1, 1))


def test_the_table_and_the_refusals_are_of_kornias_classes() -> None:
    assert not set(TRANSFORMS) & set(ELSEWHERE)
    for name in (*TRANSFORMS, *ELSEWHERE):
        assert hasattr(classes, name), name
    for name, arguments in WIDE.items():
        check(name, arguments)
    assert degrade.versions()["kornia"]
