"""What every architecture keeps: sizes, ranges of use, gradients, locality, the caller's generator."""

from __future__ import annotations

import pytest
import torch

from realsr.models.table import ARCHITECTURES
from tests.models.reduced import (
    CASES,
    REACH,
    REDUCED,
    SMALLEST,
    noise,
    row_of,
    scales_of,
    small,
    told,
)


def test_every_row_has_a_reduced_form_and_no_form_is_left_over() -> None:
    names = [row.name for row in ARCHITECTURES.values()]
    assert len(set(names)) == len(names)
    assert set(names) == set(REDUCED)


@pytest.mark.parametrize(("name", "scale"), CASES)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(7, 9), (1, 2)])
def test_sr_is_scale_times_lr_at_any_size_and_finite(
    name: str, scale: int, channels: int, size: tuple[int, int]
) -> None:
    lr = noise(2, channels, *size)
    with torch.no_grad():
        sr = small(name, scale, channels).eval()(lr)
    assert sr.shape == (2, channels, scale * size[0], scale * size[1])
    assert sr.isfinite().all()


@pytest.mark.parametrize(("name", "scale"), SMALLEST)
def test_each_image_of_a_batch_is_on_its_own(name: str, scale: int) -> None:
    network = small(name, scale).eval()
    lr = noise(3, 3, 8, 6)
    with torch.no_grad():
        singles = torch.cat([network(image[None]) for image in lr])
        assert torch.allclose(network(lr), singles, atol=1e-5)


@pytest.mark.parametrize(("name", "scale"), SMALLEST)
def test_the_gradient_reaches_every_parameter(name: str, scale: int) -> None:
    network = small(name, scale)
    lr = noise(2, 3, 10, 10)
    scales = scales_of(network)
    told_too = told(network, lr)
    outputs = [network(lr, **told_too)] if scales is None else [network(lr, s) for s in scales]
    sum((sr * noise(*sr.shape, seed=1)).sum() for sr in outputs).backward()
    without = [
        key
        for key, value in network.named_parameters()
        if value.grad is None or not value.grad.any()
    ]
    assert not without


@pytest.mark.parametrize(("name", "scale"), [case for case in CASES if REDUCED[case[0]].local])
def test_an_lr_pixel_of_shift_is_scale_sr_pixels(name: str, scale: int) -> None:
    """Compared where neither image's border reaches: a wrong phase or crop in an upsampler shows here."""
    network = small(name, scale).double().eval()
    step = REDUCED[name].shift
    down, right, reach = step, 2 * step, step * REACH
    lr = noise(1, 3, 2 * reach + 12, 2 * reach + 16).double()
    with torch.no_grad():
        whole, cut = network(lr), network(lr[..., down:, right:])
    moved = whole[..., scale * down :, scale * right :]
    inside = (..., *(slice(scale * reach, -scale * reach),) * 2)
    assert moved[inside].numel()
    assert torch.allclose(moved[inside], cut[inside], rtol=0, atol=1e-10)


@pytest.mark.parametrize(("name", "scale"), SMALLEST)
def test_initial_weights_follow_the_callers_generator_and_applying_does_not_touch_it(
    name: str, scale: int
) -> None:
    first, again, other = (small(name, scale, seed=seed) for seed in (0, 0, 1))
    pairs = list(zip(first.parameters(), again.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b in pairs)
    assert any(
        not torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True)
    )
    before = torch.get_rng_state()
    first(noise(1, 3, 6, 6))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(("name", "scale"), SMALLEST)
def test_a_row_states_its_colour_by_the_default_channels(name: str, scale: int) -> None:
    row = row_of(name)
    assert row.arguments(scale=scale).channels == {"rgb": 3, "y": 1}[row.colour]
