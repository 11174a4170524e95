"""What runs on packed samples of a GPU, by Triton's interpreter."""

from __future__ import annotations

from tools.mutants.mutant import Mutant

FORMS = "tests/gpu/test_forms.py"
PSFS = "tests/gpu/test_psfs.py"


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


def _psfs(old: str, new: str, kind: str = "") -> Mutant:
    """A bug in the kernels of blurs: all of them are made anew, or those of one kind."""
    name = "test_kernels_of_the_device_are_those_of_the_definition" + (kind and f"[{kind}]")
    return Mutant("degrade/functional/gpu/psfs.py", old, new, (f"{PSFS}::{name}",))


# fmt: off
ROWS = (
    _row("poisson", "place += (number > 2**power).to(tl.int32)", "place += (number >= 2**power).to(tl.int32)", "test_a_power_of_two_of_levels_is_its_own_table"),
    _row("poisson", "answer = tl.where(place < (entry >> width), answer, alias)", "answer = tl.where(place <= (entry >> width), alias, answer)", "poisson_noise"),
    _row("displacement", "weight = t * t * (1.5 * t - 2.5) + 1.0", "weight = t * t * (1.5 * t - 2.5) + 0.99", "channel_shift"),
    _row("displacement", "return middle + (place - middle) / scale", "return middle + (place - middle) * scale", "chromatic_aberration"),
    _row("displacement", "odd = (y.to(tl.int32) & 1).to(tl.float64) * 2.0 - 1.0", "odd = 1.0 - (y.to(tl.int32) & 1).to(tl.float64) * 2.0", "interlace"),
    _row("light", "light = tl.where(value < 0.0, -light, light)", "light = tl.where(value < 0.0, light, light)", "test_values_below_black_and_above_white[resize-values0]"),
    _row("neighbours", "if dy * dy + dx * dx <= radius * radius:", "if dy * dy + dx * dx < radius * radius:", "bilateral_blur"),
    _row("neighbours", "if (square != 0) | (dy == 0) | (dx == 0):", "if (square == 0) | (dy == 0) | (dx == 0):", "line_thickening"),
    _row("fields", "c0, c1, c2, c3 = high_1 ^ c1 ^ k0, low_1, high_0 ^ c3 ^ k1, low_0", "c0, c1, c2, c3 = high_1 ^ c1 ^ k1, low_1, high_0 ^ c3 ^ k0, low_0", "test_words_are_those_of_the_definition[8]"),
    _row("fields", "tl.interleave(tl.interleave(c0, c2), tl.interleave(c1, c3))", "tl.interleave(tl.interleave(c0, c1), tl.interleave(c2, c3))", "test_words_are_those_of_the_definition[8]"),
    _row("fields", "- t * (2.0 - t))", "- t * 2.0)", "gaussian_noise"),
    _row("fields", "signal = tl.maximum(wide, 0.0, propagate_nan=tl.PropagateNan.ALL) * scale", "signal = tl.abs(wide) * scale", "test_values_below_black_and_above_white[shot_read_noise-values1]"),
    _row("sharpen", "out = value + tl.load(shares + sample) * (value - rest)", "out = value + tl.load(shares + sample) * (rest - value)", "oversharpen"),
    _psfs("value = 1.0 / (1.0 + _power(q, beta))", "value = 1.0 / (1.0 + q)", "plateau"),
    _psfs("tl.where(q > 0.0, tl.exp(beta * tl.log(some)), 0.0)", "tl.exp(beta * tl.log(some))", "generalised"),
    _psfs("across = (cosine * y - sine * x)", "across = (cosine * y + sine * x)", "gaussian"),
    _psfs("tl.where(x <= 5.0, low,", "tl.where(x <= 2.0, low,", "sinc"),
    _psfs("wave = p * tl.cos(far - _PHASE) - w * q", "wave = p * tl.cos(far - _PHASE) + w * q", "sinc"),
    _psfs("return nearest(value * _GRID) / _GRID, tl.maximum", "return value, tl.maximum", "gaussian"),
    _psfs("tl.where(value != 0.0, own, 0)", "own * 0 + half", "gaussian"),
    _psfs("value, _ = _rounded(row, kind, place, reach)", "value, _ = _rounded(row, kind, place, half)", "gaussian"),
    Mutant("degrade/functional/gpu/psfs.py", "given + tl.load(row + 2).to(tl.int64)", "given", (f"{PSFS}::test_every_sample_finds_its_own_kernel_whoever_made_it",)),
)
