"""The files that an ONNX graph keeps its weights in, held to its own folder before anything opens them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from degrade.errors import MissingExtraError
from degrade.foreign import ForeignFileError, open_foreign, read_foreign
from realsr.models.errors import ModelError

MOST_BYTES = 2**31 - 1
"""Of a graph: protobuf's own bound."""


def external_files(path: Path) -> list[Path]:
    """Where a graph keeps weights outside its file, as torch's exporter does (`net.onnx.data`), sorted.

    Each is a regular file in the graph's folder. Raises ModelError, MissingExtraError.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError("reading ONNX models", "onnx") from error
    try:
        model = onnx.load_from_string(read_foreign(path, most=MOST_BYTES))
    except ForeignFileError as error:
        raise ModelError(str(error)) from error
    except Exception as error:  # protobuf's own kinds share no base class but this
        raise ModelError(f"{path}: no ONNX graph, or a damaged one") from error
    return [_checked(path, name) for name in sorted(set(_locations(model)))]


def _checked(path: Path, name: str) -> Path:
    file = path.parent / name
    try:
        open_foreign(file, inside=path.parent).close()
    except ForeignFileError as error:
        raise ModelError(
            f"{path}: it keeps weights in {name!r}: {error.reason}; expected a file beside the graph"
        ) from error
    return file


def _locations(model: Any) -> Iterator[str]:
    for tensor in _all_tensors(model):
        for each in tensor.external_data:
            if each.key == "location":
                # Protobuf gives bytes where they are no UTF-8.
                yield os.fsdecode(each.value)


def _all_tensors(model: Any) -> Iterator[Any]:
    """Those of the graph, of the functions that it calls and of what it would be trained by."""
    yield from _tensors(model.graph)
    for function in model.functions:
        for node in function.node:
            yield from _of_attributes(node.attribute)
    for training in model.training_info:
        yield from _tensors(training.initialization)
        yield from _tensors(training.algorithm)


def _tensors(graph: Any) -> Iterator[Any]:
    """Those of a graph, of its constants and of the graphs inside it."""
    yield from graph.initializer
    for each in graph.sparse_initializer:
        yield from (each.values, each.indices)
    for node in graph.node:
        yield from _of_attributes(node.attribute)


def _of_attributes(attributes: Iterable[Any]) -> Iterator[Any]:
    for attribute in attributes:
        yield attribute.t
        yield from attribute.tensors
        for inner in (attribute.g, *attribute.graphs):
            yield from _tensors(inner)
