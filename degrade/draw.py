"""Drawing: a pipeline and keys in, traces out. No image, no device, no state."""

from __future__ import annotations

from collections.abc import Sequence

from degrade.address import Floats, Key, draw_words, uniforms
from degrade.pipeline import Pipeline
from degrade.pipeline.drawn import NOTHING, Draws, run
from degrade.pipeline.program import DrawingProgram
from degrade.trace import Step, Trace


def draw(pipeline: Pipeline, keys: Sequence[Key]) -> list[Trace]:
    """One trace per key. A trace depends on the pipeline and its own key only.

    Traces are for reading: what they have in common, such as a step that draws nothing, they share.
    """
    program = pipeline.program
    if not program.addresses:
        return [_trace(pipeline.scale, program, NOTHING)] * len(keys)
    words = draw_words(keys, program.addresses)
    low, high = (half.take(program.keys, axis=1).tolist() for half in words[2:])
    rows = zip(uniforms(words).tolist(), low, high, strict=True)
    return [_trace(pipeline.scale, program, Draws(*row)) for row in rows]


def draw_uniforms(keys: Sequence[Key], fields: Sequence[tuple[str, str]]) -> Floats:
    """Uniforms in (0, 1) at any addresses: float64 (keys, fields). For a crop's place and the like."""
    return uniforms(draw_words(keys, fields))


def _trace(scale: int, program: DrawingProgram, draws: Draws) -> Trace:
    hr: list[Step] = []
    lr: list[Step] = []
    run(program.hr, draws, hr)
    run(program.lr, draws, lr)
    return Trace(scale, tuple(hr), tuple(lr))
