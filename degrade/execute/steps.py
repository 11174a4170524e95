"""The steps of a batch, operator by operator: from plans sample by sample, or from columns at once.

Either way the program that is made of them is the same; from columns no record and no step is made but for an
operator that asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar, overload

import numpy as np
import numpy.typing as npt

from degrade.columns import Floats, Integers, StepColumns
from degrade.execute.plan import Plan, PlannedStep
from degrade.execute.singles import CPU, group_of
from degrade.geometry import Frame, Placement, Size
from degrade.operators.base import Group, Parameters
from degrade.operators.packed import Finish, Packed
from degrade.operators.row import Operator
from degrade.operators.table import checked_record

Which = bool | npt.NDArray[np.bool_]
"""All steps of an operator or none, or of each whether, (n,)."""

T_co = TypeVar("T_co", covariant=True)


class Lazily(Sequence[T_co]):
    """A sequence whose items are made when they are first asked for."""

    def __init__(self, count: int, make: Callable[[int], T_co]) -> None:
        self._count = count
        self._make = make
        self._made: dict[int, T_co] = {}

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> T_co: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T_co]: ...
    def __getitem__(self, place: int | slice) -> T_co | Sequence[T_co]:
        if isinstance(place, slice):
            return [self[one] for one in range(self._count)[place]]
        own = range(self._count)[place]
        if own not in self._made:
            self._made[own] = self._make(own)
        return self._made[own]

    def __iter__(self) -> Iterator[T_co]:
        return map(self.__getitem__, range(self._count))


class Source(Protocol):
    """Where an operator's steps come from. Rows are numbers of its own steps."""

    def group(self, rows: Integers) -> Group[Any]: ...

    def planned(self, row: int) -> PlannedStep: ...

    def records(self) -> tuple[Integers, Sequence[Parameters]]:
        """The records, those that steps surely share but once, and whose each step has, int64 (n,)."""
        ...

    def takes(self, packed: Packed) -> Which:
        """Which steps a packed form runs."""
        ...


@dataclass(frozen=True, eq=False)
class Steps:
    """All steps of one operator. samples, places: int64 (n,), the sample and the how manyeth of its steps.
    before, after: int64 (n, 2), heights and widths.
    """

    operator: Operator[Any]
    samples: Integers
    places: Integers
    before: Integers
    after: Integers
    source: Source

    def finishes(self) -> tuple[Integers, Sequence[Finish]]:
        """Which finish each step is, int64 (n,), and the finishes, of an operator that limits and rounds."""
        finish = self.operator.forms.finish
        assert finish is not None
        kinds, records = self.source.records()
        return kinds, list(map(finish, records))

    def takes(self) -> Which:
        """Which steps the operator's packed form runs."""
        packed = self.operator.forms.packed
        return packed is not None and self.source.takes(packed)


class PlannedSteps:
    """One operator's steps out of plans."""

    def __init__(self, steps: Sequence[PlannedStep]) -> None:
        self.steps = steps

    def group(self, rows: Integers) -> Group[Any]:
        return group_of([self.steps[row] for row in rows.tolist()], CPU)

    def planned(self, row: int) -> PlannedStep:
        return self.steps[row]

    def takes(self, packed: Packed) -> Which:
        takes = packed.takes
        return takes is None or _alike(takes(step.record) for step in self.steps)

    def records(self) -> tuple[Integers, Sequence[Parameters]]:
        own = {id(step.record): step.record for step in self.steps}
        places = {name: place for place, name in enumerate(own)}
        kinds = [places[id(step.record)] for step in self.steps]
        return np.array(kinds, np.int64), list(own.values())


def steps_of(plans: Sequence[Plan]) -> list[Steps]:
    """The steps of plans, operator by operator in the order of their first steps."""
    own: dict[Operator[Any], list[tuple[int, int, PlannedStep]]] = {}
    for sample, plan in enumerate(plans):
        for place, step in enumerate(plan):
            own.setdefault(step.operator, []).append((sample, place, step))
    return [_planned(operator, steps) for operator, steps in own.items()]


def _planned(operator: Operator[Any], steps: Sequence[tuple[int, int, PlannedStep]]) -> Steps:
    samples, places, planned = zip(*steps, strict=True)
    sides = np.array([(*one.size, *one.placement.size) for one in planned], np.int64)
    return Steps(
        operator,
        np.array(samples, np.int64),
        np.array(places, np.int64),
        sides[:, :2],
        sides[:, 2:],
        PlannedSteps(planned),
    )


class ColumnSteps:
    """One operator's steps out of columns. target: the LR's size."""

    def __init__(
        self,
        operator: Operator[Any],
        columns: StepColumns,
        before: Integers,
        after: Integers,
        target: Size,
    ) -> None:
        self.operator = operator
        self.columns = columns
        self.before = before
        self.after = after
        self.target = target

    def group(self, rows: Integers) -> Group[Any]:
        return ColumnGroup(self, rows)

    @cached_property
    def _shared(self) -> dict[int, Parameters]:
        """The records of stages that draw nothing."""
        parameters = self.operator.parameters
        return {
            number: checked_record(stage.step, parameters)
            for number, stage in enumerate(self.columns.stages)
            if stage.step is not None
        }

    def record(self, row: int) -> Parameters:
        shared = self._shared.get(int(self.columns.which[row]))
        if shared is not None:
            return shared
        return checked_record(self.columns.step(row), self.operator.parameters)

    def size(self, row: int) -> Size:
        return Size(*self.before[row].tolist())

    def placement(self, row: int) -> Placement:
        return self.operator.facts.place(self.record(row), Frame(self.size(row), self.target))

    def planned(self, row: int) -> PlannedStep:
        label = self.columns.stages[self.columns.which[row]].label
        record, size = self.record(row), self.size(row)
        placement = self.operator.facts.place(record, Frame(size, self.target))
        return PlannedStep(label, self.operator, record, size, placement)

    def records(self) -> tuple[Integers, Sequence[Parameters]]:
        which = self.columns.which
        if len(self._shared) == len(self.columns.stages):
            return which, list(self._shared.values())
        return np.arange(len(which)), list(map(self.record, range(len(which))))

    def takes(self, packed: Packed) -> Which:
        takes = packed.takes
        if takes is None:
            return True
        if packed.decided_by is None:
            return _alike(takes(self.record(row)) for row in range(len(self.columns.which)))
        texts = map(self.columns.texts.__getitem__, packed.decided_by)
        if all(_taken(packed, kind) for kind in product(*texts)):
            return True
        columns = map(self.columns.values_of, packed.decided_by)
        return _alike(_taken(packed, kind) for kind in zip(*columns, strict=True))


def _alike(each: Iterable[bool]) -> Which:
    own = list(each)
    return own[0] if len(set(own)) == 1 else np.array(own, np.bool_)


@lru_cache(maxsize=1024)
def _taken(packed: Packed, values: tuple[float | str, ...]) -> bool:
    """Whether a form takes a record with these values of the fields that decide it."""
    assert packed.takes is not None
    assert packed.decided_by is not None
    return packed.takes(SimpleNamespace(**dict(zip(packed.decided_by, values, strict=True))))


class ColumnGroup(Group[Any]):
    """Some of an operator's steps as a group: fields come from columns, whatever else from records."""

    def __init__(self, steps: ColumnSteps, rows: Integers) -> None:
        super().__init__(
            Lazily(len(rows), lambda place: steps.record(int(rows[place]))),
            Lazily(len(rows), lambda place: steps.size(int(rows[place]))),
            Lazily(len(rows), lambda place: steps.placement(int(rows[place]))),
            CPU,
        )
        self._columns = steps.columns
        self._steps = steps
        self._rows = rows
        values = steps.columns.values.take(rows, axis=0).T
        self._own: Mapping[str, Floats] = dict(zip(steps.columns.fields, values, strict=True))

    def has(self, field: str) -> bool:
        return field in self._own or super().has(field)

    def numbers(self, field: str) -> Floats:
        own = self._own.get(field)
        return super().numbers(field) if own is None else own

    def values(self, field: str) -> list[Any]:
        if field not in self._columns.fields:
            return super().values(field)
        values = self._columns.values_of(field)
        return [values[row] for row in self._rows.tolist()]

    def coded(self, field: str) -> tuple[Integers, Sequence[str]]:
        own, vocabulary = self._own.get(field), self._columns.vocabulary
        return super().coded(field) if own is None else (vocabulary.codes(own), vocabulary.texts)

    def matches(self, field: str, value: Any) -> npt.NDArray[np.bool_]:
        own = self._own.get(field)
        if own is None:
            return super().matches(field, value)
        matching: npt.NDArray[np.bool_] = own == self._columns.vocabulary.find(value)
        return matching

    def key_words(self, field: str = "key") -> npt.NDArray[np.uint64]:
        return self._columns.keys[field].take(self._rows)

    def sides(self, after: bool = False) -> Integers:
        sides = self._steps.after if after else self._steps.before
        own: Integers = sides.take(self._rows, axis=0)
        return own
