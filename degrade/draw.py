"""Drawing: a pipeline and keys in, traces or their columns out. No image, no device, no state."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, overload

import numpy as np
import numpy.typing as npt

from degrade.address import (
    Floats,
    Int64s,
    Key,
    draw_words,
    field_table,
    sample_table,
    uniforms,
    words_of_pairs,
)
from degrade.columns import StepColumns, TraceColumns
from degrade.pipeline import Pipeline
from degrade.pipeline.columnar import ColumnarProgram, OperatorStages
from degrade.pipeline.drawn import NOTHING, Body, Draws, run
from degrade.pipeline.program import DrawingProgram
from degrade.pipeline.spread import Found, Spread
from degrade.trace import Step, Trace


def draw(pipeline: Pipeline, keys: Sequence[Key]) -> list[Trace]:
    """One trace per key. A trace depends on the pipeline and its own key only.

    Traces are for reading: what they have in common, such as a step that draws nothing, they share.
    """
    program = pipeline.program
    return [_trace(pipeline.scale, program, draws) for draws in draws_of(program, keys)]


def draws_of(program: DrawingProgram, keys: Sequence[Key]) -> list[Draws]:
    """The draws of all addresses of a pipeline, sample by sample."""
    if not program.addresses:
        return [NOTHING] * len(keys)
    words = draw_words(keys, program.addresses)
    low, high = (half.take(program.keys, axis=1).tolist() for half in words[2:])
    return [Draws(*row) for row in zip(uniforms(words).tolist(), low, high, strict=True)]


class LaterTraces(Sequence[Trace]):
    """What `draw` gives, drawn when somebody looks: a batch that columns have made is seldom asked for it."""

    def __init__(self, pipeline: Pipeline, keys: Sequence[Key]) -> None:
        self.pipeline = pipeline
        self.keys = keys

    @cached_property
    def _drawn(self) -> list[Trace]:
        return draw(self.pipeline, self.keys)

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, place: int) -> Trace: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Trace]: ...
    def __getitem__(self, place: int | slice) -> Trace | Sequence[Trace]:
        if isinstance(place, slice):
            return LaterTraces(self.pipeline, self.keys[place])
        return self._drawn[place]


def draw_uniforms(keys: Sequence[Key], fields: Sequence[tuple[str, str]]) -> Floats:
    """Uniforms in (0, 1) at any addresses: float64 (keys, fields). For a crop's place and the like."""
    return uniforms(draw_words(keys, fields))


def draw_columns(pipeline: Pipeline, keys: Sequence[Key]) -> TraceColumns | None:
    """The draws of `draw` operator by operator, at a fraction of its cost where keys are many.

    None for a pipeline that only its traces can tell, see `degrade.pipeline.columnar`.
    """
    program = pipeline.columnar
    return None if program is None else _Batch(pipeline, program, keys).columns()


class _Batch:
    """The draws of a batch under way."""

    def __init__(self, pipeline: Pipeline, program: ColumnarProgram, keys: Sequence[Key]) -> None:
        self.pipeline = pipeline
        self.program = program
        self.keys = keys
        self.samples = sample_table(keys)
        self.fields = field_table(pipeline.program.addresses)

    @cached_property
    def draws(self) -> list[Draws]:
        """What single steps are made from, where somebody asks for them."""
        return draws_of(self.pipeline.program, self.keys)

    def columns(self) -> TraceColumns:
        chances, trees = self.chances(), self.pipeline.program
        found = [self.parted(chances, body) for body in (trees.hr, trees.lr)]
        rows = _DrawnRows.of([one for own in found for one in own], self.program)
        made = self.steps(rows, [*self.program.hr, *self.program.lr])
        lr = self.program.lr[0].first if self.program.lr else len(self.program.numbers)
        hr = [columns for first, columns in made if first < lr]
        return TraceColumns(
            self.pipeline.scale, len(self.keys), hr, [one for _, one in made[len(hr) :]]
        )

    def words(self, samples: Int64s, columns: Int64s) -> tuple[Int64s, Int64s, Int64s, Int64s]:
        return words_of_pairs(self.samples.take(samples, axis=1), self.fields.take(columns, axis=1))

    def chances(self) -> dict[int, Floats]:
        """The uniforms of the columns that part samples."""
        columns, count = self.program.parting, len(self.keys)
        samples = np.tile(np.arange(count), len(columns))
        words = self.words(samples, np.repeat(np.array(columns, np.int64), count))
        return dict(zip(columns, uniforms(words).reshape(len(columns), count), strict=True))

    def parted(self, chances: dict[int, Floats], body: Body) -> list[Found]:
        spread = Spread(chances, len(self.keys))
        spread.body(body, np.arange(len(self.keys)))
        return spread.found

    def steps(
        self, rows: _DrawnRows, operators: Sequence[OperatorStages]
    ) -> list[tuple[int, StepColumns]]:
        """The steps of each operator that has any, with the number of its first stage."""
        values, keys = self.values(rows)
        ends = np.searchsorted(rows.stages, [one.first + len(one.nodes) for one in operators])
        cuts = [0, *ends.tolist()]
        made, value, key = [], 0, 0
        for own, (start, end) in zip(operators, pairwise(cuts), strict=True):
            count = end - start
            next_value, next_key = value + count * len(own.fields), key + count * len(own.keys)
            if count:
                cut = slice(start, end)
                parts = values[value:next_value], keys[key:next_key]
                made.append((own.first, self.step_columns(own, rows, cut, *parts)))
            value, key = next_value, next_key
        return made

    def values(self, rows: _DrawnRows) -> tuple[Floats, npt.NDArray[np.uint64]]:
        """All values of all steps, row after row, and all their noise keys."""
        program = self.program
        values = program.constants.take(program.fields.of_rows(rows.stages)[0])
        drawn, row = program.drawn.of_rows(rows.stages)
        keyed, key_row = program.keys.of_rows(rows.stages)
        columns = np.concatenate([program.columns[drawn], program.key_columns[keyed]])
        words = self.words(np.concatenate([rows.samples[row], rows.samples[key_row]]), columns)
        counts = program.fields.counts[rows.stages]
        base = (counts.cumsum() - counts)[row]
        place = base + program.places[drawn]
        self.draw_into(values, drawn, uniforms([word[: len(drawn)] for word in words]), base, place)
        low, high = (word[len(drawn) :].astype(np.uint64) for word in words[2:])
        return values, low | (high << np.uint64(32))

    def draw_into(
        self, values: Floats, drawn: Int64s, chances: Floats, base: Int64s, place: Int64s
    ) -> None:
        """Evaluates drawn fields, those first that others are given by.

        base, place: where in `values` the row of each begins, and where its own value goes.
        """
        leaves, levels = self.program.leaves[drawn], self.program.levels[drawn]
        for level in range(int(self.program.levels.max(initial=0)) + 1):
            own = (levels == level).nonzero()[0]
            evaluated = self.program.table.evaluate(leaves[own], chances[own], base[own], values)
            values[place[own]] = evaluated

    def step_columns(
        self,
        own: OperatorStages,
        rows: _DrawnRows,
        cut: slice,
        values: Floats,
        keys: npt.NDArray[np.uint64],
    ) -> StepColumns:
        which, samples = rows.stages[cut] - own.first, rows.samples[cut]

        def step(row: int) -> Step:
            steps: list[Step] = []
            own.nodes[which[row]].run(self.draws[samples[row]], steps)
            return steps[0]

        by_name = dict(zip(own.keys, keys.reshape(len(which), -1).T, strict=True))
        return StepColumns(
            own.op, samples, rows.places[cut], own.stages, which, own.fields,
            values.reshape(len(which), -1), own.texts, by_name, self.program.table.vocabulary, step,
        )  # fmt: skip


class _DrawnRows(NamedTuple):
    """All steps of a batch by the numbers of their stages: int64 (n,) each."""

    stages: Int64s
    samples: Int64s
    places: Int64s

    @classmethod
    def of(cls, found: Sequence[Found], program: ColumnarProgram) -> _DrawnRows:
        if not found:
            return cls(*(np.zeros(0, np.int64) for _ in range(3)))
        numbered = sorted(
            ((program.numbers[id(one.stage)], one) for one in found), key=lambda pair: pair[0]
        )
        return cls(
            np.repeat(
                [number for number, _ in numbered], [len(one.samples) for _, one in numbered]
            ),
            np.concatenate([one.samples for _, one in numbered]),
            np.concatenate([one.places for _, one in numbered]),
        )


def _trace(scale: int, program: DrawingProgram, draws: Draws) -> Trace:
    hr: list[Step] = []
    lr: list[Step] = []
    run(program.hr, draws, hr)
    run(program.lr, draws, lr)
    return Trace(scale, tuple(hr), tuple(lr))
