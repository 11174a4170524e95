"""Channel counts: which each operator takes, what it makes of five, and how it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch

import degrade
from degrade.errors import ImageError
from degrade.execute.batched import run_batched
from degrade.execute.plan import PlannedStep
from degrade.execute.singles import run_reference, run_singles
from degrade.operators.table import OPERATORS
from degrade.trace import Values
from tests.cases import CASES, Case
from tests.contract.samples import SIZES, equal, image, param, planned, samples

Plans = Sequence[tuple[PlannedStep]]


def _colours_only(op: str, values: Values) -> bool:
    """Records of operators of any channel count that name red, green and blue all the same."""
    luma = op == "poisson_noise" and values.get("grey", False) is True
    wavelengths = op == "zernike_blur" and (values.get("red", 1.0), values.get("blue", 1.0))
    patch = op == "noise_bank" and values["index"] != 1  # the bank's only grey one
    return luma or wavelengths not in (False, (1.0, 1.0)) or patch


def _split(case: Case) -> tuple[Case, Case]:
    """The case's records that take five channels, and those that do not."""
    refused = tuple(values for values in case.values if _colours_only(case.op, values))
    taken = tuple(values for values in case.values if values not in refused)
    return replace(case, values=taken), replace(case, values=refused)


ANY = [case for case in CASES if OPERATORS[case.op].facts.channels is None]
FEW = [case for case in CASES if OPERATORS[case.op].facts.channels is not None]
WEIGH_ALL = {"bilateral_blur", "dpid"}
"""They weigh a pixel by how far all of its channels are from its neighbours'."""
PER_CHANNEL = [
    case
    for case in ANY
    if "key" not in OPERATORS[case.op].parameters.model_fields and case.op not in WEIGH_ALL
]
by_any = pytest.mark.parametrize("case", [param(case) for case in ANY])


@by_any
def test_five_channels(case: Case) -> None:
    """Both forms alike, and each sample what it is alone, as for three channels."""
    plans, images = samples(_split(case)[0], channels=5)
    fast, slow = run_singles(plans, images, 1), run_reference(plans, images)
    for (step,), one, other in zip(plans, fast, slow, strict=True):
        assert one.shape == (5, *step.placement.size)
        assert torch.isfinite(one).all()
        assert ((one - other).abs() > case.tolerance).float().mean() <= case.outliers
    assert equal(run_batched(plans, images), slow)
    assert equal(run_batched(plans[::-1], images[::-1]), slow[::-1])


@pytest.mark.parametrize("case", [param(case) for case in PER_CHANNEL])
def test_channels_know_nothing_of_one_another(case: Case) -> None:
    """Without a random field, five channels are five grey images."""
    plans, images = samples(_split(case)[0], channels=5)
    whole = run_singles(plans, images, 1)
    for channel in range(5):
        parts = run_singles(plans, [one[channel : channel + 1] for one in images], 1)
        for part, one in zip(parts, whole, strict=True):
            assert (part[0] - one[channel]).abs().max() <= case.tolerance


GREY = [case for case in ANY if "grey" in OPERATORS[case.op].parameters.model_fields]


@pytest.mark.parametrize("case", [param(case) for case in GREY if case.op != "poisson_noise"])
def test_grey_noise_is_one_field_for_all_channels(case: Case) -> None:
    values = next(values for values in case.values if values.get("grey"))
    (plan,) = [planned(case, values, SIZES[0])]
    flat = torch.full((5, *SIZES[0]), 0.5)
    for made in (run_singles([plan], [flat], 1)[0], run_batched([plan], [flat])[0]):
        assert all(torch.equal(made[0], made[channel]) for channel in range(1, 5))
        assert made[0].std() > 0
    own = planned(case, {**values, "grey": False}, SIZES[0])
    apart = run_singles([own], [flat], 1)[0]
    assert len({float(channel.sum()) for channel in apart}) == 5


def _refusals(plan: tuple[PlannedStep], one: torch.Tensor) -> list[str]:
    said = []
    for run in (lambda: run_singles([plan], [one], 1), lambda: run_batched([plan], [one])):
        with pytest.raises(ImageError) as caught:
            run()
        said.append(str(caught.value))
    return said


@pytest.mark.parametrize("case", [param(case) for case in FEW])
def test_other_counts_are_refused_by_name(case: Case) -> None:
    counts = OPERATORS[case.op].facts.channels or ()
    for channels in {1, 2, 4, 5} - set(counts):
        plan = planned(case, case.values[0], SIZES[3])
        for said in _refusals(plan, image(SIZES[3], channels)):
            assert f"step '{case.op}': {case.op} takes {' or '.join(map(str, counts))} ch" in said
            assert said.endswith(f"the image has {channels}")


@pytest.mark.parametrize("op", ["poisson_noise", "zernike_blur", "noise_bank"])
def test_records_that_name_colours_refuse_five_channels(op: str) -> None:
    case = _split(next(case for case in CASES if case.op == op))[1]
    assert case.values
    for values in case.values:
        for said in _refusals(planned(case, values, SIZES[3]), image(SIZES[3], 5)):
            assert said.startswith(op)
            assert "expected" in said


def _pipeline(stages: str) -> Any:
    text = f"name: x\nscale: 2\nlr: [{stages}{{op: resize, label: end, factor: 1, of: target}}]"
    return degrade.draw(degrade.parse_pipeline(text), degrade.keys(0, ["a", "b"]))


def test_alpha_is_a_channel_like_another() -> None:
    """RGBA through steps of any channel count: what each channel is by itself."""
    drawn = _pipeline("{op: gaussian_blur, size: 5, sigma_x: 1, sigma_y: 1, angle: 0}, ")
    rgba = torch.stack([image(SIZES[3], 4, seed)[:, :8, :8] for seed in range(2)])
    whole = degrade.apply(drawn, rgba)
    assert torch.equal(whole[:, :3], degrade.apply(drawn, rgba[:, :3]))
    assert torch.equal(whole[:, 3:], degrade.apply(drawn, rgba[:, 3:]))
    with pytest.raises(ImageError, match=r"'jpeg': jpeg takes 1 or 3 channels, the image has 4"):
        degrade.apply(_pipeline("{op: jpeg, quality: 50}, "), rgba)
