"""Pyramids: every level for deep supervision, and ProSR's curriculum."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from realsr.models.lapsrn import LAPSRN_ROW, LapSRN, LapSRNArguments
from realsr.models.ms_lapsrn import MSLapSRN, MSLapSRNArguments
from realsr.models.prosr import ProSR, ProSRArguments
from realsr.models.recognition import recognised, skeleton
from realsr.models.upsampling import enlarge, three_quarters
from tests.models.matlab import weights
from tests.models.reduced import small


def prosr(scale: int = 8) -> ProSR:
    torch.manual_seed(0)
    units = ((2, 2), (2,), (2,))
    return ProSR(ProSRArguments(scale=scale, start=8, growth=4, units=units)).eval()  # type: ignore[arg-type]


def lapsrn(scale: int) -> LapSRN:
    torch.manual_seed(0)
    return LapSRN(LapSRNArguments(scale=scale, depth=2, features=8))  # type: ignore[arg-type]


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_the_pyramid_ends_in_the_result(scale: int) -> None:
    torch.manual_seed(0)
    arguments = MSLapSRNArguments(scale=scale, depth=2, recursions=2, features=8)  # type: ignore[arg-type]
    lr = torch.rand(1, 1, 5, 6)
    for network in (lapsrn(scale), MSLapSRN(arguments)):
        levels = network.outputs(lr)
        assert [level.shape[-1] // 6 for level in levels] == [2, 4, 8][: len(levels)]
        assert torch.equal(levels[-1], network(lr))


def test_a_laplacian_level_without_residual_is_bilinear_enlargement() -> None:
    network = lapsrn(4)
    for level in network.steps:
        nn.init.zeros_(level.get_submodule("residual").weight)
    lr = torch.rand(1, 1, 9, 9)
    twice = functional.interpolate(lr, scale_factor=2.0, mode="bilinear")
    inside = (..., slice(2, -2), slice(2, -2))
    torch.testing.assert_close(network.outputs(lr)[0][inside], twice[inside])


def test_shared_levels_are_one_network_at_every_scale() -> None:
    def build(scale: int) -> MSLapSRN:
        return MSLapSRN(MSLapSRNArguments(scale=scale, depth=2, recursions=2, features=8))  # type: ignore[arg-type]

    small, large = build(2), build(4)
    large.load_state_dict(small.state_dict())
    lr = torch.rand(1, 1, 5, 5)
    assert torch.equal(large.outputs(lr)[0], small(lr))


@pytest.mark.parametrize("size", [(3, 5), (1, 1), (8, 6)])
def test_three_quarters_are_matlabs(size: tuple[int, int]) -> None:
    height, width = size
    image = torch.rand(2, 3, 4 * height, 4 * width).double()
    rows, columns = (torch.from_numpy(weights(4 * side, 3 * side)) for side in size)
    expected = torch.einsum("iy,bcyx,jx->bcij", rows, image, columns)
    torch.testing.assert_close(three_quarters(image), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("architecture", ["lapsrn", "ms_lapsrn"])
def test_x3_is_the_x4_result_shrunk_by_its_very_weights(architecture: str) -> None:
    three, four = small(architecture, 3, 1), small(architecture, 4, 1, seed=1)
    three.load_state_dict(four.state_dict())
    lr = torch.rand(1, 1, 5, 7)
    with torch.no_grad():
        assert torch.equal(three(lr), three_quarters(four(lr)))
        images = three.outputs(lr)  # type: ignore[operator]
    assert [image.shape[-1] // 7 for image in images] == [2, 3]


def test_bare_weights_of_lapsrn_x4_need_no_scale() -> None:
    state = skeleton(LAPSRN_ROW, 4, 1).state_dict()
    for scale, expected in ((None, 4), (4, 4), (3, 3)):
        fit = recognised(state, scale, "weights")
        assert fit is not None
        assert (fit.architecture, fit.scale) == ("lapsrn", expected)


def test_prosr_blends_the_newest_level_with_the_one_below() -> None:
    network, lr = prosr(), torch.rand(1, 3, 6, 6)
    with torch.no_grad():
        newest, oldest = network(lr, scale=4), network(lr, scale=4, blend=0.0)
        half = network(lr, scale=4, blend=0.5)
    torch.testing.assert_close(half, (newest + oldest) / 2.0)
    assert not torch.allclose(newest, oldest)


def test_prosr_at_blend_zero_is_the_level_below_enlarged() -> None:
    network, lr = prosr(scale=4), torch.rand(1, 3, 6, 6)
    with torch.no_grad():
        half, _ = network.outputs(lr)
        residual = half - enlarge(lr, 2)
        expected = enlarge(lr, 4) + functional.interpolate(
            residual, scale_factor=2.0, mode="bilinear"
        )
        torch.testing.assert_close(network(lr, blend=0.0), expected)
        assert torch.equal(network.outputs(lr)[-1], network(lr))


def test_prosr_names_the_scales_that_it_reaches() -> None:
    with pytest.raises(ValueError, match=r"scale 3: this network reaches \[2, 4, 8\]"):
        prosr()(torch.rand(1, 3, 6, 6), scale=3)
    with pytest.raises(ValueError, match="units has 1 rows; x4 needs 2"):
        ProSR(ProSRArguments(scale=4, units=((8,),)))
