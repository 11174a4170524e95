"""YAML: safe, without YAML 1.1's surprises, and every value knows its line.

Read as YAML 1.2's core schema: `1e-3` is a number, `no` and `010` are what they look like, `4:2:0` is a
string. Duplicate keys, tags and documents beyond a bound are refused.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from degrade.errors import DegradeError, PipelineError

MAX_VALUES = 100_000
MAX_DEPTH = 60
MAX_NUMBER = 100

_INTEGER = re.compile(r"^[-+]?[0-9]+$")
_FLOAT = re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_CORE_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null")}
_ODD_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("timestamp", "merge", "value")}

Path = tuple[int | str, ...]


def path_text(path: Path) -> str:
    """A place in the tree as people write it: `lr[2].sigma_255`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.lstrip(".") or "(top)"


@dataclass
class Document:
    """The data of a file and the line of every place in it."""

    name: str
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)

    def where(self, path: Path) -> str:
        """`file:line: path`, by the nearest enclosing place that has a line."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return f"{self.name}:{self.lines.get(known, 1)}: {path_text(path)}"


def read_text(path: FilePath, what: str, error: type[DegradeError] = PipelineError) -> str:
    """A file's UTF-8 text; raises `error` that says why `what` cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        reason = getattr(fault, "strerror", None) or "it is not UTF-8 text"
        raise error(f"cannot read {what} {path}: {reason}") from fault


def read_yaml(text: str, name: str, error: type[DegradeError] = PipelineError) -> Document:
    """Parses one document; raises `error` with file, line and place."""
    document = Document(name)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is not None:
            document.data = _build(root, (), document)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise error(f"{name}:{line}: not YAML: {fault.problem}") from fault
    except yaml.YAMLError as fault:
        raise error(f"{name}:1: not YAML: {fault}") from fault
    except RecursionError as fault:
        raise error(f"{name}:1: nested too deeply; at most {MAX_DEPTH} levels") from fault
    except _RefusedError as fault:
        raise error(str(fault)) from fault
    return document


class _RefusedError(Exception):
    """YAML that is none of ours."""


def _build(node: yaml.Node, path: Path, document: Document) -> Any:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if len(document.lines) > MAX_VALUES or len(path) > MAX_DEPTH:
        raise _RefusedError(
            f"{document.name}: more than {MAX_VALUES} values or {MAX_DEPTH} levels; does an alias repeat?"
        )
    if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        return [_build(item, (*path, index), document) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and node.tag in _CORE_TAGS | _ODD_TAGS:
        return _scalar(node, document.where(path))
    raise _RefusedError(
        f"{document.where(path)}: the tag {node.tag!r} is refused; expected plain values, lists and "
        "mappings: remove the tag"
    )


def _mapping(node: yaml.MappingNode, path: Path, document: Document) -> dict[Hashable, Any]:
    result: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = _build(key_node, (*path, str(key_node.value)), document)
        place = (*path, str(key))
        document.lines[place] = key_node.start_mark.line + 1
        if not isinstance(key, Hashable):
            raise _RefusedError(f"{document.where(place)}: a key must be a plain value")
        if key in result:
            raise _RefusedError(
                f"{document.where(place)}: the key {key!r} is there twice; keep one"
            )
        result[key] = _build(value_node, place, document)
    return result


def _scalar(node: yaml.ScalarNode, where: str) -> Any:
    if node.style in ("'", '"', "|", ">"):
        return node.value
    text = node.value
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if len(text) > MAX_NUMBER and (_INTEGER.match(text) or _FLOAT.match(text)):
        raise _RefusedError(f"{where}: a number of {len(text)} characters; at most {MAX_NUMBER}")
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text
