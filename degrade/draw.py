"""Drawing: a pipeline and keys in, traces out. No image, no device, no state."""

from __future__ import annotations

from collections.abc import Sequence

from degrade.address import Floats, Key, draw_words, noise_key, uniforms
from degrade.nodes import order_at
from degrade.pipeline import Pipeline
from degrade.program import (
    Body,
    DrawnChoice,
    DrawnMaybe,
    DrawnRepeat,
    DrawnShuffle,
    DrawnStage,
    Program,
)
from degrade.trace import Step, Trace


def draw(pipeline: Pipeline, keys: Sequence[Key]) -> list[Trace]:
    """One trace per key. A trace depends on the pipeline and its own key only."""
    program = pipeline.program
    words = draw_words(keys, program.addresses)
    chances, low, high = uniforms(words).tolist(), words[2].tolist(), words[3].tolist()
    return [
        _Sample(*row).trace(pipeline.scale, program) for row in zip(chances, low, high, strict=True)
    ]


def draw_uniforms(keys: Sequence[Key], fields: Sequence[tuple[str, str]]) -> Floats:
    """Uniforms in (0, 1) at any addresses: float64 (keys, fields). For a crop's place and the like."""
    return uniforms(draw_words(keys, fields))


class _Sample:
    """One sample's draws: a uniform, and the two words of a key, per address."""

    def __init__(self, chances: list[float], low: list[int], high: list[int]) -> None:
        self.chances = chances
        self.low, self.high = low, high

    def trace(self, scale: int, program: Program) -> Trace:
        hr: list[Step] = []
        lr: list[Step] = []
        self.run(program.hr, hr)
        self.run(program.lr, lr)
        return Trace(scale, tuple(hr), tuple(lr))

    def run(self, body: Body, steps: list[Step]) -> None:
        for node in body:
            if isinstance(node, DrawnStage):
                steps.append(self.step(node))
            else:
                for inner in self.running(node):
                    self.run(inner, steps)

    def running(
        self, node: DrawnChoice | DrawnMaybe | DrawnShuffle | DrawnRepeat
    ) -> Sequence[Body]:
        """The bodies that run, in their order."""
        chance = self.chances[node.column]
        match node:
            case DrawnChoice():
                return [node.branches[node.pick(chance)[0]]]
            case DrawnMaybe():
                return [node.body] if chance < node.probability else []
            case DrawnShuffle():
                order = order_at(chance, len(node.items), node.constraints)
                return [node.items[item] for item in order]
            case DrawnRepeat():
                return node.rounds[: int(node.times(chance, {}))]

    def step(self, stage: DrawnStage) -> Step:
        values = dict(stage.constants)
        for name, at, column in stage.fields:
            values[name] = at(self.chances[column], values)
        for name, column in stage.keys:
            values[name] = noise_key(self.low[column], self.high[column])
        return Step(stage.operator.name, stage.operator.version, stage.label, values)
