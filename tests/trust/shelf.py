"""A shelf of hostile files of every kind. Whatever runs any of their code, or writes through them, leaves a mark."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable
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
    (folder / "keras.h5").write_bytes(b"\x89HDF\r\n\x1a\n")


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
