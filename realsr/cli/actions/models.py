"""`realsr models`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from torch import nn

from degrade.reader.near import meant
from realsr.cli.reporting import OK
from realsr.cli.terminal import hint, tell
from realsr.cli.trusted import own_rows
from realsr.files.errors import RequestError, advising
from realsr.files.whole import write_whole
from realsr.inference.interpolation import INTERPOLATIONS
from realsr.inference.loading import load
from realsr.inference.mixing import interpolated, loaded
from realsr.inference.onnx_export import channels_of, onnx_bytes
from realsr.inference.upscaler import Upscaler
from realsr.models.cards import ModelCard, model_bytes, pth_bytes
from realsr.models.elsewhere.rows import NAMES, PREFIX
from realsr.models.table import parameter_count
from realsr.rows import Rows, read_rows


def run_show(name: str, scale: int | None, allowed: Sequence[str], rows: Sequence[Path]) -> int:
    """A model with what is known of it."""
    if name.isidentifier() and name not in INTERPOLATIONS and not Path(name).exists():
        raise RequestError(_no_name(name, read_rows(rows)))
    own = own_rows(rows, allowed, [name])
    for line in _of_model(load(name, scale=scale, trust=own.trust, rows=own)):
        tell(line)
    return OK


@advising("no model was written: make room there, or give another --out")
def run_interpolate(
    first: Path, second: Path, *, alpha: float, out: Path, scale: int | None, rows: Sequence[Path]
) -> int:
    """Mixes two files into a new one."""
    _refuse_existing(out, ".safetensors")
    network, card = interpolated(first, second, alpha, scale, read_rows(rows).architectures)
    write_whole(out, model_bytes(network, card))
    tell(f"{out}: {1 - alpha:g} {first.stem} + {alpha:g} {second.stem}")
    return OK


@advising("make room there, or name a file on another disk")
def run_export(
    model: Path,
    *,
    onnx: Path | None,
    safetensors: Path | None,
    pth: Path | None,
    scale: int | None,
    rows: Sequence[Path],
) -> int:
    """Writes a model in the forms asked for, all of which are made before the first is written."""
    if (onnx, safetensors, pth) == (None, None, None):
        raise RequestError("nothing to write; give --onnx FILE, --safetensors FILE or --pth FILE")
    _refuse_existing(onnx, ".onnx")
    _refuse_existing(safetensors, ".safetensors")
    _refuse_existing(pth, ".pth")
    network, card = loaded(model, scale, read_rows(rows).architectures)
    kind = f"{card.architecture} x{card.scale}"
    made: list[tuple[Path, bytes, str]] = []
    if safetensors is not None:
        made.append((safetensors, model_bytes(network, card), f"{kind} with its card"))
    if pth is not None:
        made.append((pth, pth_bytes(network), f"{kind}, weights alone under `params`"))
    if onnx is not None:
        made.append((onnx, *_graph(network, card, kind)))
    for path, content, said in made:
        write_whole(path, content)
        tell(f"{path}: {said}")
    return OK


def _graph(network: nn.Module, card: ModelCard, kind: str) -> tuple[bytes, str]:
    """The ONNX graph, and what is said of it."""
    hint(f"exporting {kind} to ONNX on the CPU, which takes some seconds")
    graph, difference = onnx_bytes(network, card)
    takes = "1 channel (luma)" if channels_of(card) == 1 else "3 channels (RGB)"
    close = f"differs from torch by {difference:.1e} on another size"
    return graph, f"{kind}, any batch, height and width, {takes} in [0, 1]; {close}"


def _no_name(name: str, own: Rows) -> str:
    near = meant(name, [*own.architectures, *INTERPOLATIONS])
    if f"{PREFIX}{name.casefold()}" in NAMES:
        near = f"; did you mean '{PREFIX}{name.casefold()}'?"
    return (
        f"no architecture of this name here: {name!r}{near}; `realsr models list` has all of them, and a "
        "trained network of any kind that `upscale` takes is shown from its file"
    )


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
