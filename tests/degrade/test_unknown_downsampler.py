"""`unknown_downsampler` against its stated shares and ranges, and against its declared places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch

import degrade
from benchmarks.promises import geometric
from degrade.geometry import Size
from degrade.trace import Trace
from tests.cases import BANK, BANK_DIGEST
from tests.contract.samples import image
from tests.degrade import marginals
from tests.degrade.marginals import COUNT, assert_even, assert_share, assert_uniform

KERNELS = {
    "anisotropic": 0.4,
    "generalised": 0.2,
    "plateau": 0.15,
    "defocus": 0.1,
    "motion": 0.1,
}
THINNING = {"strided": 0.4, "filtered": 0.6}


def drawn() -> list[Trace]:
    return marginals.drawn("unknown_downsampler")


def values(label: str, field: str) -> list[float]:
    return marginals.values("unknown_downsampler", label, field)  # type: ignore[return-value]


def test_shares_of_the_branches() -> None:
    labels = [{step.label for step in trace.lr} for trace in drawn()]
    for name, share in {**KERNELS, **THINNING, "jpeg": 0.7, "gaussian_noise": 1.0}.items():
        assert_share(sum(name in found for found in labels), COUNT, share)
    assert_share(sum(not found & KERNELS.keys() for found in labels), COUNT, 0.05)
    assert all(len(found & THINNING.keys()) == 1 for found in labels)


@pytest.mark.parametrize(
    ("label", "field", "low", "high"),
    [
        ("anisotropic", "sigma_x", 0.6, 4),
        ("anisotropic", "sigma_y", 0.6, 4),
        ("anisotropic", "angle", -np.pi, np.pi),
        ("generalised", "sigma_y", 0.6, 4),
        ("plateau", "sigma_x", 0.6, 3),
        ("plateau", "beta", 1, 2),
        ("defocus", "radius", 0.5, 4),
        ("motion", "length", 1, 8),
        ("filtered", "shift_y", -1.5, 1.5),
        ("filtered", "shift_x", -1.5, 1.5),
    ],
)
def test_uniform_fields(label: str, field: str, low: float, high: float) -> None:
    assert_uniform(values(label, field), low, high)


def test_logarithmic_and_whole_fields() -> None:
    assert_uniform(np.log(values("generalised", "beta")).tolist(), np.log(0.5), np.log(4))
    assert_uniform(np.log(values("gaussian_noise", "sigma_255")).tolist(), np.log(0.3), np.log(6))
    assert_even(values("strided", "phase_y"), range(4))
    assert_even(values("strided", "phase_x"), range(4))
    assert_even(values("jpeg", "quality"), range(70, 99))
    grey = values("gaussian_noise", "grey")
    assert_share(sum(map(bool, grey)), len(grey), 0.3)


def test_pixels_lie_where_the_trace_declares_them() -> None:
    """A ramp of coordinates through the geometric steps alone, every kind of branch, to 0.01 HR pixels."""
    rows, columns = torch.meshgrid(torch.arange(160.0), torch.arange(160.0), indexing="ij")
    ramp = torch.stack([rows, columns]) / 160
    moved: list[float] = []
    for trace in drawn()[:60]:
        seen = degrade.apply([geometric(trace, blur=True)], ramp[None])[0][:, 12:-12, 12:-12] * 160
        place = degrade.placement(trace, Size(160, 160))
        for axis, plane in ((place.y, seen[0]), (place.x, seen[1].T)):
            declared = torch.tensor([axis(12.0 + i) for i in range(plane.shape[0])])
            assert (plane.mean(1) - declared).abs().max() < 0.01, trace
            moved.append(axis.shift - 1.5)
    assert min(moved) >= -1.5
    assert max(moved) <= 1.5
    assert np.std(moved) > 0.5


def test_files_of_ones_own_as_the_header_says() -> None:
    text = f"""
name: mine
lr:
  - label: downsampled
    group:
      - {{op: kernel_bank_blur, folder: {BANK}, digest: {BANK_DIGEST}, index: {{integer: [0, 2]}}}}
      - {{op: nearest_strided, step: 4}}
  - op: quantise
"""
    traces = degrade.draw(degrade.parse_pipeline(text), degrade.keys(0, map(str, range(9))))
    found: Sequence[object] = [trace.lr[0].values["index"] for trace in traces]
    assert {*found} == {0, 1, 2}
    lr = degrade.apply(traces, torch.stack([image(Size(64, 64), 3, i) for i in range(9)]))
    assert lr.shape == (9, 3, 16, 16)
