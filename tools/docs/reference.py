"""The reference of operators, written from their rows.

python -m tools.docs.reference > docs/operators.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from degrade.operators.base import noise_fields
from degrade.operators.row import Operator
from degrade.operators.table import OPERATORS

HEAD = """# Operators

Written from the operators' own rows by `python -m tools.docs.reference`; a test keeps it so. In a pipeline
every field may be a constant or a distribution ([pipelines](pipelines.md)); a field with a default may be
left out. Noise keys are drawn and are not listed. Values pass in float32 wherever no rounding is named
([channels and depth](pipelines.md#channels-and-depth)).

In formulas `x` is the image and `y` the result, on 0..1, each channel by itself where none is named;
`p = (i, j)` is a pixel's row and column, `k * x` the correlation `sum_d k(d) x(p + d)`, `G(s)` the Gaussian
kernel of standard deviation `s` pixels, `Y` the BT.601 luma, `encode` and `decode` the sRGB transfer function
and its inverse; other names are the record's fields. Sheets show one photograph untouched and from mild to
severe, pixels as squares. What published systems offer, and what answers it here: [coverage](coverage.md).
"""

SHEETS = "images/operators"
"""Where `tools.docs.operator_sheets` draws, from the page's folder."""
NO_SHEET = "No sheet: it works on files of your own.\n"


def page() -> str:
    """The whole page as Markdown."""
    index = ", ".join(f"[{name}](#{name})" for name in sorted(OPERATORS))
    parts = [HEAD, f"{len(OPERATORS)} operators: {index}.\n"]
    parts += ["\n".join(_section(OPERATORS[name])) for name in sorted(OPERATORS)]
    return "\n".join(parts)


def _section(row: Operator[Any]) -> Iterator[str]:
    yield f"## {row.name}\n"
    yield f"{row.words.summary} Version {row.version}. Source: {row.words.source}.\n"
    yield f"`` {row.words.formula} ``\n"
    yield _sheet(row)
    yield f"{'; '.join(_properties(row))}.\n"
    fields = _fields(row)
    if fields:
        yield "| field | values | default | meaning |"
        yield "|---|---|---|---|"
        yield from fields
        yield ""


def _sheet(row: Operator[Any]) -> str:
    if row.ladder is None:
        return NO_SHEET
    count = len(row.ladder.rungs)
    steps = f"{count} steps" if count > 1 else "one step"
    return f"![{row.name}, untouched and in {steps}]({SHEETS}/{row.name}.webp)\n"


def _properties(row: Operator[Any]) -> Iterator[str]:
    yield f"border: {row.facts.border}"
    yield f"channels: {' or '.join(map(str, row.facts.channels)) if row.facts.channels else 'any'}"
    if row.facts.depth != "float32":
        yield f"rounds to {row.facts.depth}"
    yield _gradient(row)
    if row.facts.on_host:
        yield "runs on the host"


def _gradient(row: Operator[Any]) -> str:
    if row.facts.differentiable:
        return "gradients pass"
    return "gradients pass straight through, if asked" if row.forms.surrogate else "no gradient"


def _fields(row: Operator[Any]) -> list[str]:
    schema = row.parameters.model_json_schema()
    keys = noise_fields(row.parameters)
    return [
        f"| `{name}` | {_values(field, schema)} | {_default(field)} | {_cell(field.get('description', ''))} |"
        for name, field in schema.get("properties", {}).items()
        if name not in keys
    ]


def _default(field: Mapping[str, Any]) -> str:
    return f"`{field['default']}`".lower() if "default" in field else ""


def _values(field: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Kind and range of a field from its JSON schema."""
    if "$ref" in field:
        return _values(schema["$defs"][field["$ref"].rpartition("/")[2]], schema)
    if "anyOf" in field:
        return " or ".join(_values(one, schema) for one in field["anyOf"])
    if "enum" in field or "const" in field:
        return ", ".join(f"`{value}`" for value in field.get("enum", [field.get("const")]))
    kind = {"number": "number", "integer": "whole number", "boolean": "`true`, `false`"}
    return f"{kind.get(field.get('type', ''), 'text')}{_range(field)}"


def _range(field: Mapping[str, Any]) -> str:
    bounds = (
        ("minimum", "from {:g}"),
        ("exclusiveMinimum", "above {:g}"),
        ("maximum", "to {:g}"),
        ("exclusiveMaximum", "below {:g}"),
    )
    return "".join(f" {text.format(field[name])}" for name, text in bounds if name in field)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page())
