"""Demosaicing: the published kernels, a second writing of Menon's method, exactness and photographs."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image
from scipy.ndimage import correlate

from degrade.functional.demosaic import METHODS, RED_AT, demosaic, mosaic

Floats = npt.NDArray[np.float64]
every_pattern = pytest.mark.parametrize("pattern", list(RED_AT))
every_method = pytest.mark.parametrize("method", list(METHODS))
BORDER = 12


def run(image: Floats, pattern: str, method: str) -> Floats:
    """An image h w 3 through mosaic and demosaicing."""
    images = torch.from_numpy(image).permute(2, 0, 1).unsqueeze(0)
    red_at = torch.tensor([RED_AT[pattern]])
    height, width = (torch.tensor([side]) for side in image.shape[:2])
    out = demosaic(mosaic(images, red_at), red_at, height, width, [method])  # type: ignore[list-item]
    return np.asarray(out[0].permute(1, 2, 0).numpy())


def letters(pattern: str, height: int, width: int) -> npt.NDArray[np.str_]:
    """The colour of each pixel, from the pattern's own name."""
    block = np.array(list(pattern)).reshape(2, 2)
    return np.asarray(np.tile(block, (height // 2 + 1, width // 2 + 1))[:height, :width])


def raw_of(image: Floats, pattern: str) -> tuple[Floats, npt.NDArray[np.str_]]:
    colours = letters(pattern, *image.shape[:2])
    raw = np.select([colours == "r", colours == "g"], [image[..., 0], image[..., 1]], image[..., 2])
    return raw, colours


def noise(height: int, width: int, levels: int = 256) -> Floats:
    """Whole numbers, so that every tie is exact in both writings."""
    return np.random.default_rng(0).integers(0, levels, (height, width, 3)).astype(np.float64)


@every_pattern
@every_method
def test_a_pixel_keeps_its_own_colour(pattern: str, method: str) -> None:
    image = noise(9, 14)
    raw, colours = raw_of(image, pattern)
    out = run(image, pattern, method)
    for channel, letter in enumerate("rgb"):
        own = colours == letter
        assert np.array_equal(out[own][:, channel], raw[own])


def published(method: str) -> dict[str, Floats]:
    """Kernels by what they give: bilinear by definition, Malvar's as printed, in eighths."""
    if method == "bilinear":
        plus = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]) / 4
        line = np.array([[0, 0, 0], [1, 0, 1], [0, 0, 0]]) / 2
        return {
            "green": plus,
            "row": line,
            "diagonal": np.array([[1, 0, 1], [0, 0, 0], [1, 0, 1]]) / 4,
        }
    green = "0 0 -1 0 0  0 0 2 0 0  -1 2 4 2 -1  0 0 2 0 0  0 0 -1 0 0"
    row = "0 0 .5 0 0  0 -1 0 -1 0  -1 4 5 4 -1  0 -1 0 -1 0  0 0 .5 0 0"
    diagonal = "0 0 -1.5 0 0  0 2 0 2 0  -1.5 0 6 0 -1.5  0 2 0 2 0  0 0 -1.5 0 0"
    texts = {"green": green, "row": row, "diagonal": diagonal}
    return {
        k: np.array([float(n) for n in text.split()]).reshape(5, 5) / 8 for k, text in texts.items()
    }


@every_pattern
@pytest.mark.parametrize("method", ["bilinear", "malvar"])
def test_linear_methods_against_scipy_with_the_published_kernels(pattern: str, method: str) -> None:
    image = noise(21, 16)
    raw, colours = raw_of(image, pattern)
    kernels = published(method)
    made = {k: correlate(raw, kernel, mode="mirror") for k, kernel in kernels.items()}
    made["column"] = correlate(raw, kernels["row"].T, mode="mirror")
    red_row = (colours == "r").any(axis=1, keepdims=True)
    green = colours == "g"
    expected = np.empty(image.shape)
    expected[..., 1] = np.where(green, raw, made["green"])
    for channel, letter, rows in ((0, "r", red_row), (2, "b", ~red_row)):
        at_green = np.where(rows, made["row"], made["column"])
        other = np.where(green, at_green, made["diagonal"])
        expected[..., channel] = np.where(colours == letter, raw, other)
    assert np.abs(run(image, pattern, method) - expected).max() < 1e-10


class MenonByPixel:
    """The paper's steps pixel by pixel, on a mosaic mirrored far enough for every pixel to have neighbours."""

    LINES = ((0, 1), (1, 0))

    def __init__(self, raw: Floats, colours: npt.NDArray[np.str_]) -> None:
        self.raw = np.pad(raw, BORDER, mode="reflect")
        self.colours = np.pad(colours, BORDER, mode="reflect")

    def places(self, margin: int, letters: str = "rgb") -> list[tuple[int, int]]:
        height, width = self.raw.shape
        inside = product(range(margin, height - margin), range(margin, width - margin))
        return [place for place in inside if self.colours[place] in letters]

    def green_and_lines(self) -> tuple[Floats, dict[tuple[int, int], tuple[int, int]]]:
        raw, guesses, chroma = self.raw, [], []
        for down, right in self.LINES:
            guess = raw.copy()
            for y, x in self.places(2, "rb"):
                near = raw[y - down, x - right] + raw[y + down, x + right]
                far = raw[y - 2 * down, x - 2 * right] + raw[y + 2 * down, x + 2 * right]
                guess[y, x] = near / 2 + raw[y, x] / 2 - far / 4
            guesses.append(guess)
            chroma.append(raw - guess)
        green, lines = raw.copy(), {}
        for y, x in self.places(6, "rb"):
            rough = [self.rough(chroma[line], y, x, line) for line in (0, 1)]
            line = 0 if rough[1] >= rough[0] else 1
            lines[y, x], green[y, x] = self.LINES[line], guesses[line][y, x]
        return green, lines

    @staticmethod
    def rough(chroma: Floats, y: int, x: int, line: int) -> float:
        """Changes over two pixels along the line, in the five lines about the pixel."""
        plane = chroma if line == 0 else chroma.T
        y, x = (y, x) if line == 0 else (x, y)

        def change(row: int, middle: int) -> float:
            return abs(float(plane[y + row, x + middle - 1] - plane[y + row, x + middle + 1]))

        total = 3 * (change(0, -1) + change(0, 1)) + change(1, 0) + change(-1, 0)
        return total + sum(change(row, side) for row in (-2, 2) for side in (-1, 1))

    def at_green(self, out: Floats, margin: int) -> None:
        """Red and blue at green pixels from the neighbours of that colour."""
        for y, x in self.places(margin, "g"):
            for down, right in self.LINES:
                ends = [(y - down, x - right), (y + down, x + right)]
                channel = "rgb".index(self.colours[ends[0]])
                mean = sum(self.raw[end] - out[(*end, 1)] for end in ends) / 2
                out[y, x, channel] = out[y, x, 1] + mean

    def __call__(self) -> Floats:
        green, lines = self.green_and_lines()
        out = np.repeat(self.raw[..., None], 3, axis=2)
        out[..., 1] = green
        self.at_green(out, 7)
        before = out.copy()
        for y, x in self.places(8, "rb"):
            down, right = lines[y, x]
            own, other = (0, 2) if self.colours[y, x] == "r" else (2, 0)
            ends = [before[y - down, x - right], before[y + down, x + right]]
            out[y, x, other] = self.raw[y, x] + sum(end[other] - end[own] for end in ends) / 2
        return self.refined(out, lines)[BORDER:-BORDER, BORDER:-BORDER]

    def refined(self, out: Floats, lines: dict[tuple[int, int], tuple[int, int]]) -> Floats:
        before = out.copy()
        for y, x in self.places(9, "rb"):
            down, right = lines[y, x]
            own = "rgb".index(self.colours[y, x])
            three = [before[y + n * down, x + n * right] for n in (-1, 0, 1)]
            out[y, x, 1] = self.raw[y, x] - sum(pixel[own] - pixel[1] for pixel in three) / 3
        self.at_green(out, 10)
        before = out.copy()
        for y, x in self.places(11, "rb"):
            down, right = lines[y, x]
            own, other = (0, 2) if self.colours[y, x] == "r" else (2, 0)
            three = [before[y + n * down, x + n * right] for n in (-1, 0, 1)]
            out[y, x, other] = self.raw[y, x] + sum(p[other] - p[own] for p in three) / 3
        return out


@every_pattern
@pytest.mark.parametrize("shape", [(16, 21, 256), (25, 14, 3)])
def test_menon_against_the_paper_pixel_by_pixel(pattern: str, shape: tuple[int, int, int]) -> None:
    """Of many levels, and of three, where both lines are often as good: rows are taken."""
    image = noise(*shape)
    expected = MenonByPixel(*raw_of(image, pattern))()
    assert np.abs(run(image, pattern, "menon") - expected).max() < 1e-9


@every_pattern
@every_method
def test_flat_colour_and_ramps_stay(pattern: str, method: str) -> None:
    """A flat colour everywhere; what varies linearly, in each colour its own way, within the border."""
    flat = np.full((8, 7, 3), (0.9, 0.1, 0.3))
    assert np.abs(run(flat, pattern, method) - flat).max() < 1e-15
    y, x = np.mgrid[:40, :42].astype(float)
    ramps = np.stack([0.3 + 0.01 * x, 0.9 - 0.007 * y, 0.2 + 0.005 * x + 0.011 * y], axis=-1)
    inside = (slice(BORDER, -BORDER), slice(BORDER, -BORDER))
    assert np.abs(run(ramps, pattern, method) - ramps)[inside].max() < 1e-14


@every_pattern
@every_method
@pytest.mark.parametrize("place", [(20.0, 20.0), (19.3, 20.6), (20.5, 19.5)])
def test_nothing_moves(pattern: str, method: str, place: tuple[float, float]) -> None:
    """The centre of mass of a coloured spot, in each colour."""
    y, x = np.mgrid[:41, :41].astype(float)
    spot = np.exp(-((y - place[0]) ** 2 + (x - place[1]) ** 2) / (2 * 2.5**2))
    out = run(spot[..., None] * (0.9, 0.6, 0.3), pattern, method)
    for channel in range(3):
        mass = out[..., channel] / out[..., channel].sum()
        assert abs((mass * y).sum() - place[0]) < 0.01
        assert abs((mass * x).sum() - place[1]) < 0.01


def psnr(image: Floats, pattern: str, method: str) -> float:
    out = np.rint(run(image, pattern, method).clip(0, 1) * 255) / 255
    return float(-10 * np.log10(np.mean((out - image)[8:-8, 8:-8] ** 2)))


@pytest.mark.parametrize(
    ("name", "expected"), [("kodim01", (26.4, 32.1, 37.0)), ("kodim03", (34.6, 39.6, 42.1))]
)
def test_photographs(shared_data: Path, name: str, expected: tuple[float, ...]) -> None:
    """As published for the Kodak pictures: bilinear about 30 dB in the mean, Malvar 36, Menon 39 to 40."""
    image = np.asarray(Image.open(shared_data / "hr" / "kodak" / f"{name}.png")) / 255
    found = [psnr(image, "rggb", method) for method in ("bilinear", "malvar", "menon")]
    assert found == pytest.approx(expected, abs=0.1)
