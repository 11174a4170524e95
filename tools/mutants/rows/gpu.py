"""What runs on packed samples of a GPU, by Triton's interpreter."""

from __future__ import annotations

from tools.mutants.mutant import Mutant

FORMS = "tests/gpu/test_forms.py"


def _row(file: str, old: str, new: str, *tests: str, lives: str = "") -> Mutant:
    """tests: operators whose form is held to its definition, or other tests of the file."""
    named = (
        each if each.startswith("test_") else f"test_the_form_is_the_definition[{each}]"
        for each in tests
    )
    return Mutant(
        f"degrade/functional/gpu/{file}.py",
        old,
        new,
        tuple(f"{FORMS}::{each}" for each in named),
        lives,
    )


# fmt: off
ROWS = (
    _row("poisson", "place += (number > 2**power).to(tl.int32)", "place += (number >= 2**power).to(tl.int32)", "poisson_noise"),
    _row("poisson", "answer = tl.where(place < (entry >> width), answer, alias)", "answer = tl.where(place <= (entry >> width), alias, answer)", "poisson_noise"),
    _row("displacement", "weight = t * t * (1.5 * t - 2.5) + 1.0", "weight = t * t * (1.5 * t - 2.5) + 0.99", "channel_shift"),
    _row("displacement", "return middle + (place - middle) / scale", "return middle + (place - middle) * scale", "chromatic_aberration"),
    _row("displacement", "odd = (y.to(tl.int32) & 1).to(tl.float64) * 2.0 - 1.0", "odd = 1.0 - (y.to(tl.int32) & 1).to(tl.float64) * 2.0", "interlace"),
    _row("light", "light = tl.where(value < 0.0, -light, light)", "light = tl.where(value < 0.0, light, light)", "resize", "camera"),
    _row("neighbours", "if dy * dy + dx * dx <= radius * radius:", "if dy * dy + dx * dx < radius * radius:", "bilateral_blur"),
    _row("neighbours", "if (square != 0) | (dy == 0) | (dx == 0):", "if (square == 0) | (dy == 0) | (dx == 0):", "line_thickening"),
    _row("fields", "c0, c1, c2, c3 = high_1 ^ c1 ^ k0, low_1, high_0 ^ c3 ^ k1, low_0", "c0, c1, c2, c3 = high_1 ^ c1 ^ k1, low_1, high_0 ^ c3 ^ k0, low_0", "test_words_are_those_of_the_definition[8]"),
    _row("fields", "tl.interleave(tl.interleave(c0, c2), tl.interleave(c1, c3))", "tl.interleave(tl.interleave(c0, c1), tl.interleave(c2, c3))", "test_words_are_those_of_the_definition[8]"),
    _row("fields", "- t * (2.0 - t))", "- t * 2.0)", "gaussian_noise"),
    _row("fields", "signal = tl.maximum(wide, 0.0, propagate_nan=tl.PropagateNan.ALL) * scale", "signal = tl.abs(wide) * scale", "shot_read_noise"),
    _row("sharpen", "out = value + tl.load(shares + sample) * (value - rest)", "out = value + tl.load(shares + sample) * (rest - value)", "oversharpen"),
)
