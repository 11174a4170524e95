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
from degrade.foreign import ForeignFileError, read_foreign_text

MAX_BYTES = 2**20
MAX_VALUES = 100_000
MAX_DEPTH = 60
MAX_NUMBER = 100
LONGEST = 120
"""Characters of a place or a value that a sentence shows: whoever wrote the file decides how long they are."""

_INTEGER = re.compile(r"^[-+]?[0-9]+$")
_FLOAT = re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_CORE_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null")}
_ODD_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("timestamp", "merge", "value")}

Path = tuple[int | str, ...]


def path_text(path: Path) -> str:
    """A place in the tree as people write it: `lr[2].sigma_255`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return _cut(text.lstrip(".")) or "(top)"


def shown(value: object) -> str:
    """A value in a sentence, cut where it is long."""
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ..."


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
    """A file's UTF-8 text, at most `MAX_BYTES` of it; raises `error` that says why `what` cannot be read."""
    try:
        return read_foreign_text(path, most=MAX_BYTES)
    except ForeignFileError as fault:
        raise error(f"cannot read {what} {path}: {fault.reason}") from fault


def read_yaml(text: str, name: str, error: type[DegradeError] = PipelineError) -> Document:
    """Parses one document; raises `error` with file, line and place."""
    if len(text) > MAX_BYTES:
        raise error(f"{name}: it has {len(text)} characters; at most {MAX_BYTES} are read")
    document = Document(name)
    try:
        root = _composed(text, name)
        if root is not None:
            document.data = _build(root, (), document)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise error(f"{name}:{line}: not YAML: {_problem(fault)}") from fault
    except yaml.YAMLError as fault:
        raise error(f"{name}:1: not YAML: {fault}") from fault
    except RecursionError as fault:
        raise error(f"{name}:1: nested too deeply; at most {MAX_DEPTH} levels") from fault
    except _RefusedError as fault:
        raise error(str(fault)) from fault
    return document


def _problem(fault: yaml.MarkedYAMLError) -> str:
    mark = fault.problem_mark
    if mark is not None and mark.buffer is not None and _tab_near(mark.buffer, mark.pointer):
        return "a tab; YAML is set in by spaces: put spaces in its place"
    return str(fault.problem)


def _tab_near(text: str, at: int) -> bool:
    """Whether a line is set in by a tab just before the place at which the parser gave up, or there."""
    line = text[text.rfind("\n", 0, at) + 1 :].partition("\n")[0]
    return "\t" in line[: len(line) - len(line.lstrip())]


class _RefusedError(Exception):
    """YAML that is none of ours."""


class _Loader(yaml.SafeLoader):
    """Stops composing at the first value too many: a document costs no more than what is read of it."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.file, self.values, self.depth = name, 0, 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.values += 1
        self.depth += 1
        if self.values > MAX_VALUES or self.depth > MAX_DEPTH:
            raise _too_many(self.file)
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _composed(text: str, name: str) -> yaml.Node | None:
    loader = _Loader(text, name)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def _too_many(name: str) -> _RefusedError:
    return _RefusedError(
        f"{name}: more than {MAX_VALUES} values, or nested too deeply (more than {MAX_DEPTH} levels); does an "
        "alias repeat?"
    )


def _build(node: yaml.Node, path: Path, document: Document) -> Any:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if len(document.lines) > MAX_VALUES or len(path) > MAX_DEPTH:
        raise _too_many(document.name)
    if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        return [_build(item, (*path, index), document) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and node.tag in _CORE_TAGS | _ODD_TAGS:
        return _scalar(node, document.where(path))
    raise _RefusedError(
        f"{document.where(path)}: the tag {shown(node.tag)} is refused; expected plain values, lists and "
        "mappings: remove the tag"
    )


def _mapping(node: yaml.MappingNode, path: Path, document: Document) -> dict[Hashable, Any]:
    result: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(
            key_node, yaml.ScalarNode
        ):  # as text it could be without end: aliases multiply
            line = key_node.start_mark.line + 1
            raise _RefusedError(
                f"{document.name}:{line}: {path_text(path)}: a key must be a plain value"
            )
        key = _build(key_node, (*path, key_node.value), document)
        place = (*path, str(key))
        document.lines[place] = key_node.start_mark.line + 1
        if key in result:
            raise _RefusedError(
                f"{document.where(place)}: the key {shown(key)} is there twice; keep one"
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
