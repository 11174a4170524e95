"""The ways back from a Bayer mosaic by Triton: `functional.demosaic`, operation for operation, in float64.

A mosaic is a plane of H x W, read as its own mirror image beyond its border. What `menon` keeps between its
steps are planes with a margin on every side, since a sum's order is not its mirror image's: there the values
are made as anywhere else. Each step leaves the outermost of them without meaning, and no pixel comes to see it.
A mosaic's frame: height, width, and row and column of a red pixel.
"""

from __future__ import annotations

import triton
import triton.language as tl

from degrade.functional import demosaic
from degrade.functional.gpu.kinds import MENON_MARGIN

_MARGIN = tl.constexpr(MENON_MARGIN)
"""What the steps read about a pixel of what the one before made, together: two, two, one and two."""
_NEARNESS = tl.constexpr(tuple((*place, weight) for place, weight in demosaic.NEARNESS))
_NEAR = tl.constexpr(len(demosaic.NEARNESS))


def _placed(kernel: demosaic.Kernel) -> tuple[tuple[int, int, int], ...]:
    """Rows down, columns right and weight of a kernel's taps, in its own order."""
    middle = len(kernel) // 2
    return tuple(
        (row - middle, column - middle, weight)
        for row, weights in enumerate(kernel)
        for column, weight in enumerate(weights)
        if weight
    )


def _kernels(own: demosaic.Kernels) -> tuple[tl.constexpr, ...]:
    """Of green at red and blue, of the others at green in their row and in their column, and diagonal."""
    across = tuple(zip(*own.beside, strict=True))
    kernels = own.cross, own.beside, across, own.diagonal
    return tuple(tl.constexpr(_placed(kernel)) for kernel in kernels)


_CROSS, _ROWS, _COLUMNS, _DIAGONAL = _kernels(demosaic.BILINEAR)
_WIDE_CROSS, _WIDE_ROWS, _WIDE_COLUMNS, _WIDE_DIAGONAL = _kernels(demosaic.MALVAR)


@triton.jit
def _at(plane, y, x, frame):
    """The mosaic at any places, mirrored about its outermost pixels; sides of at least two."""
    down, right = 2 * (frame[0] - 1), 2 * (frame[1] - 1)
    row, column = tl.abs(y) % down, tl.abs(x) % right
    row, column = tl.minimum(row, down - row), tl.minimum(column, right - column)
    return tl.load(plane + row * frame[1] + column)


@triton.jit
def kept(y, x, frame):
    """Where places lie in a plane with a margin, which they do not leave."""
    row = tl.minimum(tl.maximum(y + _MARGIN, 0), frame[0] + 2 * _MARGIN - 1)
    column = tl.minimum(tl.maximum(x + _MARGIN, 0), frame[1] + 2 * _MARGIN - 1)
    return row * (frame[1] + 2 * _MARGIN) + column


@triton.jit
def choose(y, x, frame, at_red, at_green, at_blue):
    """What belongs to the colour that a place has, red being at such rows and columns."""
    even_row, even_column = ((y + frame[2]) & 1) == 0, ((x + frame[3]) & 1) == 0
    other = tl.where(even_row == even_column, at_blue, at_green)
    return tl.where(even_row & even_column, at_red, other)


@triton.jit
def _correlated(raw, y, x, frame, TAPS: tl.constexpr, COUNT: tl.constexpr):
    total = (y + x).to(tl.float64) * 0.0
    for tap in tl.static_range(COUNT):
        value = _at(raw, y + TAPS[tap][0], x + TAPS[tap][1], frame)
        total = total + value * TAPS[tap][2]
    return total / 16


@triton.jit
def _by_kernels(here, cross, rows, columns, diagonal, y, x, frame):
    """Red, green and blue of what a linear method's kernels say of a pixel."""
    by_red = ((y + frame[2]) & 1) == 0
    red_at_green, blue_at_green = tl.where(by_red, rows, columns), tl.where(by_red, columns, rows)
    red = choose(y, x, frame, here, red_at_green, diagonal)
    green = choose(y, x, frame, cross, here, cross)
    return red, green, choose(y, x, frame, diagonal, blue_at_green, here)


@triton.jit
def bilinear(raw, y, x, frame):
    """Red, green and blue by the nearest samples."""
    here = _at(raw, y, x, frame)
    cross = _correlated(raw, y, x, frame, _CROSS, 4)
    rows = _correlated(raw, y, x, frame, _ROWS, 2)
    columns = _correlated(raw, y, x, frame, _COLUMNS, 2)
    diagonal = _correlated(raw, y, x, frame, _DIAGONAL, 4)
    return _by_kernels(here, cross, rows, columns, diagonal, y, x, frame)


@triton.jit
def malvar(raw, y, x, frame):
    """Red, green and blue by kernels with the Laplacian of the colour that is there."""
    here = _at(raw, y, x, frame)
    cross = _correlated(raw, y, x, frame, _WIDE_CROSS, 9)
    rows = _correlated(raw, y, x, frame, _WIDE_ROWS, 11)
    columns = _correlated(raw, y, x, frame, _WIDE_COLUMNS, 11)
    diagonal = _correlated(raw, y, x, frame, _WIDE_DIAGONAL, 9)
    return _by_kernels(here, cross, rows, columns, diagonal, y, x, frame)


@triton.jit
def _green_along(raw, y, x, frame, DOWN: tl.constexpr, RIGHT: tl.constexpr):
    """Green at red and blue by the five taps -1, 2, 2, 2, -1, in quarters."""
    beside = _at(raw, y - DOWN, x - RIGHT, frame)
    beside = (beside + _at(raw, y + DOWN, x + RIGHT, frame)) / 2
    far = _at(raw, y - 2 * DOWN, x - 2 * RIGHT, frame)
    far = (far + _at(raw, y + 2 * DOWN, x + 2 * RIGHT, frame)) / 2
    return beside + (_at(raw, y, x, frame) - far) / 2


@triton.jit
def chroma(raw, y, x, frame, DOWN: tl.constexpr, RIGHT: tl.constexpr):
    """What red or blue has over its green, guessed along a line; nothing at green."""
    guess = _green_along(raw, y, x, frame, DOWN, RIGHT)
    over = _at(raw, y, x, frame) - guess
    return choose(y, x, frame, over, over * 0.0, over)


@triton.jit
def _roughness(plane, y, x, frame, DOWN: tl.constexpr, RIGHT: tl.constexpr):
    """How much a plane of chroma changes over two pixels along a line, nearby."""
    total = (y + x).to(tl.float64) * 0.0
    for near in tl.static_range(_NEAR):
        # Of a column the places are those of a row, turned over.
        row = y + (_NEARNESS[near][0] if RIGHT else _NEARNESS[near][1])
        column = x + (_NEARNESS[near][1] if RIGHT else _NEARNESS[near][0])
        change = tl.load(plane + kept(row, column, frame))
        row, column = row + 2 * DOWN, column + 2 * RIGHT
        change -= tl.load(plane + kept(row, column, frame))
        total = total + tl.abs(change) * _NEARNESS[near][2]
    return total


@triton.jit
def first_green(raw, across, down, y, x, frame):
    """Green everywhere, and whether the row is the better direction; across, down: planes of chroma."""
    along_row = _roughness(down, y, x, frame, 1, 0) >= _roughness(across, y, x, frame, 0, 1)
    guess = tl.where(
        along_row,
        _green_along(raw, y, x, frame, 0, 1),
        _green_along(raw, y, x, frame, 1, 0),
    )
    here = _at(raw, y, x, frame)
    return choose(y, x, frame, guess, here, guess), along_row


@triton.jit
def _over_green(raw, green, y, x, frame):
    above = tl.load(green + kept(y, x, frame))
    return _at(raw, y, x, frame) - above


@triton.jit
def _colours_at_green(raw, green, y, x, frame):
    """Red and blue, with a meaning at green pixels."""
    rows = _over_green(raw, green, y, x - 1, frame)
    rows = (rows + _over_green(raw, green, y, x + 1, frame)) / 2
    columns = _over_green(raw, green, y - 1, x, frame)
    columns = (columns + _over_green(raw, green, y + 1, x, frame)) / 2
    by_red = ((y + frame[2]) & 1) == 0
    here = tl.load(green + kept(y, x, frame))
    return here + tl.where(by_red, rows, columns), here + tl.where(by_red, columns, rows)


@triton.jit
def second_colours(raw, green, y, x, along_row, frame):
    """Red and blue everywhere, from green's first guess."""
    down, right = tl.where(along_row, 0, 1), tl.where(along_row, 1, 0)
    red, blue = _colours_at_green(raw, green, y - down, x - right, frame)
    step = red - blue
    red, blue = _colours_at_green(raw, green, y + down, x + right, frame)
    step = (step + (red - blue)) / 2
    red, blue = _colours_at_green(raw, green, y, x, frame)
    here = _at(raw, y, x, frame)
    red = choose(y, x, frame, here, red, here + step)
    return red, choose(y, x, frame, here - step, blue, here)


@triton.jit
def _colour_over_green(red, blue, green, y, x, of_red, frame):
    """Red less green where the place in the middle is red, else blue less green."""
    place = kept(y, x, frame)
    colour = tl.where(of_red, tl.load(red + place), tl.load(blue + place))
    return colour - tl.load(green + place)


@triton.jit
def second_green(raw, red, blue, green, y, x, along_row, frame):
    """Green refined along the line that was decided for."""
    down, right = tl.where(along_row, 0, 1), tl.where(along_row, 1, 0)
    of_red = ((y + frame[2]) & 1) == 0
    total = _colour_over_green(red, blue, green, y - down, x - right, of_red, frame)
    total += _colour_over_green(red, blue, green, y, x, of_red, frame)
    total += _colour_over_green(red, blue, green, y + down, x + right, of_red, frame)
    here = _at(raw, y, x, frame)
    refined = here - total / 3
    return choose(y, x, frame, refined, here, refined)


@triton.jit
def _third_colours(raw, red, blue, green, y, x, frame):
    """Red and blue with those at green from the refined green."""
    place, here = kept(y, x, frame), _at(raw, y, x, frame)
    red_at_green, blue_at_green = _colours_at_green(raw, green, y, x, frame)
    own_red, own_blue = tl.load(red + place), tl.load(blue + place)
    return (
        choose(y, x, frame, here, red_at_green, own_red),
        choose(y, x, frame, own_blue, blue_at_green, here),
    )


@triton.jit
def last_colours(raw, red, blue, green, y, x, along_row, frame):
    """Red, green and blue as they come out; green: refined."""
    down, right = tl.where(along_row, 0, 1), tl.where(along_row, 1, 0)
    first, second = _third_colours(raw, red, blue, green, y - down, x - right, frame)
    step = first - second
    own_red, own_blue = _third_colours(raw, red, blue, green, y, x, frame)
    step += own_red - own_blue
    first, second = _third_colours(raw, red, blue, green, y + down, x + right, frame)
    step = (step + (first - second)) / 3
    here, own_green = (
        _at(raw, y, x, frame),
        tl.load(green + kept(y, x, frame)),
    )
    own_red = choose(y, x, frame, here, own_red, here + step)
    return own_red, own_green, choose(y, x, frame, here - step, own_blue, here)
