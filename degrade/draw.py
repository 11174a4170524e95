"""Drawing: a pipeline and keys in, traces out. No image, no device, no state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

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
from degrade.specs import quantile
from degrade.trace import Scalar, Step, Trace
from degrade.values import pick


def draw(pipeline: Pipeline, keys: Sequence[Key]) -> list[Trace]:
    """One trace per key. A trace depends on the pipeline and its own key only."""
    program = pipeline.program
    words = draw_words(keys, program.addresses)
    chances, columns = uniforms(words), np.stack(words[2:], axis=-1)
    return [
        _Sample(chances[row].tolist(), columns[row].tolist()).trace(pipeline.scale, program)
        for row in range(len(keys))
    ]


def draw_uniforms(keys: Sequence[Key], fields: Sequence[tuple[str, str]]) -> Floats:
    """Uniforms in (0, 1) at any addresses: float64 (keys, fields). For a crop's place and the like."""
    return uniforms(draw_words(keys, fields))


class _Sample:
    """One sample's draws: a uniform and a 64-bit key per address."""

    def __init__(self, chances: list[float], keys: list[list[int]]) -> None:
        self.chances = chances
        self.keys = keys

    def trace(self, scale: int, program: Program) -> Trace:
        return Trace(scale, tuple(self.steps(program.hr)), tuple(self.steps(program.lr)))

    def steps(self, body: Body) -> Iterator[Step]:
        for node in body:
            if isinstance(node, DrawnStage):
                yield self.step(node)
            else:
                for inner in self.running(node):
                    yield from self.steps(inner)

    def running(
        self, node: DrawnChoice | DrawnMaybe | DrawnShuffle | DrawnRepeat
    ) -> Sequence[Body]:
        """The bodies that run, in their order."""
        chance = self.chances[node.column]
        match node:
            case DrawnChoice():
                return [node.branches[pick(node.weights, chance)[0]]]
            case DrawnMaybe():
                return [node.body] if chance < node.probability else []
            case DrawnShuffle():
                order = order_at(chance, len(node.items), node.constraints)
                return [node.items[item] for item in order]
            case DrawnRepeat():
                return node.rounds[: int(quantile(node.times, chance, {}))]

    def step(self, stage: DrawnStage) -> Step:
        values: dict[str, Scalar] = {}
        for name, spec, column in stage.fields:
            value = quantile(spec, self.chances[column], values)
            values[name] = _whole(value, stage.scope) if isinstance(value, str) else value
        for name, column in stage.keys:
            values[name] = noise_key(*self.keys[column])
        return Step(stage.operator.name, stage.operator.version, stage.label, values)


def _whole(value: str, scope: dict[str, str]) -> str:
    """A reference to an earlier stage with that stage's whole label."""
    side, colon, label = value.partition(":")
    return f"{side}:{scope[label]}" if colon and side in ("before", "after") else value
