"""A fitted pipeline as a file: its header in words, then stages as compact as a person would write them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from realsr.fitting.family import tree
from realsr.fitting.marginals import Marginals
from realsr.fitting.words import assumed_lines, match_lines, measured_lines, untold_lines

WIDTH = 116


class _Compact(yaml.SafeDumper):
    """Distributions on one line, stages one field a line."""

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:
        return super().represent_mapping(tag, mapping, flow_style=_is_value(mapping))

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:
        flat = not any(isinstance(one, dict | list) for one in sequence)
        return super().represent_sequence(tag, sequence, flow_style=flat)


def _is_value(mapping: Mapping[Any, Any]) -> bool:
    """Whether it holds no stage."""
    return not any(
        key in ("op", "stages", "lr")
        or (key == "choice" and isinstance(value, list) and _stages(value))
        for key, value in mapping.items()
    )


def _stages(value: list[Any]) -> bool:
    return any(isinstance(one, dict) for one in value)


def pipeline_file(marginals: Marginals, record: Mapping[str, Any], name: str) -> str:
    """YAML with its header. record: as `--json` prints it."""
    body = tree(marginals, name, record["scale"])
    summary = f"Fitted to {record['pictures']} photographs; the comments at the top say how well."
    whole = {"name": name, "version": 1, "kind": "ours", "summary": summary}
    whole |= {"source": "realsr fit-pipeline", "scale": body["scale"], "lr": body["lr"]}
    text = yaml.dump(whole, Dumper=_Compact, sort_keys=False, width=WIDTH, allow_unicode=True)
    return "".join(f"# {line}".rstrip() + "\n" for line in header(record)) + text


def header(record: Mapping[str, Any]) -> Iterator[str]:
    """What was measured, what was assumed, what could not be told, how well it matches."""
    parts = (
        ("measured", measured_lines(record)),
        ("assumed", assumed_lines(record)),
        ("not told", untold_lines(record)),
        ("match", match_lines(record)),
    )
    yield f"Fitted by realsr fit-pipeline, seed {record['seed']}."
    for title, lines in parts:
        yield f"{title}:"
        for line in lines:
            yield from textwrap.wrap(line, WIDTH - 4, initial_indent="  ", subsequent_indent="    ")
