"""Values that are no picture's: named and refused where they come in, on a GPU without ever waiting for it."""

from __future__ import annotations

import copy
import pickle
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import degrade
from degrade.errors import ImageError
from degrade.execute import Gradient
from degrade.execute import images as incoming
from degrade.execute.images import SLACK, Lookout

KEYS = degrade.keys(0, ["a", "b"])
BICUBIC = degrade.load_pipeline("bicubic", scale=4)
TRACES = degrade.draw(BICUBIC, KEYS)


def batch(value: float = 0.5) -> torch.Tensor:
    """Two images, one value of the second being this one."""
    hr = torch.full((2, 3, 16, 16), 0.5)
    hr[1, 2, 3, 4] = value
    return hr


@pytest.mark.parametrize("engine", ["auto", "singles", "batched", "reference"])
@pytest.mark.parametrize("apply", [degrade.apply, degrade.apply_lr])
@given(value=st.floats(width=32).filter(lambda x: not -SLACK <= x <= 1 + SLACK))
def test_the_image_and_what_was_found_are_named(apply: Any, engine: Any, value: float) -> None:
    with pytest.raises(ImageError, match=r"image 1: the HR h.*; expected float32 in \[0, 1\]"):
        apply(TRACES, batch(value), engine=engine)


@given(value=st.floats(0, 1, width=32) | st.sampled_from([-1e-7, 1 + 2**-22]))
def test_a_picture_and_its_rounding_are_taken(value: float) -> None:
    assert degrade.apply(TRACES, batch(value)).isfinite().all()


@pytest.mark.parametrize("value", [-1e-3, -2e-5, 1 + 2e-5, 1.004])
def test_more_than_a_rounding_is_refused(value: float) -> None:
    """Half a level of 8 bits is 2e-3; a float32 rounding is below 1e-6."""
    with pytest.raises(ImageError, match="image 1: the HR has values from"):
        degrade.apply(TRACES, batch(value))


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-5, 0.5, "has values from -5 to 0.5"),
        (0.5, 7, "from 0.5 to 7; expected float32 in .*: undo a normalisation"),
        (0, 255, "from 0 to 255; expected float32 in .*: scale 8-bit images by 1/255"),
    ],
)
def test_what_was_found_and_what_to_do(low: float, high: float, said: str) -> None:
    hr = batch(high)
    hr[1, 0, 0, 0] = low
    with pytest.raises(ImageError, match=said):
        degrade.OnlineDegradation(BICUBIC)(hr, ["a", "b"], 0)


def test_a_networks_own_picture_may_overshoot_but_not_be_lost() -> None:
    text = "name: x\nscale: 1\nlr: [{op: gaussian_blur, size: 3, sigma_x: 0.4, sigma_y: 0.4, angle: 0}]"
    traces = degrade.draw(degrade.parse_pipeline(text), KEYS)
    gradients: tuple[Gradient, ...] = ("exact", "straight_through")
    for gradient in gradients:
        assert degrade.apply(traces, batch(4.4).requires_grad_(), gradient=gradient).max() > 1
        with pytest.raises(ImageError, match="NaN or infinite"):
            degrade.apply(traces, batch(torch.inf).requires_grad_(), gradient=gradient)
    with pytest.raises(ImageError, match=r"from 0\.5 to 1\.4"), torch.no_grad():
        degrade.apply(traces, batch(1.4).requires_grad_())


class Device:
    """A device that gets as far as it is told to; its batches are tensors that say they are there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done = False
        monkeypatch.setattr(incoming, "_passed", lambda: lambda: self.done)
        monkeypatch.setattr(incoming, "_ends", lambda images: torch.stack(torch.aminmax(images.on)))
        monkeypatch.setattr(torch.cuda, "device", lambda device: torch.no_grad())
        monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: False)

    def batch(self, value: float) -> Any:
        found = batch(value)
        return SimpleNamespace(on=found, device=torch.device("cuda"), numel=found.numel)


@pytest.mark.parametrize("value", [-5.0, 7.0, torch.nan, torch.inf])
def test_a_device_is_not_waited_for_and_tells_later(
    monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    device, lookout = Device(monkeypatch), Lookout()
    lookout.look(device.batch(value))
    for _ in range(3):  # it has not got so far, and no other batch is looked at meanwhile
        lookout.look(device.batch(0.5))
    device.done = True
    with pytest.raises(ImageError, match="a batch of an earlier call: the HR h"):
        lookout.look(device.batch(0.5))
    for _ in range(3):
        lookout.look(device.batch(0.5))


def test_a_copy_of_the_module_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    module = degrade.OnlineDegradation(BICUBIC)
    module.lookout.look(Device(monkeypatch).batch(7.0))
    for again in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        again.lookout.tell()
        assert again(batch(), ["a", "b"], 0).lr.shape == (2, 3, 4, 4)
