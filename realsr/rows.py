"""A person's own operators, metrics, losses and networks: rows of our tables that stand in a file of theirs.

Such a file is Python with a list `ROWS`; each row goes into the table of its kind. It is executed because it
was typed on the command line (`--rows FILE.py`) or handed over by a caller, and for no other reason: a
pipeline, a study, a training names a row, never a file. What was made with a file keeps its digest, and going
on with it or making it again asks for the same file.
"""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from degrade.errors import DegradeError
from degrade.operators.row import Operator
from degrade.operators.table import OPERATORS, OwnOperators
from degrade.reader.records import Strict
from degrade.table import Table
from degrade.trust import NOTHING, Trust
from realsr.files.faults import all_of
from realsr.losses.base import Loss
from realsr.losses.table import LOSSES
from realsr.metrics.metric import Metric
from realsr.metrics.table import METRICS
from realsr.models.base import Architecture
from realsr.models.discriminators.table import DISCRIMINATORS, DiscriminatorRow
from realsr.models.table import ARCHITECTURES

LIST = "ROWS"
"""The name of the list in such a file."""

TABLES: Mapping[type[Any], Table[Any]] = MappingProxyType(
    {
        Operator: OPERATORS,
        Metric: METRICS,
        Loss: LOSSES,
        Architecture: ARCHITECTURES,
        DiscriminatorRow: DISCRIMINATORS,
    }
)
"""Our tables, by the type of their rows."""

Row = Operator[Any] | Metric | Loss[Any] | Architecture[Any] | DiscriminatorRow[Any]


class RowsError(DegradeError):
    """A file of rows cannot be used, or is not the one that something was made with."""


class RowFile(Strict):
    """What is kept of a file of rows. file: its name. sha256: of its bytes, in hexadecimal."""

    file: str
    sha256: str


@dataclass(frozen=True)
class Rows:
    """A caller's rows, and the tables with them behind ours. files: what they were read from, none in a library
    call that made them itself. trust: what code of files a person allows to run, which goes wherever their
    rows go. Raises the table's error where a name is taken.
    """

    rows: tuple[Row, ...] = ()
    files: tuple[RowFile, ...] = ()
    trust: Trust = NOTHING

    @cached_property
    def operators(self) -> OwnOperators:
        """For `rows=` of `degrade`, with what may run."""
        return OwnOperators.of(self._of(Operator), self.trust)

    @cached_property
    def metrics(self) -> Table[Metric]:
        return self._table(Metric)

    @cached_property
    def losses(self) -> Table[Loss[Any]]:
        return self._table(Loss)

    @cached_property
    def architectures(self) -> Table[Architecture[Any]]:
        return self._table(Architecture)

    @cached_property
    def discriminators(self) -> Table[DiscriminatorRow[Any]]:
        return self._table(DiscriminatorRow)

    @property
    def context(self) -> dict[str, Any]:
        """For the validation of records that name rows."""
        return {"rows": self, "losses": self.losses}

    def trusting(self, trust: Trust | Iterable[str]) -> Rows:
        """The same rows, which allow what `trust` names too."""
        return replace(self, trust=self.trust | Trust.of(trust))

    def checked(self) -> Rows:
        """Itself. Raises the error of a table in which a name is taken."""
        for kind in TABLES:
            self._table(kind)
        return self

    def _table(self, kind: type[Any]) -> Table[Any]:
        return TABLES[kind].with_rows(self._of(kind))

    def _of(self, kind: type[Any]) -> tuple[Any, ...]:
        return tuple(row for row in self.rows if isinstance(row, kind))


NO_ROWS = Rows()


def read_rows(paths: Iterable[Path]) -> Rows:
    """Executes files of rows, in order. Raises RowsError, and the error of a table in which a name is taken."""
    found = all_of(_read, paths)
    if not found:
        return NO_ROWS
    return Rows(
        tuple(row for each in found for row in each.rows),
        tuple(file for each in found for file in each.files),
    ).checked()


def rows_of(context: Any) -> Rows:
    """The rows that a record is read with, from its validation's context."""
    rows: Rows = (context or {}).get("rows", NO_ROWS)
    return rows


def check_files(made: Sequence[RowFile], given: Rows, what: str, *, more: bool = False) -> None:
    """Raises RowsError unless these are the files that something was made with, in any order.

    what: it, in words, such as `the pairs in DIR`. more: whether others may be given beside them.
    """
    ours = {file.sha256: file for file in given.files}
    theirs = {file.sha256: file for file in made}
    for digest in theirs.keys() - ours.keys():
        name = theirs[digest].file
        other = next((file.sha256 for file in given.files if file.file == name), None)
        changed = f"; the {name} given has {other}" if other else ""
        raise RowsError(
            f"{what}: made with rows of {name} (SHA-256 {digest}){changed}; give that file again: --rows {name}"
        )
    for digest in () if more else ours.keys() - theirs.keys():
        raise RowsError(
            f"{what}: made without the rows of {ours[digest].file} (SHA-256 {digest}); leave --rows "
            f"{ours[digest].file} out"
        )


def written(files: Sequence[RowFile]) -> dict[str, list[dict[str, str]]]:
    """What a record says of files of rows: nothing where there are none."""
    return {"rows": [file.model_dump() for file in files]} if files else {}


def _read(path: Path) -> Rows:
    try:
        source = path.read_bytes()
    except OSError as error:
        raise RowsError(
            f"--rows {path}: {error.strerror or error}; expected a Python file with a list {LIST}"
        ) from error
    file = RowFile(file=path.name, sha256=hashlib.sha256(source).hexdigest())
    module = _executed(path, source, file.sha256)
    rows = getattr(module, LIST, None)
    if not isinstance(rows, list | tuple):
        raise RowsError(f"--rows {path}: it has no list {LIST}; add one, say {LIST} = [MY_METRIC]")
    return Rows(tuple(_row(row, path, file.sha256) for row in rows), (file,))


def _row(row: object, path: Path, digest: str) -> Row:
    if isinstance(row, Operator):
        return replace(row, origin=digest)
    if isinstance(row, Metric):
        return replace(row, origin=digest)
    if isinstance(row, Loss | Architecture | DiscriminatorRow):
        return row
    raise RowsError(
        f"--rows {path}: {LIST} holds a {type(row).__name__}; expected rows of the kinds "
        f"{', '.join(kind.__name__ for kind in TABLES)}"
    )


def _executed(path: Path, source: bytes, digest: str) -> ModuleType:
    """The file as a module: those very bytes whose digest is kept, under a name that no import finds."""
    module = ModuleType(f"realsr_rows_{digest[:16]}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # records look up the types of their fields there
    try:
        exec(compile(source, str(path), "exec"), vars(module))
    except Exception as error:
        del sys.modules[module.__name__]
        raise RowsError(
            f"--rows {path}: {_line(error, path)}{type(error).__name__}: {error}; it is executed as it is"
        ) from error
    return module


def _line(error: Exception, path: Path) -> str:
    """`line 3: `, the last of the file's own lines on the way to an error."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: "
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return f"line {lines[-1]}: " if lines else ""
