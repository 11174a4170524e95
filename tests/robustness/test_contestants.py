"""Models as a run sees them: what tells one version from another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from realsr.robustness.running.contestants import contestants
from realsr.robustness.study.study import ModelEntry


def exported(path: Path) -> None:
    """An ONNX graph that enlarges by 2 and keeps its weights in `PATH.data`."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    weights = np.zeros((12, 3, 1, 1), np.float32)
    nodes = [
        onnx.helper.make_node("Conv", ["lr", "weights"], ["wide"]),
        onnx.helper.make_node("DepthToSpace", ["wide"], ["sr"], blocksize=2, mode="CRD"),
    ]
    pictures = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["b", 3, high, wide])
        for name, high, wide in (("lr", "h", "w"), ("sr", "H", "W"))
    ]
    kept = [onnx.numpy_helper.from_array(weights, "weights")]
    graph = onnx.helper.make_graph(nodes, "twice", pictures[:1], pictures[1:], kept)
    versions = {"opset_imports": [onnx.helper.make_opsetid("", 18)], "ir_version": 9}
    onnx.save_model(
        onnx.helper.make_model(graph, **versions),
        path,
        save_as_external_data=True,
        location=f"{path.name}.data",
        size_threshold=0,
    )


def digest(path: Path) -> str:
    entry = ModelEntry(name="own", path=str(path))
    return contestants([entry], None, torch.device("cpu"))[-1].digest


def test_an_onnx_graph_with_other_weights_beside_it_is_another_model(tmp_path: Path) -> None:
    path, weights = tmp_path / "net.onnx", tmp_path / "net.onnx.data"
    exported(path)
    before = digest(path)
    assert digest(path) == before
    weights.write_bytes(np.full(36, 0.5, np.float32).tobytes())
    assert digest(path) != before
