"""Drawing: a pipeline and keys in, traces or their columns out. No image, no device, no state."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

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
from degrade.pipeline.columnar import ColumnarProgram, Found, OperatorStages, Spread
from degrade.pipeline.drawn import NOTHING, Body, Draws, run
from degrade.pipeline.program import DrawingProgram
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


def draw_uniforms(keys: Sequence[Key], fields: Sequence[tuple[str, str]]) -> Floats:
    """Uniforms in (0, 1) at any addresses: float64 (keys, fields). For a crop's place and the like."""
    return uniforms(draw_words(keys, fields))


def draw_columns(pipeline: Pipeline, keys: Sequence[Key]) -> TraceColumns | None:
    """The draws of `draw` operator by operator, at a fraction of its cost where keys are many.

    None for a pipeline that only its traces can tell, see `degrade.pipeline.columnar`.
    """
    program = pipeline.columnar
    return None if program is None else _Batch(pipeline, program, keys).columns()


class _StageRows(NamedTuple):
    """Where the stages of an operator run. which: the stage of each row, int64 (n,)."""

    stages: OperatorStages
    which: Int64s
    samples: Int64s
    places: Int64s


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
        chances, program = self.chances(), self.pipeline.program
        hr = self.rows(chances, program.hr, self.program.hr)
        lr = self.rows(chances, program.lr, self.program.lr)
        made = self.steps([*hr, *lr])
        return TraceColumns(self.pipeline.scale, len(self.keys), made[: len(hr)], made[len(hr) :])

    def chances(self) -> dict[int, Floats]:
        """The uniforms of the columns that part samples."""
        columns, count = self.program.structure, len(self.keys)
        samples = np.tile(self.samples, len(columns))
        fields = self.fields.take(np.repeat(np.array(columns, np.int64), count), axis=1)
        made = uniforms(words_of_pairs(samples, fields)).reshape(len(columns), count)
        return dict(zip(columns, made, strict=True))

    def rows(
        self, chances: dict[int, Floats], body: Body, operators: Sequence[OperatorStages]
    ) -> list[_StageRows]:
        spread = Spread(chances, len(self.keys))
        spread.body(body, np.arange(len(self.keys)))
        of_stage: dict[int, Found] = {id(found.stage): found for found in spread.found}
        made = (_rows(stages, of_stage) for stages in operators)
        return [rows for rows in made if rows is not None]

    def steps(self, rows: Sequence[_StageRows]) -> list[StepColumns]:
        """The values of all steps of a batch, drawn together."""
        leaves = [own.stages.leaves[own.which] for own in rows]
        values = self.values(rows, leaves)
        cuts = [0, *accumulate(leaf.size for leaf in leaves)]
        keys = self.noise_keys(rows)
        return [
            self.step_columns(own, values[start:end].reshape(leaf.shape), own_keys)
            for own, leaf, own_keys, (start, end) in zip(
                rows, leaves, keys, pairwise(cuts), strict=True
            )
        ]

    def values(self, rows: Sequence[_StageRows], leaves: Sequence[Int64s]) -> Floats:
        """All values of all steps, a row after the other, float64 (n,)."""
        table, levels = self.program.table, self.program.levels
        leaf = _joined([one.ravel() for one in leaves])
        column = _joined([own.stages.columns[own.which].ravel() for own in rows])
        samples = _joined(
            [np.repeat(own.samples, one.shape[1]) for own, one in zip(rows, leaves, strict=True)]
        )
        number = _joined([np.tile(np.arange(one.shape[1]), len(one)) for one in leaves])
        values = table.constants(leaf)
        drawn = np.flatnonzero(column >= 0)
        chances = uniforms(self.words(samples[drawn], column[drawn]))
        base, level = drawn - number[drawn], levels.take(column[drawn])
        for one in range(int(level.max(initial=-1)) + 1):
            own = np.flatnonzero(level == one)
            values[drawn[own]] = table.evaluate(leaf[drawn[own]], chances[own], base[own], values)
        return values

    def words(self, samples: Int64s, columns: Int64s) -> tuple[Int64s, Int64s, Int64s, Int64s]:
        return words_of_pairs(self.samples.take(samples, axis=1), self.fields.take(columns, axis=1))

    def noise_keys(self, rows: Sequence[_StageRows]) -> list[dict[str, npt.NDArray[np.uint64]]]:
        """The noise keys of each operator, by field."""
        columns = [own.stages.key_columns[own.which] for own in rows]
        samples = [
            np.repeat(own.samples, one.shape[1]) for own, one in zip(rows, columns, strict=True)
        ]
        _, _, low, high = self.words(_joined(samples), _joined([one.ravel() for one in columns]))
        whole = low.astype(np.uint64) | (high.astype(np.uint64) << np.uint64(32))
        cuts = [0, *accumulate(one.size for one in columns)]
        parts = [
            whole[start:end].reshape(one.shape).T
            for one, (start, end) in zip(columns, pairwise(cuts), strict=True)
        ]
        return [
            dict(zip(own.stages.keys, part, strict=True))
            for own, part in zip(rows, parts, strict=True)
        ]

    def step_columns(
        self, own: _StageRows, values: Floats, keys: dict[str, npt.NDArray[np.uint64]]
    ) -> StepColumns:
        def step(row: int) -> Step:
            steps: list[Step] = []
            own.stages.nodes[own.which[row]].run(self.draws[own.samples[row]], steps)
            return steps[0]

        stages, vocabulary = own.stages, self.program.table.vocabulary
        return StepColumns(
            stages.op, own.samples, own.places, stages.stages, own.which, stages.fields, values, keys,
            vocabulary, step,
        )  # fmt: skip


def _rows(stages: OperatorStages, of_stage: dict[int, Found]) -> _StageRows | None:
    """The rows of an operator's stages; None where none of them runs."""
    found = [
        (number, of_stage[id(node)])
        for number, node in enumerate(stages.nodes)
        if id(node) in of_stage
    ]
    if not found:
        return None
    counts = [len(one.samples) for _, one in found]
    return _StageRows(
        stages,
        np.repeat(np.array([number for number, _ in found]), counts),
        _joined([one.samples for _, one in found]),
        _joined([one.places for _, one in found]),
    )


def _joined(arrays: Sequence[Int64s]) -> Int64s:
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)


def _trace(scale: int, program: DrawingProgram, draws: Draws) -> Trace:
    hr: list[Step] = []
    lr: list[Step] = []
    run(program.hr, draws, hr)
    run(program.lr, draws, lr)
    return Trace(scale, tuple(hr), tuple(lr))
