"""Any model by a name or a file: `load`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from degrade.reader.near import meant
from degrade.trust import NOTHING, Code, Trust, torchscript
from realsr.inference.errors import InferenceError
from realsr.inference.foreign import (
    from_function,
    from_onnx,
    from_torchscript,
    is_torchscript,
    metadata_of,
    seen_by,
)
from realsr.inference.interpolation import INTERPOLATIONS, interpolation
from realsr.inference.sizes import SizeRules, sides_of
from realsr.inference.upscaler import Metadata, OneChannel, Upscaler
from realsr.interop.spandrel_models import described
from realsr.models.bounds import built_within
from realsr.models.cards import ModelCard, read_card
from realsr.models.checkpoints import load_weights, read_checkpoint
from realsr.models.dialects import understood
from realsr.models.recognition import recognised
from realsr.models.table import build
from realsr.rows import NO_ROWS, Rows

_OTHERS = {
    ".pb": ("a TensorFlow graph", "convert it to ONNX (tf2onnx)"),
    ".tflite": ("a TensorFlow Lite model", "convert it to ONNX (tf2onnx)"),
    ".h5": ("a Keras model", "convert it to ONNX (tf2onnx)"),
    ".keras": ("a Keras model", "convert it to ONNX (tf2onnx)"),
    ".mlmodel": ("a Core ML model", "export the network that it was made from to ONNX"),
    ".param": ("an ncnn model", "take the network that it was converted from"),
}
"""Models of other frameworks by suffix: what they are, and the way to one that runs."""

_FUNCTION = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


def load(
    model: str | Path,
    *,
    scale: int | None = None,
    device: str | torch.device = "cpu",
    trust: Trust | Iterable[str] = NOTHING,
    rows: Rows = NO_ROWS,
) -> Upscaler:
    """A model behind the one contract.

    model: an interpolation (`bicubic`, `lanczos`, ...); a file of ours (safetensors with a card); a state dict
    of our architectures at their default arguments, in any known dialect; a file that spandrel reads;
    TorchScript; ONNX; or `module:function`, which is imported. scale: for what has several; of an
    interpolation 4 unless told. trust: what may run code, a TorchScript file by its SHA-256 and a module by its
    name; nothing unless told. rows: a caller's own, whose networks a file of ours may be of.
    Raises UntrustedCodeError for code that `trust` does not name, ModelError or InferenceError saying what was
    expected, MissingExtraError naming the extra.
    """
    text, device, trust = str(model), torch.device(device), Trust.of(trust)
    if text in INTERPOLATIONS:
        return interpolation(text, 4 if scale is None else scale)
    path = Path(text)
    if _FUNCTION.fullmatch(text) and not path.exists():
        trust.check(function_code(text))
        return _checked(from_function(text, device), scale)
    if not path.is_file():
        raise InferenceError(_unknown(text, rows))
    return _checked(_from_file(path, scale, device, trust, rows), scale)


def function_code(text: str) -> Code:
    """What `module:function` runs: its module, by the name that allows it."""
    return Code("a Python function, whose module is imported", text, text.partition(":")[0])


def _from_file(
    path: Path, scale: int | None, device: torch.device, trust: Trust, rows: Rows
) -> Upscaler:
    if path.suffix.lower() == ".onnx":
        return from_onnx(path, device)
    if path.suffix.lower() in _OTHERS:
        what, advice = _OTHERS[path.suffix.lower()]
        raise InferenceError(
            f"{path} is {what}, which nothing here runs; {advice} and give that file"
        )
    if path.suffix.lower() != ".safetensors" and is_torchscript(path):
        return _from_torchscript(path, device, trust)
    card = read_card(path)
    if card is not None:
        return _from_card(path, card, scale, device, rows)
    return _from_state(path, scale, device, rows)


def _from_torchscript(path: Path, device: torch.device, trust: Trust) -> Upscaler:
    """The bytes that were allowed are the bytes that run: the file is read once."""
    content = path.read_bytes()
    trust.check(torchscript(path, hashlib.sha256(content).hexdigest()))
    return from_torchscript(path, content, device)


def _from_card(
    path: Path, card: ModelCard, scale: int | None, device: torch.device, rows: Rows
) -> Upscaler:
    network = built_within(
        lambda: card.built(scale, rows.architectures), path.stat().st_size, str(path)
    )
    load_weights(network, path)
    channels = int(card.arguments.get("channels", 1 if card.colour == "y" else 3))
    factor = card.scale if scale is None else scale
    sizes = sides_of(network)
    return _of_module(
        network, factor, channels, path, metadata_of(card), device, sizes, sees=seen_by(card)
    )


def _from_state(path: Path, scale: int | None, device: torch.device, rows: Rows) -> Upscaler:
    content = read_checkpoint(path)
    state = understood(content)
    fit = recognised(state, scale, str(path), rows.architectures.values())
    if fit is None:
        return _from_spandrel(path, dict(content), device)
    network = build(fit.row, **fit.arguments)
    load_weights(network, state)
    known = Metadata(architecture=fit.architecture)
    return _of_module(network, fit.scale, int(fit.arguments["channels"]), path, known, device)


def _from_spandrel(path: Path, state: dict[str, Any], device: torch.device) -> Upscaler:
    found = described(state)
    if found is None:
        raise InferenceError(
            f"{path}: weights of no network that is known here, ours (at default arguments) or spandrel's; "
            "expected a model file with a card, or give module:function that builds it"
        )
    known = Metadata(architecture=found.architecture.name)
    rules = found.size_requirements
    sizes = SizeRules(max(1, rules.minimum), rules.multiple_of, rules.square)
    module: nn.Module = found.model
    if _takes_any(module, found.input_channels, found.scale, sizes):
        sizes = SizeRules(sizes.minimum)
    # What spandrel knows with one channel was trained on grey pictures, not on luma.
    return _of_module(
        module, found.scale, found.input_channels, path, known, device, sizes, sees="grey"
    )


def _takes_any(module: nn.Module, channels: int, scale: int, sizes: SizeRules) -> bool:
    """Whether a network deals with odd sizes by itself: it is asked, and then left to its own way.

    CRAFT does, and loses 0.03 dB on Set5 where it is padded from outside.
    """
    if sizes.square:
        return False
    side = sizes.fitting(1, 1)[0] + 1
    try:
        with torch.no_grad():
            result: Tensor = module.eval()(torch.full((1, channels, side, side + 1), 0.5))
    except RuntimeError:
        return False
    return tuple(result.shape[2:]) == (scale * side, scale * (side + 1))


def _of_module(
    module: nn.Module,
    scale: int,
    channels: int,
    path: Path,
    metadata: Metadata,
    device: torch.device,
    sizes: SizeRules = SizeRules(),  # noqa: B008  frozen
    sees: OneChannel = "studio_luma",
) -> Upscaler:
    module = module.eval().to(device)
    return Upscaler(module, scale, channels, path.stem, metadata, sizes, device, module, sees)


def _checked(upscaler: Upscaler, scale: int | None) -> Upscaler:
    if scale not in (None, upscaler.scale):
        raise InferenceError(
            f"{upscaler.name} enlarges by {upscaler.scale}; asked was {scale}: leave --scale out"
        )
    return upscaler


def _unknown(text: str, rows: Rows) -> str:
    path = Path(text)
    if path.exists():
        return f"{text} is no file; expected a model's file, say {path / 'model.safetensors'}"
    if text in rows.architectures:
        return f"{text!r} is an architecture; expected a trained network of it, that is its file of weights"
    if path.suffix or path.parent != Path():
        return f"no model {text!r}: there is no such file"
    names = [*INTERPOLATIONS, *rows.architectures]
    return (
        f"no model {text!r}{meant(text, names)}; expected a file of weights (ours, or any that spandrel "
        "reads), ONNX or TorchScript, module:function, or an interpolation such as bicubic"
    )
