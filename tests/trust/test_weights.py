"""Files of weights from elsewhere: bounded, never run, and one kind of error whatever is wrong with them."""

from __future__ import annotations

import codecs
import io
import json
import os
import struct
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from degrade.errors import DegradeError
from realsr.backbones.errors import MissingWeightsError
from realsr.backbones.weights import load_weights
from realsr.inference import load
from realsr.models.cards import CARD, ModelCard
from realsr.models.checkpoints import read_checkpoint
from realsr.models.errors import ModelError
from realsr.models.table import ARCHITECTURES, build
from realsr.training.errors import TrainingError
from realsr.training.model_files import load_model
from tests.fuzz.seeds import models

STATE = {"a": torch.arange(40.0).reshape(5, 8), "b": {"c": torch.zeros(3)}}


def saved(**options: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(STATE, buffer, **options)
    return buffer.getvalue()


def repacked(data: bytes, kind: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", kind) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return buffer.getvalue()


def refused(path: Path) -> str:
    with pytest.raises(ModelError) as one:
        read_checkpoint(path)
    with pytest.raises(MissingWeightsError):
        load_weights(path)
    assert str(path) in str(one.value)
    assert "expected .safetensors or a torch state dict" in str(one.value)
    assert "weights_only" not in str(one.value)
    return str(one.value)


@given(st.integers(0, len(saved()) - 1), st.integers(1, 255), st.booleans())
@settings(max_examples=150, deadline=None)
def test_damage_of_any_kind_is_one_kind_of_error(
    tmp_path_factory: pytest.TempPathFactory, place: int, flip: int, cut: bool
) -> None:
    data = bytearray(saved())
    data[place] ^= flip
    path = tmp_path_factory.mktemp("damaged") / "m.pth"
    path.write_bytes(data[:place] if cut else data)
    for reader, error in ((read_checkpoint, ModelError), (load_weights, MissingWeightsError)):
        with suppress(error):
            reader(path)


def test_an_archive_over_several_disks_is_a_damaged_one(tmp_path: Path) -> None:
    data = bytearray(saved())
    disks = data.index(b"PK\x06\x07") + 16
    data[disks : disks + 4] = struct.pack("<I", 3)
    path = tmp_path / "m.pth"
    path.write_bytes(data)
    assert "it is a damaged archive" in refused(path)
    with pytest.raises(DegradeError, match="it is a damaged archive"):
        load(str(path))


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"m.{suffix}").touch()
    assert "it is empty (0 bytes)" in refused(tmp_path / f"m.{suffix}")


def test_packed_parts_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "m.pth"
    path.write_bytes(repacked(saved(), zipfile.ZIP_DEFLATED))
    assert "is packed" in refused(path)


class Called:
    """A pickle that calls a function with arguments."""

    def __init__(self, function: Any, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Any, tuple[object, ...]]:
        return self.call


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_that_grows_is_refused_before_it_is_read(tmp_path: Path, zipped: bool) -> None:
    """torch allows both names: 3 GB of 1,300 bytes, and twice the length at every call."""
    grown: object = b"a"
    for _ in range(5):
        grown = Called(codecs.encode, grown, "hex")
    for name, content in (("bytearray", Called(bytearray, 3 * 10**9)), ("encode", grown)):
        path = tmp_path / "m.pth"
        torch.save({"a": content}, path, _use_new_zipfile_serialization=zipped)
        assert f"it calls '{name}'" in refused(path)


def test_parts_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    """Every tensor fits into the file, all of them do not."""
    path = tmp_path / "m.pth"
    torch.save({"a": torch.zeros(10**4), "b": torch.ones(10**4)}, path)
    with zipfile.ZipFile(path, "a") as archive:
        one, other = (archive.getinfo(f"m/data/{number}") for number in range(2))
        other.header_offset = one.header_offset
        one.file_size = one.compress_size = other.file_size = other.compress_size = 79_000
        archive.comment = b"written anew"
    assert "over one another" in refused(path)


def test_a_tensor_larger_than_its_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.pth"
    torch.save({"a": torch.zeros(1).expand(10**6, 10**6)}, path)
    assert "cannot fill" in refused(path)


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pth")
    (tmp_path / "device.safetensors").symlink_to("/dev/zero")
    for name in ("pipe.pth", "device.safetensors"):
        with pytest.raises(ModelError, match="expected a regular file"):
            read_checkpoint(tmp_path / name)


def test_a_checkpoint_that_holds_itself(tmp_path: Path) -> None:
    state: dict[str, object] = {}
    state["model"] = state
    torch.save(state, tmp_path / "m.pth")
    with pytest.raises(DegradeError, match="holds itself"):
        load(tmp_path / "m.pth")


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_every_network_can_be_counted_without_memory(name: str) -> None:
    row = ARCHITECTURES[name]
    with torch.device("meta"):
        build(row, scale=row.scales[0])


@pytest.mark.parametrize(
    "arguments",
    [
        {"blocks": 10**9},
        {"blocks": 10**5},
        {"features": 3 * 10**5},
    ],
    ids=str,
)
def test_a_card_asks_for_no_more_than_its_file_holds(
    tmp_path: Path, arguments: dict[str, int]
) -> None:
    path = tmp_path / "m.safetensors"
    card = ModelCard(
        architecture="edsr", arguments={"scale": 2, **arguments}, scale=2, colour="rgb"
    )
    save_file({"a": torch.zeros(4)}, path, {CARD: card.model_dump_json()})
    with pytest.raises(ModelError, match="larger than the file"):
        load(path)
    with pytest.raises(TrainingError, match="larger than the file"):
        load_model(path)


@pytest.mark.parametrize("text", ["5", "null", "[]", "{}", "[" * 10**5, '{"architecture": 5}'])
def test_a_card_of_any_json(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.safetensors"
    save_file({"a": torch.zeros(4)}, path, {CARD: text})
    with pytest.raises(ModelError, match="its card is wrong"):
        load(path)


def test_a_header_longer_than_its_file(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    header = json.dumps({"a": {"dtype": "F32", "shape": [10**12], "data_offsets": [0, 4 * 10**12]}})
    for length in (len(header), 2**40):
        path.write_bytes(struct.pack("<Q", length) + header.encode())
        with pytest.raises(DegradeError, match=r"m\.safetensors"):
            load(path)


@pytest.mark.parametrize("suffix", [".pb", ".tflite", ".h5", ".param"])
def test_models_of_other_frameworks_are_told_apart(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"m{suffix}"
    path.write_bytes(b"\x0a\x12")
    with pytest.raises(DegradeError, match=r"is an? .*(TensorFlow|Keras|ncnn).*; (convert|take)"):
        load(path)


@pytest.mark.parametrize(
    "where", ["/dev/zero", "../outside.bin", "link.bin", "pipe", "", "none.bin"]
)
def test_a_graph_reads_nothing_outside_its_folder(tmp_path: Path, where: str) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "outside.bin").write_bytes(bytes(4096))
    (folder / "link.bin").symlink_to(tmp_path / "outside.bin")
    os.mkfifo(folder / "pipe")
    weights = onnx.numpy_helper.from_array(np.zeros((3, 3, 1, 1), np.float32), "w")
    onnx.external_data_helper.set_external_data(weights, where or ".", offset=0, length=36)
    weights.ClearField("raw_data")
    info = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 3, "h", "w"])
        for name in "xy"
    ]
    node = onnx.helper.make_node("Conv", ["x", "w"], ["y"])
    graph = onnx.helper.make_graph([node], "g", info[:1], info[1:], [weights])
    path = folder / "m.onnx"
    path.write_bytes(onnx.helper.make_model(graph).SerializeToString())
    with pytest.raises(DegradeError, match="expected a file beside the graph"):
        load(path)
    constant = onnx.helper.make_node("Constant", [], ["w"], value=weights)
    opsets = [onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("own", 1)]
    called = onnx.helper.make_function("own", "f", ["x"], ["y"], [constant, node], opsets)
    calling = onnx.helper.make_node("f", ["x"], ["y"], domain="own")
    graph = onnx.helper.make_graph([calling], "g", info[:1], info[1:])
    model = onnx.helper.make_model(graph, functions=[called], opset_imports=opsets)
    path.write_bytes(model.SerializeToString())
    with pytest.raises(DegradeError, match="expected a file beside the graph"):
        load(path)


def test_a_graph_with_names_that_are_no_text_is_told_in_one_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """ONNX Runtime prints lines of its own before it gives up, with the bytes of the file as they are."""
    pytest.importorskip("onnxruntime")
    path = tmp_path / "m.onnx"
    for data in models(".onnx")():
        for place in range(8, len(data), 3):
            path.write_bytes(data[:place] + b"\xff" + data[place + 1 :])
            with suppress(DegradeError):
                load(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"\x0a\xff\xff\xff\xff", os.urandom(300)], ids=range(4)
)
def test_no_graph_at_all(tmp_path: Path, data: bytes) -> None:
    pytest.importorskip("onnxruntime")
    path = tmp_path / "m.onnx"
    path.write_bytes(data)
    with pytest.raises(DegradeError, match=r"m\.onnx"):
        load(path)


def test_damaged_files_that_were_met(shared_data: Path) -> None:
    for path in sorted((shared_data / "cases" / "models").glob("*.pth")):
        with pytest.raises(DegradeError) as caught:
            load(path)
        assert path.name in str(caught.value)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 500
