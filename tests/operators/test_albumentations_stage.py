"""albumentations on the HR: exact replay, no shared generators, no network, and what is refused."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from skimage import data

import degrade
from degrade.errors import GeometryError, ImageError, PipelineError, TraceError
from degrade.functional.albumentations_transform import (
    ALLOWED,
    COLOUR,
    OURS,
    TURNS,
    _albumentations,
    transformed,
)
from degrade.operators.table import OPERATORS
from degrade.trace import Trace
from realsr.pairs.soundness import check_ends, needs_squares

RNG = np.random.default_rng(0)
PICTURE = (data.astronaut()[100:164, 180:244] / 255).astype(np.float32)
GREY_REFUSED = {"PlanckianJitter"}


def pipeline(hr: str, lr: str = "[{op: resize, factor: 1, of: target}]") -> degrade.Pipeline:
    return degrade.parse_pipeline(
        f"name: mine\nscale: 2\nhr: [{hr}, {{op: quantise, label: quantise_hr}}]\nlr: {lr}\n",
        "my.yaml",
    )


def refusal(hr: str) -> str:
    with pytest.raises(PipelineError) as caught:
        pipeline(hr)
    return str(caught.value)


def batch(count: int) -> torch.Tensor:
    pixels = data.astronaut()[:512, : 64 * 8].reshape(8, 64, 8, 64, 3).swapaxes(1, 2)
    chosen = pixels.reshape(64, 64, 64, 3)[:count].copy()
    return torch.from_numpy(chosen).permute(0, 3, 1, 2).float() / 255


@pytest.mark.parametrize("name", ALLOWED)
def test_each_transform_repeats_and_leaves_the_generators_alone(name: str) -> None:
    state = np.random.get_state()[1].copy(), random.getstate(), torch.get_rng_state()
    environment = dict(os.environ)
    for channels in (3, 1):
        picture = PICTURE[..., :channels]
        if channels == 1 and name in GREY_REFUSED:
            continue
        first = transformed(picture, name, "{}", 2**64 - 1)
        assert first.shape == picture.shape
        assert first.dtype == np.float32
        transformed(RNG.random((9, 12, 3)).astype(np.float32), "RandomGamma", "{}", 5)
        np.testing.assert_array_equal(transformed(picture, name, "{}", 2**64 - 1), first)
        assert 0.0 <= first.min() <= first.max() <= 1.0
    assert np.array_equal(np.random.get_state()[1], state[0])
    assert random.getstate() == state[1]
    assert torch.equal(torch.get_rng_state(), state[2])
    assert dict(os.environ) == environment


def test_every_transform_does_something_and_seeds_differ() -> None:
    for name in sorted({*ALLOWED} - {"Affine"}):  # which by default does nothing
        made = [transformed(PICTURE, name, "{}", seed) for seed in range(12)]
        assert any(not np.array_equal(one, PICTURE) for one in made), name
    made = [transformed(PICTURE, "RandomGamma", "{}", seed) for seed in range(12)]
    assert len({one.tobytes() for one in made}) == 12


@pytest.mark.parametrize("name", COLOUR)
def test_floats_are_the_eight_bit_result_without_its_rounding(name: str) -> None:
    """Against the package itself on 8 bits; in its way through HSV it rounds several times."""
    far = 6 if name in ("ColorJitter", "HueSaturationValue") else 3
    for seed in range(4):
        theirs = getattr(_albumentations(), name)(p=1.0)
        theirs.set_random_seed(seed)
        bytes_made = theirs(image=np.round(PICTURE * 255).astype(np.uint8))["image"]
        made = np.round(transformed(PICTURE, name, "{}", seed) * 255)
        difference = np.abs(made - bytes_made.astype(np.float32))
        assert np.percentile(difference, 99) <= far, (seed, difference.max())


def test_flips_and_turns_are_exact() -> None:
    np.testing.assert_array_equal(transformed(PICTURE, "HorizontalFlip", "{}", 0), PICTURE[:, ::-1])
    np.testing.assert_array_equal(transformed(PICTURE, "VerticalFlip", "{}", 0), PICTURE[::-1])
    turned = {transformed(PICTURE, "D4", "{}", seed).tobytes() for seed in range(60)}
    turns = [np.rot90(side, k) for side in (PICTURE, PICTURE.swapaxes(0, 1)) for k in range(4)]
    assert turned == {np.ascontiguousarray(one).tobytes() for one in turns}


MIXED = (
    "{op: albumentations, label: turn, transform: D4}, "
    "{op: albumentations, label: hue, transform: HueSaturationValue, arguments: {hue_shift_limit: 10}}, "
    "{maybe: 0.5, stages: [{op: albumentations, label: bend, transform: Affine, "
    "arguments: {rotate: [-20, 20], scale: [0.9, 1.1], border_mode: 4}}]}"
)


def test_batch_order_threads_and_engine_do_not_count() -> None:
    traces = degrade.draw(pipeline(MIXED), degrade.keys(3, map(str, range(12))))
    hr = batch(12)
    whole = degrade.apply_hr(traces, hr)
    assert len({trace.hr[0].values["key"] for trace in traces}) == 12
    for engine in ("singles", "batched"):
        order = list(range(12))[::-1]
        mixed = degrade.apply_hr(
            [traces[i] for i in order],
            hr[order],
            threads=3,
            engine=engine,  # type: ignore[arg-type]
        )
        assert torch.equal(mixed, whole[order])
    with ThreadPoolExecutor(4) as pool:
        alone = pool.map(lambda i: degrade.apply_hr([traces[i]], hr[i : i + 1]), range(12))
        assert torch.equal(torch.cat(list(alone)), whole)
    replayed = [degrade.trace_from_data(trace.to_data()) for trace in traces]
    assert torch.equal(degrade.apply_hr(replayed, hr), whole)


def test_the_lr_is_made_from_the_augmented_hr() -> None:
    traces = degrade.draw(pipeline(MIXED), degrade.keys(3, map(str, range(4))))
    made = degrade.apply_hr(traces, batch(4))
    assert torch.equal(degrade.apply(traces, batch(4)), degrade.apply_lr(traces, made))
    means = torch.nn.functional.avg_pool2d(made, 2)
    assert (degrade.apply_lr(traces, made) - means).abs().mean() < 0.02


def test_arguments_are_a_mapping_and_their_order_does_not_count() -> None:
    stage = "{{op: albumentations, transform: Affine, arguments: {}}}"
    written = pipeline(stage.format("{shear: 3, rotate: [-5, 5]}"))
    other = pipeline(stage.format("""'{"rotate": [-5, 5],  "shear": 3}'"""))
    assert written.digest == other.digest
    assert degrade.parse_pipeline(written.to_yaml()).digest == written.digest
    step = degrade.draw(written, degrade.keys(0, ["a"]))[0].hr[0]
    assert step.values["arguments"] == '{"rotate":[-5,5],"shear":3}'
    drawn = pipeline(stage.format("""{choice: ['{"shear": 3}', '{"shear": 9}']}"""))
    assert (
        len(
            {
                t.hr[0].values["arguments"]
                for t in degrade.draw(drawn, degrade.keys(0, list("abcdefgh")))
            }
        )
        == 2
    )


@pytest.mark.parametrize(
    ("hr", "said"),
    [
        ("transform: GaussNoise", "use `gaussian_noise`"),
        ("transform: ImageCompression", "use `jpeg` or `webp`"),
        ("transform: HueSaturation", "did you mean 'HueSaturationValue'?"),
        ("transform: RandomCrop", "no transform 'RandomCrop' here"),
        (
            "transform: HueSaturationValue, arguments: {hue_limit: 10}",
            "my.yaml:3: hr[0].arguments: HueSaturationValue has no argument 'hue_limit'; did you mean 'hue_shift_limit'?",
        ),
        (
            "transform: RandomRotate90, arguments: {factor: 1}",
            "no argument 'factor'; known are none",
        ),
        ("transform: Affine, arguments: {rotate: [a, b]}", "Affine with"),
        (
            "transform: Affine, arguments: {fit_output: true}",
            "fit_output true would change the size",
        ),
        ("transform: Perspective, arguments: {keep_size: false}", "keep_size false would change"),
        ("transform: RandomGamma, arguments: {p: 0.5}", "use `maybe: 0.5`"),
        ("transform: RandomGamma, arguments: '[1]'", "is no JSON object"),
        ("transform: RandomGamma, arguments: 'x'", "is not JSON"),
        (f"transform: RandomGamma, arguments: '{'[' * 10**5}'", "is nested too deeply"),
        ("transform: RandomGamma, arguments: 3", "arguments"),
        ("transform: RandomGamma, argument: {}", "unknown key 'argument'"),
    ],
)
def test_what_is_refused_when_the_pipeline_is_read(hr: str, said: str) -> None:
    message = refusal(f"{{op: albumentations, {hr}}}")
    assert said in message
    assert message.startswith("my.yaml:3")


def test_it_stands_on_the_hr_only() -> None:
    stage = "{op: albumentations, transform: HorizontalFlip}"
    with pytest.raises(
        PipelineError, match="stands under `lr`, where it would part the LR from its HR"
    ):
        pipeline(
            "{op: clamp}",
            f"[{{op: resize, factor: 1, of: target}}, {{maybe: 0.5, stages: [{stage}]}}]",
        )
    step = degrade.draw(pipeline(stage), degrade.keys(0, ["a"]))[0].hr[0]
    with pytest.raises(TraceError, match="among the LR steps"):
        degrade.apply([Trace(1, (), (step,))], batch(1))


def test_sizes_and_channels_that_do_not_fit() -> None:
    for turn in TURNS:
        traces = degrade.draw(
            pipeline(f"{{op: albumentations, transform: {turn}}}"), degrade.keys(0, ["a"])
        )
        with pytest.raises(GeometryError, match="crop it to a square"):
            degrade.apply_hr(traces, batch(1)[..., :32])
    with pytest.raises(ValueError, match="expected the same shape"):
        transformed(PICTURE, "ToGray", '{"num_output_channels": 1}', 0)


@pytest.mark.parametrize(
    ("transform", "hr", "said"),
    [
        ("PlanckianJitter", batch(1)[:, :1], r"albumentations: PlanckianJitter of .*3-channel"),
        ("GridDistortion", batch(1)[..., :4, :4], r"GridDistortion of .*\(4, 4, 3\): .*zero"),
    ],
)
def test_images_that_a_transform_fails_on(transform: str, hr: torch.Tensor, said: str) -> None:
    """Whatever the package raises or makes of them, it is an error with a name."""
    stage = pipeline(f"{{op: albumentations, transform: {transform}}}")
    with pytest.raises(ImageError, match=said):
        degrade.apply_hr(degrade.draw(stage, degrade.keys(0, ["a"])), hr)


def test_values_that_a_step_left_outside_are_named() -> None:
    stage = pipeline(
        "{op: gaussian_noise, sigma_255: 100}, {op: albumentations, transform: RandomGamma}"
    )
    with pytest.raises(ImageError, match=r"RandomGamma made NaN .* put a `clamp` before it"):
        degrade.apply_hr(degrade.draw(stage, degrade.keys(0, ["a"])), batch(1))


def test_what_is_named_in_place_of_a_refused_transform_exists() -> None:
    for name, cure in OURS.items():
        assert hasattr(_albumentations(), name)
        assert name not in ALLOWED
        for word in cure.split("`")[1::2]:
            assert word in OPERATORS or word.removeprefix("transform: ") in ALLOWED


IMPORT = """
import os, sys, urllib.request
def refuse(*args, **kwargs): raise SystemExit("asked the network")
urllib.request.OpenerDirector.open = refuse
import numpy as np
import cv2  # writes a library path as it is imported
before = dict(os.environ)
from degrade.functional.albumentations_transform import transformed
assert "albumentations" not in sys.modules
transformed(np.zeros((8, 8, 3), np.float32), "HorizontalFlip", "{}", 0)
assert "albumentations" in sys.modules and dict(os.environ) == before
import albumentations.check_version as check
assert check.fetch_version_info
"""


def test_the_import_asks_no_network_and_changes_no_environment() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "NO_ALBUMENTATIONS_UPDATE"}
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_an_absent_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "albumentations"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [])
    with pytest.raises(ValueError, match="pip install 'albumentations"):
        _albumentations()


def test_a_pipeline_with_turns_is_sound_for_square_crops() -> None:
    turns = pipeline("{op: albumentations, transform: D4}")
    assert needs_squares(turns)
    check_ends(turns, 64)
    assert not needs_squares(pipeline("{op: albumentations, transform: HorizontalFlip}"))
    with pytest.raises(PipelineError, match="the steps end at"):
        needs_squares(pipeline("{op: clamp}", "[{op: clamp, label: c}]"))
