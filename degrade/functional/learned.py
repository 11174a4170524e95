"""Running a learned downsampler from a file on one image, whatever stands beside it in a batch."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import nn

from degrade.foreign import ForeignFileError, read_foreign
from degrade.functional.downsamplers import read_safetensors
from degrade.functional.filtering import extend

SAFETENSORS, TORCHSCRIPT = ".safetensors", ".pt"
MOST_BYTES = 2**30
"""Of such a file."""
MODULES_KEPT = 8
CHANNELS_TRIED = (3, 1)
PROBES = (6, 12)
"""Sides, in output pixels, of the two images that a module is tried on."""

_CUDNN = threading.Lock()


@dataclass(frozen=True)
class Geometry:
    """What a module does to sizes. excess: pixels beyond a side / scale that come out at each border."""

    scale: int
    margin: int
    excess: int


def is_program(file: str) -> bool:
    """Whether a file is read as TorchScript, which runs; one of safetensors is never."""
    return Path(file).suffix != SAFETENSORS


@lru_cache(maxsize=MODULES_KEPT)
def load_module(file: str, digest: str, device: str) -> nn.Module:
    """The module of a .safetensors or TorchScript .pt file, compared with its digest before it is read.

    Frozen and in evaluation mode. Raises ValueError where the file is missing, differs or is of no such kind.
    A TorchScript file is a program: its digest is what says that it is the one that was meant.
    """
    module = _read(Path(file), _content(file, digest)).to(device).eval()
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    return module


def _content(file: str, digest: str) -> bytes:
    try:
        content = read_foreign(Path(file), most=MOST_BYTES)
    except ForeignFileError as error:
        raise ValueError(f"the file {file!r} cannot be read: {error.reason}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ValueError(
            f"the file {file!r} has the digest {found}, the record says {digest}; give back the file that it "
            "was made with, or write the digest found"
        )
    return content


def _read(path: Path, content: bytes) -> nn.Module:
    try:
        if path.suffix == SAFETENSORS:
            return read_safetensors(content)
        if path.suffix == TORCHSCRIPT:
            return torch.jit.load(io.BytesIO(content), map_location="cpu")  # type: ignore[no-untyped-call,no-any-return]
    except (ValueError, RuntimeError) as error:
        raise ValueError(f"the file {str(path)!r}: {error}") from error
    raise ValueError(f"the file {str(path)!r}: expected {SAFETENSORS} or TorchScript {TORCHSCRIPT}")


@lru_cache(maxsize=MODULES_KEPT)
def measured_geometry(file: str, digest: str, scale: int, margin: int) -> Geometry:
    """What the module does to two small images' sizes.

    Raises ValueError unless it divides both by the scale, border pixels apart.
    """
    module = load_module(file, digest, "cpu")
    excesses = {_excess(module, file, side, scale, margin) for side in PROBES}
    if len(excesses) != 1:
        raise ValueError(
            f"the file {file!r}: the output does not grow by one pixel for {scale} of the input; the record "
            f"says scale {scale}"
        )
    return Geometry(scale, margin, excesses.pop())


def _excess(module: nn.Module, file: str, side: int, scale: int, margin: int) -> int:
    extent = side * scale + 2 * margin
    out = _tried(module, file, extent)
    beyond = out.shape[-1] - side
    if out.shape[-2] != out.shape[-1] or beyond < 0 or beyond % 2:
        raise ValueError(
            f"the file {file!r} makes {tuple(out.shape[2:])} from {extent}x{extent} pixels, where a scale "
            f"of {scale} with a margin of {margin} px needs {side}x{side} and as much more on either side; "
            "check both"
        )
    return beyond // 2


def _tried(module: nn.Module, file: str, extent: int) -> torch.Tensor:
    said = ""
    for channels in CHANNELS_TRIED:
        try:
            out = run_module(module, torch.full((1, channels, extent, extent), 0.5))
        except (RuntimeError, ValueError) as error:
            said = said or str(error).strip().splitlines()[-1]
            continue
        if out.ndim != 4 or out.shape[:2] != (1, channels) or not torch.isfinite(out).all():
            raise ValueError(
                f"the file {file!r} makes {tuple(out.shape)} from (1, {channels}, {extent}, {extent}); "
                "expected finite values and as many channels"
            )
        return out
    raise ValueError(f"the file {file!r} fails on {extent}x{extent} pixels of grey: {said}")


def downsampled(module: nn.Module, image: torch.Tensor, geometry: Geometry) -> torch.Tensor:
    """One image 1 c h w, made 1/scale as large, sides rounded up; float32, gradients pass to it.

    The image is first mirrored (reflect101) to whole multiples of the scale and by the margin.
    """
    scale, margin, excess = geometry.scale, geometry.margin, geometry.excess
    padded = image
    for axis in (2, 3):
        length = torch.full((1,), image.shape[axis], device=image.device)
        side = -(-image.shape[axis] // scale) * scale
        padded = extend(padded, axis, margin, length, "reflect101", side)
    out = run_module(module, padded)
    return out[..., excess : out.shape[2] - excess, excess : out.shape[3] - excess].float()


def run_module(module: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """The module's answer, by the same arithmetic in the first call and in any later one."""
    with _repeatable(images.device):
        out: torch.Tensor = module(images)
    return out


@contextmanager
def _repeatable(device: torch.device) -> Iterator[None]:
    """Keeps TorchScript from fusing after its first calls, and cuDNN from choosing by a race or by TF32.

    The first switch is the thread's own. cuDNN's are the process's: they are put back, and the lock keeps two
    threads from putting back each other's.
    """
    with ExitStack() as held:
        held.enter_context(torch.jit.optimized_execution(False))  # type: ignore[attr-defined]
        if device.type == "cuda":
            held.enter_context(_CUDNN)
            held.enter_context(
                torch.backends.cudnn.flags(
                    enabled=True, benchmark=False, deterministic=True, allow_tf32=False
                )
            )
        yield
