"""`realsr models`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from realsr.cli.reporting import OK
from realsr.cli.terminal import tell
from realsr.cli.trusted import trusted
from realsr.files.errors import RequestError, advising
from realsr.files.whole import write_whole
from realsr.inference.loading import load
from realsr.inference.mixing import interpolated, loaded
from realsr.inference.onnx_export import onnx_bytes
from realsr.inference.upscaler import Upscaler
from realsr.models.cards import model_bytes
from realsr.models.table import parameter_count


def run_show(name: str, scale: int | None, allowed: Sequence[str]) -> int:
    """A model with what is known of it."""
    for line in _of_model(load(name, scale=scale, trust=trusted(allowed, [name]))):
        tell(line)
    return OK


@advising("no model was written: make room there, or give another --out")
def run_interpolate(
    first: Path, second: Path, *, alpha: float, out: Path, scale: int | None
) -> int:
    """Mixes two files into a new one."""
    _refuse_existing(out, ".safetensors")
    network, card = interpolated(first, second, alpha, scale)
    write_whole(out, model_bytes(network, card))
    tell(f"{out}: {1 - alpha:g} {first.stem} + {alpha:g} {second.stem}")
    return OK


@advising("make room there, or name a file on another disk, and run the same command again")
def run_export(
    model: Path, *, onnx: Path | None, safetensors: Path | None, scale: int | None
) -> int:
    """Writes a model in the forms asked for."""
    if onnx is None and safetensors is None:
        raise RequestError("nothing to write; give --onnx FILE, --safetensors FILE or both")
    _refuse_existing(onnx, ".onnx")
    _refuse_existing(safetensors, ".safetensors")
    network, card = loaded(model, scale)
    if safetensors is not None:
        write_whole(safetensors, model_bytes(network, card))
        tell(f"{safetensors}: {card.architecture} x{card.scale} with its card")
    if onnx is not None:
        graph, difference = onnx_bytes(network, card)
        write_whole(onnx, graph)
        tell(
            f"{onnx}: {card.architecture} x{card.scale}, any size; differs from torch by {difference:.1e} on "
            "another size"
        )
    return OK


def _of_model(upscaler: Upscaler) -> Iterator[str]:
    one = "grey alone" if upscaler.sees == "grey" else "luma alone"
    sees = one if upscaler.channels == 1 else "RGB"
    yield f"{upscaler.name}: x{upscaler.scale}, sees {sees}"
    for name, value in vars(upscaler.metadata).items():
        yield f"  {name.replace('_', ' ')}: {'unknown' if value is None else value}"
    if upscaler.module is not None:
        yield f"  parameters: {parameter_count(upscaler.module):,}"
    sight = upscaler.sight
    yield (
        f"  {sight}"
        if isinstance(sight, str)
        else f"  looks {sight.reach} LR pixels around a block of {sight.grid}"
    )


def _refuse_existing(path: Path | None, suffix: str) -> None:
    if path is None:
        return
    if path.suffix != suffix:
        raise RequestError(f"{path} does not end in {suffix}")
    if path.exists():
        raise RequestError(f"{path} is there already; name a new file")
    if not path.parent.is_dir():
        raise RequestError(f"{path.parent} is no directory; make it first")
