"""A shelf of hostile files of every kind. Whatever runs any of their code, or writes through them, leaves a mark."""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

NAME = "\x1b[2K\rrealsr: 9 pairs made\u202egnp"
"""Of a file or a key: it forges a line, and turns what follows about."""
DEEP = "[" * 100_000
BOMB = "\n".join(
    [
        "a0: &a0 [x, x]",
        *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)),
        "? *a39\n: 1",
    ]
)
"""YAML whose last key is of 2**40 words."""


class Marks:
    """A pickle that leaves a mark where it is loaded."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.mark}",)


class Program(torch.nn.Module):
    """A network that is a program."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.interpolate(images, scale_factor=2.0)


def specials(folder: Path, suffix: str) -> None:
    """What is no regular file, under a suffix."""
    folder.mkdir(parents=True, exist_ok=True)
    os.mkfifo(folder / f"fifo{suffix}")
    (folder / f"device{suffix}").symlink_to("/dev/zero")
    (folder / f"dangling{suffix}").symlink_to("nowhere")
    (folder / f"loop{suffix}").symlink_to(f"loop{suffix}")
    (folder / f"folder{suffix}").mkdir()
    (folder / f"empty{suffix}").touch()
    (folder / f"noise{suffix}").write_bytes(np.random.default_rng(0).bytes(5000))
    (folder / f"{NAME}{suffix}").write_bytes(b"named")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(folder / f"socket{suffix}"))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes, data: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", head), *more, chunk(b"IDAT", data), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def pictures(folder: Path) -> None:
    specials(folder, ".png")
    (folder / f"good{NAME}.png").write_bytes(b"no picture")
    pixels = np.random.default_rng(1).integers(0, 256, (32, 40, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(folder / "good.png")
    whole = (folder / "good.png").read_bytes()
    (folder / "truncated.png").write_bytes(whole[: len(whole) // 2])
    (folder / "claims.png").write_bytes(png(2**31 - 1, 2**31 - 1))
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2**27), 9))
    (folder / "text.png").write_bytes(png(8, 8, *[text] * 8))
    tag = struct.pack("<HHII", 273, 4, 2**28, 8)
    (folder / "tag.tif").write_bytes(b"II*\0\x08\0\0\0\x01\0" + tag + bytes(4))
    (folder / "postscript.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n/x (y) run\n")
    (folder / "scans.jpg").write_bytes(jpeg_of_scans(16_000, 16_000, 4_000))
    boxed(folder)


def jpeg_of_scans(width: int, height: int, scans: int) -> bytes:
    """A progressive JPEG, grey, of the header's size, whose scans hold a byte each: 11 bytes to go over all pixels."""
    buffer = io.BytesIO()
    Image.new("L", (16, 16), 128).save(buffer, "JPEG", progressive=True)
    data, place, head = buffer.getvalue(), 2, b"\xff\xd8"
    while data[place + 1] != 0xDA:
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        segment = data[place:end]
        if data[place + 1] == 0xC2:
            segment = segment[:5] + struct.pack(">HH", height, width) + segment[9:]
        head, place = head + segment, end
    scan = b"\xff\xda\0\x08\x01\x01\0\0\0%c\0"
    return head + scan % 0 + scan % 0x10 * (scans - 1) + b"\xff\xd9"


def boxed(folder: Path) -> None:
    """AVIF and HEIC: cut, of a size that they do not have, and hollow."""
    for kind, sound in {"avif": _avif(), "heic": _heic()}.items():
        (folder / f"hollow.{kind}").write_bytes(
            b"\0\0\0\x18ftyp%s\0\0\0\0mif1%s" % ((kind.encode(),) * 2)
        )
        for name, data in _disboxed(sound).items():
            (folder / f"{name}.{kind}").write_bytes(data)


def _disboxed(sound: bytes) -> dict[str, bytes]:
    place = sound.index(b"ispe") + 8
    endless = b"\xff\xff\xff\xff" + sound[4:]
    sizes = {
        "claims": (2**31 - 1, 2**31 - 1),
        "wide": (2**31 - 1, 1),
        "none": (0, 0),
    }
    claimed = {
        name: sound[:place] + struct.pack(">II", *size) + sound[place + 8 :]
        for name, size in sizes.items()
    }
    return {"cut": sound[: len(sound) * 3 // 4], "bare": sound[:40], "endless": endless, **claimed}


def _avif() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.arange(768, dtype=np.uint8).reshape(16, 16, 3)).save(buffer, "AVIF")
    return buffer.getvalue()


def _heic() -> bytes:
    """By the extra's library where it is there; else the AVIF under HEIC's brand, which no decoder of it takes."""
    buffer = io.BytesIO()
    with suppress(ImportError):
        import pillow_heif

        pixels = np.arange(768, dtype=np.uint8).reshape(16, 16, 3)
        pillow_heif.from_pillow(Image.fromarray(pixels)).save(buffer)
        return buffer.getvalue()
    return _avif().replace(b"avif", b"heic")


def models(folder: Path, mark: Path) -> None:
    specials(folder, ".pth")
    specials(folder, ".safetensors")
    specials(folder, ".onnx")
    (folder / "evil.pth").write_bytes(pickle.dumps(Marks(mark)))
    torch.save({"params": Marks(mark)}, folder / "evil.ckpt")
    program = folder / "program.pt"
    torch.jit.script(Program()).save(str(program))
    (folder / "program.safetensors").write_bytes(program.read_bytes())
    with zipfile.ZipFile(folder / "packed.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(2**26))
    card = {"architecture": "edsr", "arguments": {"scale": 2, "blocks": 10**9}, "scale": 2}
    head = json.dumps({"__metadata__": {"card": json.dumps(card), "realsr": json.dumps(card)}})
    (folder / "card.safetensors").write_bytes(struct.pack("<Q", len(head)) + head.encode())
    (folder / "long.safetensors").write_bytes(struct.pack("<Q", 2**62) + b"{}")
    (folder / "graph.pb").write_bytes(b"\x08\x01")
    os.mkfifo(folder / "weights.fifo")
    (folder / "weights.link").symlink_to("/dev/zero")
    for name, location in EXTERNAL.items():
        (folder / f"{name}.onnx").write_bytes(graph(location))
    (folder / "keras.h5").write_bytes(b"\x89HDF\r\n\x1a\n")


EXTERNAL = {
    "zero": "/dev/zero",
    "up": "../../photographs/0.png",
    "hidden-up": "x/../../pictures/good.png",
    "pipe": "weights.fifo",
    "linked": "weights.link",
    "self": "self.onnx",
    "absent": "nowhere.bin",
    "named": NAME,
}
"""Where an ONNX graph says that its numbers lie, by the file's name."""


def graph(location: str) -> bytes:
    """An ONNX graph of one resize, whose numbers lie elsewhere."""
    from onnx import TensorProto, helper

    scales = helper.make_tensor("scales", TensorProto.FLOAT, [4], [1.0, 1.0, 2.0, 2.0])
    scales.ClearField("float_data")
    scales.data_location = TensorProto.EXTERNAL
    entry = scales.external_data.add()
    entry.key, entry.value = "location", location
    node = helper.make_node("Resize", ["x", "", "scales"], ["y"], mode="nearest")
    shape: list[str | int | None] = ["b", 3, "h", "w"]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("x", "y")]
    made = helper.make_graph([node], "g", ends[:1], ends[1:], [scales])
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


SEAL = (
    "1 17 17/shuffleorder_[1, 0, 2, 4, 3, 6, 5]|dppre_rnum1_0.5_rnum2_0.1_interptype_2|"
    "dp0_rnum_0.2_ksize_9_theta_1.25_l1_4_l2_2.25_l3_0|dp1_rnum_0.8_ksize_7_theta_2_l1_0_l2_0_l3_1.5|"
    "dp2_rnum_0.1_sf1_3.2_interptype_3_blursigma_0        |dp3_interptype_1|dp4_rnum_0.7_noiselevel_5_D_0.9_"
    "0.0_0.0_0.0_0.2_0.0_0.0_0.0_0.4_U_0.3_0.5_0.5_0.6_-0.1_0.4_0.7_0.7_0.3|dp5_rnum_0.3_jpegfactor_50|"
    "dp7_jpegfactor_91\n"
)
"""A string of SEAL's list."""


def seals(folder: Path) -> None:
    """Lists of SEAL's strings, of which none is right."""
    specials(folder, ".txt")
    for name, text in {
        "deep": SEAL.replace("[1, 0, 2, 4, 3, 6, 5]", DEEP),
        "digits": SEAL.replace("ksize_9", f"ksize_{'9' * 5000}"),
        "infinite": SEAL.replace("l1_4", "l1_1e999"),
        "nothing": SEAL.replace("l1_4", "l1_nan"),
        "negative": SEAL.replace("ksize_9", "ksize_-9"),
        "number": SEAL.replace("1 17", f"{'9' * 5000} 17"),
        "name": SEAL.replace("1 17", "../../planted 17"),
        "word": SEAL.replace("shuffleorder", NAME),
        "twice": SEAL * 2,
        "many": SEAL * 30_000,
        "long": SEAL.replace("dp3", "dp3" * 10**6),
        "lines": "\n" * 10**6,
        "parts": SEAL.replace("|", "|" * 200_000),
        "spaces": SEAL.replace("dp3", " " * 10**6 + "dp3"),
        "betas": SEAL.replace("1 17", "1 8222"),
    }.items():
        (folder / f"{name}.txt").write_text(text)


def yaml(folder: Path, mark: Path, good: str) -> None:
    """Documents of which none is what it is taken for. good: the beginning of one that is."""
    specials(folder, ".yaml")
    for name, text in {
        "aliases": BOMB,
        "deep": DEEP,
        "tag": f"!!python/object/apply:os.system ['touch {mark}']\n",
        "large": "x: " + "y" * 2**21,
        "five": "5\n",
        "null": "null\n",
        "list": "[]\n",
        "twice": f"{good}name: a\nname: b\n",
        "key": f"{good}{json.dumps(NAME)}: 1\n",
        "digits": f"{good}scale: {'9' * 5000}\n",
        "rows": f"{good}rows: [{{file: evil.py, sha256: '0'}}]\n",
    }.items():
        (folder / f"{name}.yaml").write_text(text)


def json_folders(
    folder: Path, good: Path, names: tuple[str, ...], copy: Callable[[Path, Path], object]
) -> None:
    """Copies of a folder of ours, in each of which one file is hostile."""
    for name in names:
        for kind, text in {
            "deep": DEEP,
            "five": "5\n",
            "null": "null\n",
            "list": "[]\n",
            "bytes": "\0\udcff\n",
            "separator": '{"key": "a\u2028b\u0085c"}\n',
        }.items():
            place = folder / f"{name.replace('/', '_')}-{kind}"
            copy(good, place)
            (place / name).unlink(missing_ok=True)
            (place / name).write_bytes(text.encode("utf-8", "surrogateescape"))
        for kind, make in SPECIALS.items():
            place = folder / f"{name.replace('/', '_')}-{kind}"
            copy(good, place)
            (place / name).unlink(missing_ok=True)
            make(place / name)


def linked(folder: Path, good: Path, outside: Path, copy: Callable[[Path, Path], object]) -> None:
    """Copies of a folder of ours, in each of which one entry is a link to its like outside."""
    copy(good, outside)
    for path in sorted(good.rglob("*")):
        name = path.relative_to(good)
        place = folder / f"{str(name).replace('/', '_')}-linked"
        copy(good, place)
        shutil.rmtree(place / name) if path.is_dir() else (place / name).unlink()
        (place / name).symlink_to(outside / name)


SPECIALS: dict[str, Callable[[Path], object]] = {
    "fifo": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "folder": lambda path: path.mkdir(),
    "dangling": lambda path: path.symlink_to("../../../planted"),
}
"""In the place of a file."""
