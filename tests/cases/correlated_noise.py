from __future__ import annotations

from degrade.trace import Values
from tests.cases.case import KEY, OTHER_KEY, Case


def _covariance(
    red: float, green: float, blue: float, red_green: float, red_blue: float, green_blue: float
) -> Values:
    return {
        "sigma_red_255": red,
        "sigma_green_255": green,
        "sigma_blue_255": blue,
        "red_green": red_green,
        "red_blue": red_blue,
        "green_blue": green_blue,
    }


def _bsrgan(shares: tuple[float, float, float], thousandths: str) -> Values:
    """D, and M row by row."""
    places = [f"{row}{column}" for row in (1, 2, 3) for column in (1, 2, 3)]
    matrix = dict(zip(places, thousandths.split(), strict=True))
    return {
        **{f"d_{axis}": share for axis, share in enumerate(shares, start=1)},
        **{f"m_{place}": int(value) / 1000 for place, value in matrix.items()},
    }


CASES = (
    Case(
        "correlated_noise",
        (
            {**_covariance(10.0, 20.0, 30.0, 0.5, -0.3, 0.2), "key": KEY},
            {**_covariance(5.0, 5.0, 5.0, 1.0, 1.0, 1.0), "key": OTHER_KEY},
            {**_covariance(40.0, 0.0, 8.0, 0.0, -1.0, 0.0), "speckle": True, "key": KEY},
        ),
    ),
    Case(
        "bsrgan_correlated_noise",
        (
            {**_bsrgan((0.9, 0.3, 0.5), "316 540 534 631 175 466 764 726 335"), "key": KEY},
            {**_bsrgan((1.0, 0.0, 0.0), "100 900 200 300 800 100 500 50 990"), "key": OTHER_KEY},
            {**_bsrgan((0.2, 0.2, 1.0), "1 2 3 4 5 6 7 8 10"), "speckle": True, "key": KEY},
        ),
    ),
)
