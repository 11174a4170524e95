"""Networks of spandrel as ONNX graphs of any size: equal to torch, or refused with the reason."""

from __future__ import annotations

import pytest

from benchmarks.training.exports import exported, line
from realsr.inference.onnx_export import TOLERANCE

pytest.importorskip("spandrel", reason="the extra interop is not installed")
pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
pytest.importorskip("onnxscript", reason="the extra onnx is not installed")


@pytest.mark.parametrize("name", ["span", "realplksr", "dncnn"])
def test_a_graph_of_any_size_is_the_network(name: str) -> None:
    found = exported(name)
    assert found.said == ""
    assert found.difference is not None
    assert found.difference <= TOLERANCE


def test_a_graph_that_differs_on_another_size_is_refused() -> None:
    found = exported("safmn")
    assert found.difference is None
    assert "the ONNX graph of spandrel/safmn differs from torch by" in found.said
    assert "refused: the ONNX graph of spandrel/safmn" in line(found)
