"""Numbers by which tables tell kernels what to do with a sample; the host's side of it needs no triton."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PLAIN, IN_PROPORTION, SHOT_AND_READ = range(3)
"""Kinds of normal noise, see `fields.add_normals`."""

BY_BILINEAR, BY_MALVAR, BY_MENON = range(3)
METHODS: Mapping[str, int] = MappingProxyType(
    {"bilinear": BY_BILINEAR, "malvar": BY_MALVAR, "menon": BY_MENON}
)
"""Ways back from a mosaic, see `demosaic`."""
MENON_MARGIN = 7
"""Pixels on every side of a picture that `menon` keeps between its steps."""

ROUND, DIAMOND, SQUARE, LINE = range(4)
SCREENS: Mapping[str, int] = MappingProxyType(
    {"round": ROUND, "diamond": DIAMOND, "square": SQUARE, "line": LINE}
)
"""Shapes of a screen's dots, see `screen`."""

SHIFTED, SHIFTED_CHROMA, MAGNIFIED, COMBED = range(4)
"""How pixels are displaced, see `displacement`."""

GAUSSIAN_PSF, GENERALISED_PSF, PLATEAU_PSF, SINC_PSF, GIVEN_PSF = range(5)
"""Kinds of point spread functions; those of a quadratic form come first. See `psfs`."""
PSF_NUMBERS = 6
"""Of a sample's row."""

EQUAL, COVERAGE, TRIANGLE, CUBIC, CUBICS, LAGRANGE, MAGIC_2013, MAGIC_2021 = range(8)
GAUSSIAN, LANCZOS, COSINES = range(8, 11)

FILTERS: Mapping[str, tuple[int, float, float, float]] = MappingProxyType(
    {
        "nearest": (EQUAL, 0.0, 0.0, 0.0),
        "adaptive_area": (EQUAL, 0.0, 0.0, 0.0),
        "area": (COVERAGE, 0.0, 0.0, 0.0),
        "box": (COVERAGE, 0.0, 0.0, 0.0),
        "bilinear": (TRIANGLE, 0.0, 0.0, 0.0),
        "bicubic": (CUBIC, -0.5, 0.0, 0.0),
        "catmull_rom": (CUBIC, -0.5, 0.0, 0.0),
        "bicubic_075": (CUBIC, -0.75, 0.0, 0.0),
        "mitchell": (CUBICS, 1 / 3, 1 / 3, 0.0),
        "bspline": (CUBICS, 1.0, 0.0, 0.0),
        "hermite": (CUBICS, 0.0, 0.0, 0.0),
        "lagrange": (LAGRANGE, 0.0, 0.0, 0.0),
        "magic_kernel_sharp_2013": (MAGIC_2013, 0.0, 0.0, 0.0),
        "magic_kernel_sharp_2021": (MAGIC_2021, 0.0, 0.0, 0.0),
        "gaussian": (GAUSSIAN, 0.0, 0.0, 0.0),
        "lanczos2": (LANCZOS, 2.0, 0.0, 0.0),
        "lanczos3": (LANCZOS, 3.0, 0.0, 0.0),
        "lanczos4": (LANCZOS, 4.0, 0.0, 0.0),
        "hann": (COSINES, 0.5, 0.5, 0.0),
        "hamming": (COSINES, 0.54, 0.46, 0.0),
        "blackman": (COSINES, 0.42, 0.5, 0.08),
    }
)
"""How `resampling.taps` makes the filters of `degrade.functional.filters`: kind and numbers. Those that are not
here, as Kaiser's with its Bessel function, are made by torch."""
