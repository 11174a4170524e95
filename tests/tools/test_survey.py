"""The page of coverage names every capability, and only what exists."""

from __future__ import annotations

import re
from pathlib import Path

import typer

import degrade
from degrade.operators.table import OPERATORS
from degrade.pipeline.nodes import STRUCTURES
from realsr.cli.main import app

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
LEFT_OUT = "left out: see below"
REASONS = "Left out, and why"

CAPABILITIES = {
    "Resamplers": (
        "MATLAB-exact bicubic",
        "PIL filters",
        "cv2 linear, cubic, area, lanczos4",
        "torch area, bilinear, bicubic",
        "torch with antialias",
        "nearest, aligned and strided",
        "Lanczos family",
        "Mitchell, Catmull-Rom, B-spline, Hermite",
        "Hann, Hamming, Gaussian, Lagrange, Blackman, windowed sinc",
        "DPID (content-adaptive)",
        "Magic Kernel Sharp",
        "repeated down, down-up, up-down chains",
        "sub-pixel shift as a controlled degradation",
        "scale and output size both honoured (no drift)",
        "linear-light resampling",
    ),
    "Blur": (
        "isotropic Gaussian",
        "anisotropic, rotated",
        "generalised Gaussian",
        "plateau",
        "circular sinc, ringing",
        "multiplicative kernel noise",
        "linear motion",
        "random-trajectory motion",
        "defocus, disk, lens",
        "Airy, diffraction PSF",
        "Zernike aberrations, per channel",
        "measured or stored kernel bank",
        "spatially varying",
        "box, median, bilateral, glass, zoom",
        "kernel size configurable",
        "boundary handling selectable",
    ),
    "Noise": (
        "Gaussian, colour",
        "Gaussian, grey (shared by channels)",
        "channel-correlated (3 x 3 covariance)",
        "spatially correlated (scaled, motion-smeared, procedural)",
        "Poisson",
        "Poisson + Gaussian",
        "speckle, multiplicative",
        "salt and pepper",
        "camera RAW: unprocess, shot and read noise, ISP",
        "film grain (model)",
        "uniform, Laplace, Rician",
        "quantisation, posterise",
        "dithering",
        "noise limited to a tonal range",
    ),
    "Compression": (
        "JPEG, real codec",
        "JPEG, batched in tensor arithmetic",
        "differentiable JPEG",
        "chroma subsampling choice",
        "stand-alone chroma subsampling, colour matrix, filter choice",
        "custom quantisation tables, encoder presets",
        "WebP",
        "AVIF",
        "HEIF",
        "JPEG 2000",
        "JPEG XL",
        "H.264, H.265 single frame",
        "MPEG-2, MPEG-4, VP9",
        "MPEG-1",
        "real multi-frame video coding",
        "JPEG twice",
        "JPEG twice with a controlled misaligned 8 x 8 grid",
        "JPEG optional (probability)",
    ),
    "Other artefacts": (
        "USM of the HR target",
        "USM, oversharpening of the LR",
        "halo as its own artefact",
        "banding",
        "chromatic aberration, channel shift",
        "colour, level, gamma, saturation shift",
        "screentone, halftone",
        "line-art thickening, thinning",
        "interlace, combing",
        "Bayer mosaic and demosaic",
        "scan, print: paper, bleed",
        "scan, print: skew",
        "moire",
        "analogue video (NTSC, VHS)",
        "vignette",
        "rolling shutter",
        "weather, haze",
        "pixelate",
        "superpixel",
    ),
    "Unknown and learned downsamplers": (
        "per-image kernel estimation",
        "estimated-kernel pool used in training",
        "noise patches injected from real images",
        "learned (GAN) downsampler, as a stage",
        "learned degradation predictor",
        "any of the above behind one interface with synthetic steps",
    ),
    "Mechanics": (
        "second order",
        "arbitrary order n",
        "full shuffle, with constraints",
        "skip probability per step",
        "AND, OR, nested groups",
        "weighted choice of variants",
        "parameters in a config file",
        "batched on the GPU",
        "resize mode and scale per sample in a batch",
        "mitigation of its absence (a pool of pairs)",
        "pipeline differentiable",
        "one global seed",
        "per-sample seed independent of order, batch and workers",
        "parameters recorded",
        "replay from the record, bit-exact including noise",
        "pairs written as files",
        "other outputs: manifest",
        "other outputs: lmdb, shards, statistics",
        "grey, 16-bit, float",
        "paired (real) LR mixed in",
        "preview, debug sheet",
    ),
}
"""What the published systems offer between them, by the page's sections."""


def tables() -> dict[str, dict[str, str]]:
    """Section -> capability -> what stands beside it."""
    found: dict[str, dict[str, str]] = {}
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        lines = section.splitlines()
        cells = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")][1:]
        assert len({name for name, _ in cells}) == len(cells), lines[0]
        found[lines[0]] = dict(cells)
    return found


def commands() -> set[str]:
    """Every command of the command line, `realsr GROUP NAME`."""
    root = typer.main.get_command(app)
    names: set[str] = set()
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        names.add(f"realsr {name}")
        names |= {f"realsr {name} {inner}" for inner in getattr(command, "commands", {})}
    return names


def test_every_capability_has_its_row() -> None:
    answered = tables()
    answered.pop(REASONS)
    assert {section: tuple(rows) for section, rows in answered.items()} == CAPABILITIES


def test_every_name_exists() -> None:
    known = {*OPERATORS, *STRUCTURES, *degrade.pipeline_names(), *commands()}
    known |= {f"degrade.{name}" for name in degrade.__all__}
    text = PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"`([^`]+)`", text)) - known == set()


def test_every_answer_names_something_or_is_left_out() -> None:
    for section, rows in tables().items():
        for capability, answer in rows.items():
            named = section == REASONS or answer == LEFT_OUT or "`" in answer
            assert named, f"{section}: {capability}"


def test_what_is_left_out_has_its_reason() -> None:
    answered = tables()
    reasons = answered.pop(REASONS)
    absent = {
        name for rows in answered.values() for name, answer in rows.items() if answer == LEFT_OUT
    }
    assert absent == set(reasons)
