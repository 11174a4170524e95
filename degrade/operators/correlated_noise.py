"""Normal noise of a stated 3x3 covariance of the channels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field, model_validator

from degrade.operators.base import Group, NoiseKey, Parameters
from degrade.operators.ladders import SIGMAS, along, together
from degrade.operators.packed import Packed
from degrade.operators.packed_noise import MIXED_NORMALS
from degrade.operators.random_fields import Fields, law_forms
from degrade.operators.row import Facts, Operator, Words

Matrix = npt.NDArray[np.float64]
MID_GREY = 128 / 255
SLACK = 1e-9
"""How far a stated matrix of correlations may be from having a negative eigenvalue, by rounding."""


class CorrelatedNoiseParameters(Parameters):
    """Channels' standard deviations and correlations."""

    sigma_red_255: float = Field(ge=0.0, le=255.0, description="standard deviation on 0..255")
    sigma_green_255: float = Field(ge=0.0, le=255.0, description="standard deviation on 0..255")
    sigma_blue_255: float = Field(ge=0.0, le=255.0, description="standard deviation on 0..255")
    red_green: float = Field(ge=-1.0, le=1.0, description="correlation of red and green")
    red_blue: float = Field(ge=-1.0, le=1.0, description="correlation of red and blue")
    green_blue: float = Field(ge=-1.0, le=1.0, description="correlation of green and blue")
    speckle: bool = Field(default=False, description="the noise is multiplied by the image")
    key: NoiseKey

    @model_validator(mode="after")
    def _possible(self) -> CorrelatedNoiseParameters:
        if np.linalg.eigvalsh(self.correlations())[0] < -SLACK:
            raise ValueError(
                f"correlations {self.red_green:g}, {self.red_blue:g}, {self.green_blue:g} exclude one another; "
                "expected a matrix without negative eigenvalues"
            )
        return self

    def correlations(self) -> Matrix:
        """The 3x3 matrix of correlations."""
        rg, rb, gb = self.red_green, self.red_blue, self.green_blue
        return np.array([[1.0, rg, rb], [rg, 1.0, gb], [rb, gb, 1.0]])

    def covariance(self) -> Matrix:
        """On 0..1."""
        sigma = np.array([self.sigma_red_255, self.sigma_green_255, self.sigma_blue_255]) / 255.0
        return self.correlations() * np.outer(sigma, sigma)


class BsrganCorrelatedNoiseParameters(Parameters):
    """BSRGAN's covariance |U^T D U|, U an orthonormal basis of the columns of a matrix M.

    Published: sigma_255 is 25 whatever the drawn noise level; each d and each m is uniform in [0, 1].
    """

    sigma_255: float = Field(
        default=25.0, ge=0.0, le=255.0, description="standard deviation of an axis with d = 1"
    )
    d_1: float = Field(ge=0.0, le=1.0, description="variance of axis 1, relative")
    d_2: float = Field(ge=0.0, le=1.0, description="variance of axis 2, relative")
    d_3: float = Field(ge=0.0, le=1.0, description="variance of axis 3, relative")
    m_11: float = Field(ge=-1.0, le=1.0, description="M, row 1, column 1")
    m_12: float = Field(ge=-1.0, le=1.0, description="M, row 1, column 2")
    m_13: float = Field(ge=-1.0, le=1.0, description="M, row 1, column 3")
    m_21: float = Field(ge=-1.0, le=1.0, description="M, row 2, column 1")
    m_22: float = Field(ge=-1.0, le=1.0, description="M, row 2, column 2")
    m_23: float = Field(ge=-1.0, le=1.0, description="M, row 2, column 3")
    m_31: float = Field(ge=-1.0, le=1.0, description="M, row 3, column 1")
    m_32: float = Field(ge=-1.0, le=1.0, description="M, row 3, column 2")
    m_33: float = Field(ge=-1.0, le=1.0, description="M, row 3, column 3")
    speckle: bool = Field(default=False, description="the noise is multiplied by the image")
    key: NoiseKey

    def covariance(self) -> Matrix:
        """On 0..1. The absolute value of each entry undoes the free signs of U's columns.

        A 3x3 covariance keeps non-negative principal minors under it, so it stays one.
        """
        matrix = [[getattr(self, f"m_{row}{place}") for place in (1, 2, 3)] for row in (1, 2, 3)]
        basis = np.linalg.svd(np.array(matrix))[0]
        shares = np.diag([self.d_1, self.d_2, self.d_3])
        variance = (self.sigma_255 / 255.0) ** 2
        covariance: Matrix = np.abs(variance * (basis.T @ shares @ basis))
        return covariance


def factor(covariance: Matrix) -> list[list[float]]:
    """The lower triangular L with L L^T = covariance (Cholesky); zeros in the column of a vanished variance."""
    size = covariance.shape[0]
    lower = [[0.0] * size for _ in range(size)]
    for row in range(size):
        for place in range(row + 1):
            known = math.fsum(lower[row][k] * lower[place][k] for k in range(place))
            rest = float(covariance[row, place]) - known
            if row == place:
                least = 1e-14 * float(covariance[row, row])
                lower[row][row] = math.sqrt(rest) if rest > least else 0.0
            elif lower[place][place] > 0.0:
                lower[row][place] = rest / lower[place][place]
    return lower


def _factors(group: Any) -> list[list[list[float]]]:
    return [factor(record.covariance()) for record in group.records]


def correlated_law(images: torch.Tensor, group: Group[Any], fields: Fields) -> torch.Tensor:
    """images + L n, n three unit normals a pixel; with `speckle` the noise is multiplied by the image."""
    weights = group.upload(_factors(group), torch.float64).to(images.dtype)
    noise = _mixed(fields.normals(0), weights.unsqueeze(-1).unsqueeze(-1))
    speckle = group.equals("speckle", True).view(-1, 1, 1, 1)
    return images + torch.where(speckle, images * noise, noise)


def _mixed(normals: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Each channel's weighted sum, channel after channel: a matrix product may add in any order."""
    total = weights[:, :, 0] * normals[:, 0:1]
    for channel in range(1, 3):
        total = total + weights[:, :, channel] * normals[:, channel : channel + 1]
    return total


PACKED = Packed(MIXED_NORMALS, lambda group, channels: _factors(group))


def _root_mean_variance(record: Any) -> float:
    return 255.0 * math.sqrt(float(np.trace(record.covariance())) / 3.0)


def _words(record: Any) -> str:
    kind = "correlated speckle" if record.speckle else "correlated noise"
    return f"{kind} {_root_mean_variance(record):.3g}/255"


def _strength(record: Any) -> dict[str, float]:
    """The root of the channels' mean variance at level 128."""
    factor_of_level = MID_GREY if record.speckle else 1.0
    return {"mid_grey_noise_sigma_255": factor_of_level * _root_mean_variance(record)}


_BSRGAN_AXES: Mapping[str, Any] = {
    **{f"d_{axis}": share for axis, share in ((1, 0.9), (2, 0.3), (3, 0.5))},
    **{
        f"m_{row}{column}": share
        for (row, column), share in zip(
            ((row, column) for row in (1, 2, 3) for column in (1, 2, 3)),
            (0.3, 0.5, 0.5, 0.6, 0.2, 0.5, 0.8, 0.7, 0.3),
            strict=True,
        )
    },
}


CORRELATED_NOISE = Operator(
    name="correlated_noise",
    version=1,
    parameters=CorrelatedNoiseParameters,
    forms=law_forms(correlated_law, PACKED),
    words=Words(
        phrase=_words,
        summary="Add normal noise of stated correlations between the channels.",
        formula="y = x + n, with `speckle` x + x n; n ~ N(0, C) per pixel, C_ij = sigma_i sigma_j "
        "correlation_ij / 255**2",
        source="definition; Cholesky factor of the covariance",
    ),
    facts=Facts(strength=_strength, channels=(3,)),
    ladder=together(
        sigma_red_255=SIGMAS,
        sigma_green_255=SIGMAS,
        sigma_blue_255=SIGMAS,
        red_green=(0.8,) * 5,
        red_blue=(-0.3,) * 5,
        green_blue=(0.0,) * 5,
    ),
)

BSRGAN_CORRELATED_NOISE = Operator(
    name="bsrgan_correlated_noise",
    version=1,
    parameters=BsrganCorrelatedNoiseParameters,
    forms=law_forms(correlated_law, PACKED),
    words=Words(
        phrase=_words,
        summary="Add normal noise of a random covariance of the channels, as BSRGAN states it.",
        formula="y = x + n, with `speckle` x + x n; n ~ N(0, |U^T D U| (sigma_255 / 255)**2) per pixel, "
        "D = diag(d_1, d_2, d_3), U the left singular vectors of (m_ij), |.| entry by entry",
        source="Zhang et al., BSRGAN, 2021 (add_Gaussian_noise, add_speckle_noise: third branch)",
    ),
    facts=Facts(strength=_strength, channels=(3,)),
    ladder=along("sigma_255", 5.0, 10.0, 25.0, 40.0, 60.0, **_BSRGAN_AXES),
)

ROWS: tuple[Operator[Any], ...] = (CORRELATED_NOISE, BSRGAN_CORRELATED_NOISE)
