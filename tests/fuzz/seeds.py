"""Sound files of every format, small, and the words that text formats know."""

from __future__ import annotations

import functools
import io
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from PIL import Image, ImageCms, features

from degrade.pipeline import pipeline_names
from realsr.models.cards import ModelCard, model_bytes
from realsr.models.table import build
from realsr.training import read_config
from realsr.training.state import TrainState, first_state, restore

ROOT = Path(__file__).parents[2]
OLD = ROOT / "tests" / "formats" / "0.1.0"

MARK = "touch {}/code-has-run"
"""What a file's code would do, if it ran."""

PIPELINE_WORDS = tuple(
    b"lr hr name scale op label choice maybe shuffle repeat group times of probability weights uniform "
    b"log_uniform normal integer constant mixture given low high resize gaussian_blur kernel_bank_blur "
    b"learned_downsampler albumentations jpeg target factor filter folder digest file".split()
)
MANIFEST_WORDS = (
    b'"lr"',
    b'"values"',
    b'"op"',
    b'"key"',
    b'"trace"',
    b'"../x"',
    b'"learned_downsampler"',
)
TRAINING_WORDS = tuple(
    b"model data objective optimiser steps seed ema discriminator validation sets pipeline crop batch hr "
    b"schedule name terms weight arguments lr cosine multistep at device compile rrdb edsr held_out".split()
)


def pictures(suffix: str) -> Callable[[], Sequence[bytes]]:
    return functools.partial(_PICTURES[suffix])


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _image(mode: str = "RGB") -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 17, 3), dtype=np.uint8)
    return Image.fromarray(pixels).convert(mode)


def _deep(suffix: str) -> bytes:
    """Sixteen bits of three colours, which Pillow does not write."""
    pixels = np.arange(48, dtype=np.uint16).reshape(4, 4, 3) * 900
    return bytes(cv2.imencode(suffix, pixels)[1].tobytes())


def _profile(colours: Any) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(colours)).tobytes()


def _png() -> Sequence[bytes]:
    deep = Image.fromarray(np.arange(70, dtype=np.uint16).reshape(7, 10) * 900)
    info = Image.Exif()
    info[0x0112] = 6
    return [
        *(_saved(_image(mode), "PNG") for mode in ("RGB", "RGBA", "L", "LA", "P", "1")),
        _saved(_image(), "PNG", exif=info, icc_profile=_profile("sRGB")),
        _saved(_image(), "PNG", icc_profile=_profile("LAB")),
        _saved(deep, "PNG"),
        _deep(".png"),
    ]


def _jpeg() -> Sequence[bytes]:
    info = Image.Exif()
    info[0x0112] = 6
    return [
        _saved(_image(), "JPEG", exif=info, icc_profile=_profile("sRGB")),
        _saved(_image(), "JPEG", progressive=True),
        _saved(_image("L"), "JPEG"),
        _saved(_image("CMYK"), "JPEG"),
    ]


def _tiff() -> Sequence[bytes]:
    kinds = ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")
    saved = [_saved(_image(), "TIFF", compression=kind) for kind in kinds]
    return [*saved, _saved(_image("L"), "TIFF"), _deep(".tif")]


def _webp() -> Sequence[bytes]:
    return [_saved(_image(mode), "WEBP", lossless=mode == "RGBA") for mode in ("RGB", "RGBA")]


def _avif() -> Sequence[bytes]:
    return [_saved(_image(), "AVIF")] if features.check("avif") else [b"\0\0\0\x1cftypavif"]


def _bmp() -> Sequence[bytes]:
    return [_saved(_image(mode), "BMP") for mode in ("RGB", "L", "1")]


def _heic() -> Sequence[bytes]:
    try:
        import pillow_heif
    except ImportError:
        return [b"\0\0\0\x18ftypheic\0\0\0\0heicmif1"]
    buffer = io.BytesIO()
    pillow_heif.from_pillow(_image()).save(buffer)
    return [buffer.getvalue()]


def _jp2() -> Sequence[bytes]:
    return [_saved(_image(mode), "JPEG2000") for mode in ("RGB", "L")]


_PICTURES: dict[str, Callable[[], Sequence[bytes]]] = {
    ".png": _png,
    ".jpg": _jpeg,
    ".tif": _tiff,
    ".webp": _webp,
    ".avif": _avif,
    ".bmp": _bmp,
    ".jp2": _jp2,
    ".heic": _heic,
}


def pipelines() -> Sequence[bytes]:
    paths = [ROOT / "pipelines" / f"{name}.yaml" for name in pipeline_names()]
    return [path.read_bytes() for path in paths if path.is_file() and path.stat().st_size < 20_000]


def manifests() -> Sequence[bytes]:
    return [path.read_bytes() for path in sorted((OLD / "pairs").glob("*/manifest*.jsonl"))]


def record_lines() -> Sequence[bytes]:
    return [
        b'{"source":"a","sha256":"00","file":"a.png","bytes":3}\n' * 2,
        b'{"source":"a","file":"a.png","kind":"damaged","reason":"it is damaged"}\n' * 2,
        (OLD / "training" / "whole" / "log.jsonl").read_bytes(),
    ]


def runs() -> Sequence[bytes]:
    folders = sorted((OLD / "robustness").iterdir())
    return [
        _one_line(folder / "record.json") + b"\n" + (folder / "cells.jsonl").read_bytes()
        for folder in folders
    ]


def _one_line(path: Path) -> bytes:
    return path.read_bytes().replace(b"\n", b" ")


def caches() -> Sequence[bytes]:
    return [path.read_bytes() for path in sorted(OLD.glob("robustness/*/cache/*.jsonl"))]


def states() -> Sequence[bytes]:
    return [path.read_bytes() for path in sorted(OLD.glob("training/*/states/*.pt"))]


@functools.cache
def _first() -> TrainState:
    from realsr.training.launch import launched

    config = read_config(OLD / "training" / "half" / "config.yaml")
    return first_state(config, launched(config))


def restored(found: dict[str, Any]) -> None:
    restore(_first(), found)


class _Code:
    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return os.system, (MARK.format("."),)


class _Doubled(torch.nn.Module):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.interpolate(images, scale_factor=2.0)


def models(suffix: str) -> Callable[[], Sequence[bytes]]:
    return functools.partial(_MODELS[suffix])


def _network(**arguments: Any) -> torch.nn.Module:
    return build("espcn", scale=2, **arguments).eval()


def _torch(content: object, **options: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer, **options)
    return buffer.getvalue()


def _of_others() -> bytes:
    """A network that spandrel knows, and nobody here: Real-ESRGAN's compact one."""
    layers = [torch.nn.Conv2d(3, 4, 3), torch.nn.PReLU(4), torch.nn.Conv2d(4, 12, 3)]
    state = torch.nn.Sequential(*layers).state_dict()
    return _torch({"params": {f"body.{key}": value for key, value in state.items()}})


def _pth() -> Sequence[bytes]:
    state = _network().state_dict()
    return [
        _torch(state),
        _torch({"params_ema": state, "iter": 3}),
        _torch(state, _use_new_zipfile_serialization=False),
        _torch(_Code()),
        pickle.dumps(_Code()),
        _of_others(),
    ]


def _safetensors() -> Sequence[bytes]:
    network = _network(features=[6, 4])
    card = ModelCard(architecture="espcn", arguments={"features": [6, 4]}, scale=2, colour="rgb")
    return [model_bytes(network, card), model_bytes(network, None), *_script()]


def _script() -> Sequence[bytes]:
    buffer = io.BytesIO()
    made: Any = torch.jit.trace(_Doubled(), torch.zeros(1, 3, 4, 4))  # type: ignore[no-untyped-call]
    torch.jit.save(made, buffer)
    return [buffer.getvalue()]


def _onnx() -> Sequence[bytes]:
    """A graph of one resize, with an initialiser that says where it lies."""
    from onnx import TensorProto, helper

    scales = helper.make_tensor("scales", TensorProto.FLOAT, [4], [1.0, 1.0, 2.0, 2.0])
    node = helper.make_node("Resize", ["x", "", "scales"], ["y"], mode="nearest")
    shape: list[str | int | None] = ["b", 3, "h", "w"]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("x", "y")]
    graph = helper.make_graph([node], "g", ends[:1], ends[1:], [scales])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    inside = model.SerializeToString()
    scales.ClearField("float_data")
    scales.data_location = TensorProto.EXTERNAL
    entry = scales.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    graph = helper.make_graph([node], "g", ends[:1], ends[1:], [scales])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return [inside, model.SerializeToString()]


_MODELS: dict[str, Callable[[], Sequence[bytes]]] = {
    ".pth": _pth,
    ".safetensors": _safetensors,
    ".onnx": _onnx,
    ".pt": _script,
}


def banks(suffix: str) -> Callable[[], Sequence[bytes]]:
    return functools.partial(_BANKS[suffix])


def downsamplers() -> Sequence[bytes]:
    return [path.read_bytes() for path in sorted((ROOT / "tests" / "downsamplers").iterdir())]


def _kernel() -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.outer(np.hanning(9), np.hanning(7))


def _npy() -> Sequence[bytes]:
    saved = []
    for array in (_kernel(), np.stack([_kernel()] * 3), np.asfortranarray(_kernel(), np.float32)):
        buffer = io.BytesIO()
        np.save(buffer, array)
        saved.append(buffer.getvalue())
    return saved


def _mat() -> Sequence[bytes]:
    from scipy.io import savemat

    saved = []
    cells = np.empty((1, 2), object)
    cells[0, 0] = cells[0, 1] = _kernel()
    for packed in (False, True):
        buffer = io.BytesIO()
        savemat(buffer, {"k": _kernel(), "kernels": cells}, do_compression=packed)
        saved.append(buffer.getvalue())
    return saved


def _grey() -> Sequence[bytes]:
    return [_saved(_image("L"), "PNG"), _saved(_image(), "PNG")]


_BANKS: dict[str, Callable[[], Sequence[bytes]]] = {".npy": _npy, ".mat": _mat, ".png": _grey}


def hdf5_banks() -> Sequence[bytes]:
    """MATLAB 7.3: HDF5 behind a block of 512 bytes."""
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w", userblock_size=512) as file:
        file["k"] = _kernel()
        file.create_dataset("packed", data=_kernel(), chunks=(9, 7), compression="gzip")
        cells = file.create_dataset("cells", (1, 2), h5py.ref_dtype)
        cells[0, 0] = cells[0, 1] = file["k"].ref
    data = buffer.getvalue()
    return [b"MATLAB 7.3 MAT-file".ljust(512) + data[512:]]


def studies() -> Sequence[bytes]:
    return [
        (OLD / "study.yaml").read_bytes(),
        b"hr: hr\nscale: 2\npipelines: [bicubic, second_order]\nmetrics: [psnr_y]\ncrop: 64\nvariants: 2\n"
        b"models:\n  - {name: a, path: 'm:f', trained_on: bicubic, loss: l1, seed: 3}\n"
        b"pairs:\n  - {name: p, lr: lr, hr: hr}\nreal:\n  - {name: r, dir: d}\nnotes: [a, b]\n",
    ]


def rules() -> Sequence[bytes]:
    return [
        b"run: out\nrules:\n  - {name: r, metric: psnr_y, sets: [blur], at_least: 24.4}\n"
        b"  - {name: s, metric: psnr_y, sets: [blur], statistic: quantile, at_least: 0.1, certainty: 0.9}\n"
    ]


def trainings() -> Sequence[bytes]:
    recipes = sorted((ROOT / "realsr" / "training" / "recipes").glob("*.yaml"))
    return [path.read_bytes() for path in recipes] + [(OLD / "train.yaml").read_bytes()]


def trusts() -> Sequence[bytes]:
    return [b"trust:\n  - " + b"3f5b" * 16 + b"\n  - my_models\n"]


def realesrgan() -> Sequence[bytes]:
    return [(ROOT / "tests" / "interop" / "realesrgan_x4.yml").read_bytes()]


def seals() -> Sequence[bytes]:
    """A string of SEAL's list, which is one long word."""
    return [
        b"1 17 17/shuffleorder_[1, 0, 2, 4, 3, 6, 5]|dppre_rnum1_0.5_rnum2_0.1_interptype_2|"
        b"dp0_rnum_0.2_ksize_9_theta_1.25_l1_4_l2_2.25_l3_0|"
        b"dp1_rnum_0.8_ksize_7_theta_2_l1_0_l2_0_l3_1.5|"
        b"dp2_rnum_0.1_sf1_3.2_interptype_3_blursigma_0        |dp3_interptype_1|"
        b"dp4_rnum_0.7_noiselevel_5_D_0.9_0.0_0.0_0.0_0.2_0.0_0.0_0.0_0.4"
        b"_U_0.3_0.5_0.5_0.6_-0.1_0.4_0.7_0.7_0.3|"
        b"dp5_rnum_0.3_jpegfactor_50|dp7_jpegfactor_91\n"
    ]
