"""A network as an ONNX graph of any batch and size, checked against torch before it is kept."""

from __future__ import annotations

import re
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.export import Dim

from degrade.errors import MissingExtraError
from realsr.conditions.network import MapConditioned
from realsr.inference.errors import InferenceError
from realsr.inference.loading import load
from realsr.models.cards import CARD, ModelCard
from realsr.models.elsewhere.network import SpandrelNetwork

_TRACED, _CHECKED = (2, 24, 32), (1, 40, 17)
"""Batch, height, width: what the graph is made from, and another that it is checked on."""

_AXES = {0: "batch", 2: "height", 3: "width"}

TOLERANCE = 1e-4
"""Largest difference from torch in [0, 1] at which a graph is kept."""


def onnx_bytes(network: nn.Module, card: ModelCard) -> tuple[bytes, float]:
    """The graph as a file's bytes, and its largest difference from torch on another size.

    Raises MissingExtraError; InferenceError where the network cannot be exported or the graph differs, and for
    one that needs more than the LR.
    """
    channels = channels_of(card)
    if isinstance(network, MapConditioned) and network.needs_maps:
        raise InferenceError(
            f"{card.architecture} is told maps of classes beside the LR, and ONNX here takes the LR alone"
        )
    network = network.fused() if isinstance(network, SpandrelNetwork) else network.eval()
    graph = _graph(network, channels, card)
    difference = _difference(graph, network, channels)
    if not difference <= TOLERANCE:
        raise InferenceError(
            f"the ONNX graph of {card.architecture} differs from torch by {difference:.3g} on {_CHECKED}; "
            f"at most {TOLERANCE:g} is kept"
        )
    return graph, difference


def channels_of(card: ModelCard) -> int:
    """What the network of a card takes: 3 for RGB, 1 for luma."""
    return int(card.arguments.get("channels", 1 if card.colour == "y" else 3))


def _graph(network: nn.Module, channels: int, card: ModelCard) -> bytes:
    onnx = _onnx()
    batch, height, width = _TRACED
    example = torch.zeros(batch, channels, height, width)
    free = {0: Dim.DYNAMIC, 2: Dim.DYNAMIC, 3: Dim.DYNAMIC}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                network,
                (example,),
                dynamo=True,
                input_names=["lr"],
                output_names=["sr"],
                dynamic_shapes=(free,),
                verbose=False,
            )
    except Exception as error:  # the exporter raises what its stages raise
        reason = str(error).strip().splitlines()[0]
        raise InferenceError(f"{card.architecture} cannot be exported to ONNX: {reason}") from error
    if program is None:
        raise InferenceError(f"{card.architecture} cannot be exported to ONNX")
    model = program.model_proto
    _name_axes(model.graph)
    onnx.helper.set_model_props(model, {CARD: card.model_dump_json()})
    graph: bytes = model.SerializeToString()
    return graph


def _name_axes(graph: Any) -> None:
    """Batch, height and width in place of the exporter's own names for free sides, everywhere in the graph."""
    sides = graph.input[0].type.tensor_type.shape.dim
    names = {sides[axis].dim_param: name for axis, name in _AXES.items()}
    word = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names))
    for value in (*graph.input, *graph.output, *graph.value_info):
        for side in value.type.tensor_type.shape.dim:
            if side.dim_param:
                side.dim_param = word.sub(lambda found: names[found[0]], side.dim_param)


def _difference(graph: bytes, network: nn.Module, channels: int) -> float:
    batch, height, width = _CHECKED
    image = torch.rand(batch, channels, height, width, generator=torch.Generator().manual_seed(0))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        path.write_bytes(graph)
        run = load(path).network
        with torch.no_grad():
            return float((run(image) - network(image)).abs().max())


def _onnx() -> Any:
    try:
        import onnx
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("exporting to ONNX", "onnx") from error
    return onnx
