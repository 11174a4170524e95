"""Pipelines: named, versioned trees of stages, read strictly from YAML."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, Field, PrivateAttr, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from degrade.errors import PipelineError
from degrade.functional.filters import FilterName
from degrade.operators.row import Operator
from degrade.operators.table import OPERATORS, OwnOperators
from degrade.pipeline.columnar import ColumnarProgram, columnar
from degrade.pipeline.errors import explain
from degrade.pipeline.named import equal_to, named_pipelines, named_source
from degrade.pipeline.nodes import AnyNode, reading
from degrade.pipeline.program import DrawingProgram, MisplacedError, compile_nodes
from degrade.pipeline.stages import Node
from degrade.reader.near import alike, quoted
from degrade.reader.records import Strict
from degrade.reader.yaml_source import Path as TreePath
from degrade.reader.yaml_source import read_text, read_yaml
from degrade.trust import NOTHING, Code, Trust

DEFAULT_SCALE = 4
Scale = Annotated[int, Field(ge=1, le=32)]


class Pipeline(Strict):
    """A frozen tree of stages with a name, a version and a digest; it has no behaviour.

    hr: stages that make the HR itself. lr: stages that make the LR from that HR. scale: HR side / LR side.
    rows: SHA-256 of the file of each operator that is not ours; a pipeline that is written out states it, and
    is read with that very file again.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    version: Annotated[int, Field(ge=1)] = 1
    kind: Literal["ours", "compat", "classical", "own"] = "own"
    summary: str = ""
    source: str = ""
    not_copied: list[str] = Field(default_factory=list)
    scales: list[Scale] | None = None
    scale: Scale = DEFAULT_SCALE
    rows: dict[str, str] = Field(default_factory=dict)
    hr: list[AnyNode] = Field(default_factory=list)
    lr: Annotated[list[AnyNode], Field(min_length=1)]

    @model_validator(mode="after")
    def _scale_known(self) -> Pipeline:
        if self.scales is not None and self.scale not in self.scales:
            raise ValueError(
                f"scale {self.scale} is not one of this pipeline's: {', '.join(map(str, self.scales))}"
            )
        return self

    @model_validator(mode="after")
    def _hr_is_eight_bit(self) -> Pipeline:
        """A pair is replayed from its HR file, so the LR must be made from what that file holds."""
        last = self.hr[-1] if self.hr else None
        if last is not None and getattr(last, "op", None) != "quantise":
            raise ValueError("the HR steps must end with `{op: quantise, label: quantise_hr}`")
        return self

    @model_validator(mode="after")
    def _structure_holds(self) -> Pipeline:
        try:
            _ = self.program
        except MisplacedError as error:
            place = _place_of(error.node, self)
            raise PydanticCustomError(
                "misplaced", "{message}", {"message": str(error), "place": place}
            ) from error
        return self

    @model_validator(mode="after")
    def _rows_agree(self) -> Pipeline:
        """Another file's operator of the same name would make other pixels."""
        for name, digest in self.rows.items():
            given = self.origins.get(name)
            if given != digest:
                raise ValueError(
                    f"rows: the operator {name!r} comes from a file with the SHA-256 {digest}, here it "
                    f"{f'comes from one with {given}' if given else 'comes from none'}; give the "
                    "file that the pipeline was written with"
                )
        return self

    @cached_property
    def program(self) -> DrawingProgram:
        """The trees flattened for drawing."""
        return compile_nodes(self.hr, self.lr)

    @cached_property
    def columnar(self) -> ColumnarProgram | None:
        """The same for whole batches; None where only traces can tell it."""
        return columnar(self.program)

    _trust: Trust = PrivateAttr(default=NOTHING)

    @property
    def own_operators(self) -> OwnOperators:
        """The operators of its stages that are a caller's own, with what it was allowed to run when read: what
        `degrade.apply` takes as `rows`.
        """
        return OwnOperators.of(self.program.own, self._trust)

    @property
    def origins(self) -> dict[str, str]:
        """SHA-256 of the file of each operator that is a caller's own and comes from a file."""
        return {row.name: row.origin for row in self.own_operators if row.origin}

    @property
    def codes(self) -> tuple[Code, ...]:
        """What code of files its stages run, as far as no draw decides it."""
        found = (
            operator.facts.code(operator.parameters.model_validate(values))
            for operator, values in self.program.constant
            if operator.facts.code is not None
        )
        return tuple(code for code in found if code is not None)

    def content(self) -> dict[str, Any]:
        """The resolved tree as plain data, with every default written out."""
        stated = self.model_dump(exclude_unset=True)
        data = stated | {"version": self.version, "scale": self.scale}
        data |= {"rows": self.origins} if self.origins else {}
        return {name: _plain(data[name]) for name in type(self).model_fields if name in data}

    @cached_property
    def digest(self) -> str:
        """SHA-256 over what decides the draws: the trees, the scale and the files of operators that are not
        ours, not the words about them."""
        content = self.content()
        decisive = [_ordered(content.get(name, [])) for name in ("scale", "hr", "lr")]
        decisive += [_ordered(content["rows"])] if self.origins else []
        return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()

    def __reduce__(self) -> tuple[Any, ...]:
        # Stage models are made at run time and cannot be pickled by name; the text can.
        return parse_pipeline, (self.to_yaml(), self.name, None, self.own_operators)

    def to_yaml(self) -> str:
        """The resolved pipeline as a file that reads back to the same digest."""
        return yaml.dump(
            self.content(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
        )


def _place_of(node: Node, here: Any) -> TreePath:
    """The way from a tree, or a part of one, to a node in it; empty where it is not there."""
    if here is node:
        return ()
    found = ((part, inner, _place_of(node, inner)) for part, inner in _parts_of(here))
    return next(((part, *way) for part, inner, way in found if way or inner is node), ())


def _parts_of(here: Any) -> Iterable[tuple[int | str, Any]]:
    if isinstance(here, BaseModel):
        return ((name, getattr(here, name)) for name in type(here).model_fields)
    return enumerate(here) if isinstance(here, list) else ()


class _Dumper(yaml.SafeDumper):
    """Writes equal values out each time, without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _plain(value: Any) -> Any:
    """Lists in place of tuples: what YAML's safe subset knows."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _ordered(value: Any) -> Any:
    """Pairs in place of mappings: a choice's order decides its draws, and keys keep their types."""
    if isinstance(value, Mapping):
        return [[key, _ordered(inner)] for key, inner in value.items()]
    return [_ordered(inner) for inner in value] if isinstance(value, list) else value


def parse_pipeline(
    text: str,
    name: str = "<text>",
    scale: int | None = None,
    rows: Iterable[Operator[Any]] = (),
    trust: Trust | Iterable[str] = NOTHING,
) -> Pipeline:
    """A pipeline from YAML text.

    name: the file's name for error messages. scale: HR side / LR side; None keeps the file's own. rows: a
    caller's own operators, which the text may name as it names ours. trust: what code of files its stages may
    run; what a draw alone decides is asked of `degrade.apply`.
    Raises PipelineError with file, line, place, value and what was expected, UntrustedCodeError.
    """
    document = read_yaml(text, name)
    if not isinstance(document.data, dict):
        raise PipelineError(f"{name}:1: expected a mapping with the keys name and lr")
    data: dict[str, Any] = document.data
    if scale is not None:
        data = {**data, "scale": scale}
    operators = OPERATORS.with_rows(rows).trusting(trust)
    try:
        pipeline = Pipeline.model_validate(data, context=reading(operators))
    except ValidationError as error:
        raise PipelineError(explain(error, document, Pipeline, operators)) from error
    for code in pipeline.codes:
        operators.trust.check(code)
    pipeline._trust = operators.trust
    return pipeline


def load_pipeline(
    name_or_path: str | Path,
    scale: int | None = None,
    rows: Iterable[Operator[Any]] = (),
    trust: Trust | Iterable[str] = NOTHING,
) -> Pipeline:
    """A pipeline by its name (`second_order`) or from a file (`my.yaml`).

    scale: HR side / LR side; None takes the file's own, or 4. rows, trust: as for `parse_pipeline`.
    Raises PipelineError if there is none of that name, the file cannot be read or is wrong.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml") or path.parent != Path():
        return parse_pipeline(read_text(path, "the pipeline file"), str(path), scale, rows, trust)
    name = str(name_or_path)
    if name not in named_pipelines():
        raise PipelineError(equal_to(name) or _no_pipeline(name))
    return parse_pipeline(named_source(name), f"{name}.yaml", scale, rows, trust)


def _no_pipeline(name: str) -> str:
    """What there is to say of a name that is none: it may be a stage's, or a file's without its ending."""
    miss = f"{named_pipelines().miss(name)}; a file needs its .yaml ending"
    if alike(name, named_pipelines()):
        return miss
    if name in OPERATORS:
        return f"{miss}; {name!r} is an operator, which a pipeline file names: `lr: [{{op: {name}, ...}}]`"
    filters = alike(name, get_args(FilterName))
    if not filters:
        return miss
    are = "are filters" if len(filters) > 1 else "is a filter"
    return f"{miss}; {quoted(filters, 'and')} {are} of the stage `resize` in a pipeline file"
