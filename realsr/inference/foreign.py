"""Models that are no network of ours: Python functions, TorchScript and ONNX."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from degrade.errors import MissingExtraError
from realsr.files.archives import DamagedArchiveError, parts_of
from realsr.inference.errors import InferenceError
from realsr.inference.probing import probed
from realsr.inference.upscaler import Metadata, OneChannel, Upscaler
from realsr.interop.onnx_files import external_files
from realsr.models.cards import CARD, ModelCard, parsed_card

_ONNX_TYPES = {
    "tensor(float)": torch.float32,
    "tensor(float16)": torch.float16,
    "tensor(double)": torch.float64,
}
"""What an ONNX graph may take, and the torch type that is it."""


def from_function(text: str, device: torch.device) -> Upscaler:
    """`module:function`, imported and so run: b c h w on the device -> b c s*h s*w. It may say `scale`,
    `channels` and `colour` (of one channel: `y` for studio luma, else grey) as attributes; the first two are
    asked of it otherwise. Raises InferenceError.
    """
    module, _, name = text.partition(":")
    try:
        function = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise InferenceError(
            f"no function {text} ({error}); expected module:function of an importable module (PYTHONPATH)"
        ) from error
    channels, scale = getattr(function, "channels", None), getattr(function, "scale", None)
    if channels is None or scale is None:
        channels, scale = probed(function, text, channels, device)
    sees = _one_channel(getattr(function, "colour", None))
    return Upscaler(function, scale, channels, name=text, device=device, sees=sees)


def is_torchscript(path: Path) -> bool:
    """Whether a file is an archive of TorchScript rather than of weights."""
    try:
        return any("/code/" in part.filename for part in parts_of(path))
    except DamagedArchiveError:  # who reads it as weights says what is wrong with it
        return False


def from_torchscript(path: Path, content: bytes, device: torch.device) -> Upscaler:
    """A scripted or traced network, from the file's bytes. Its scale and channels are asked of it, in the
    precision of its weights; its one channel is grey unless its attribute `colour` is `y`.

    Raises InferenceError.
    """
    try:
        module: nn.Module = torch.jit.load(io.BytesIO(content), map_location=device)  # type: ignore[no-untyped-call]
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[0]
        raise InferenceError(f"{path}: no TorchScript that this torch reads: {reason}") from error
    module.eval()
    dtype = _precision(module)
    channels, scale = probed(module, path.name, None, device, dtype)
    return Upscaler(
        module,
        scale,
        channels,
        name=path.stem,
        device=device,
        module=module,
        sees=_one_channel(getattr(module, "colour", None)),
        dtype=dtype,
    )


def from_onnx(path: Path, device: torch.device) -> Upscaler:
    """An ONNX graph with one input b c h w of any size, by ONNX Runtime; our card is read where it has one.

    Raises MissingExtraError, and InferenceError for a graph of a fixed size or one that cannot be read.
    """
    session = _session(path, device)
    (first, *more) = session.get_inputs()
    if more or len(first.shape) != 4 or any(isinstance(side, int) for side in first.shape[2:]):
        shapes = ", ".join(f"{each.name} {each.shape}" for each in (first, *more))
        raise InferenceError(
            f"{path}: its input is {shapes}; expected one b c h w with free h and w: export it so"
        )
    dtype = _ONNX_TYPES.get(first.type)
    if dtype is None:
        raise InferenceError(
            f"{path}: its input is {first.type}; expected a tensor of float, float16 or double in [0, 1]"
        )
    run = _runner(session, first.name)
    given = first.shape[1] if isinstance(first.shape[1], int) else None
    channels, scale = probed(run, path.name, given, dtype=dtype)
    text = session.get_modelmeta().custom_metadata_map.get(CARD)
    card = None if text is None else parsed_card(text, path)
    return Upscaler(
        run,
        scale,
        channels,
        name=path.stem,
        metadata=Metadata() if card is None else metadata_of(card),
        sees="grey" if card is None else seen_by(card),
        dtype=dtype,
    )


def metadata_of(card: ModelCard) -> Metadata:
    """The parts of a card that reports show."""
    return Metadata(
        card.trained_on, card.objective, card.seed, card.steps, card.architecture, card.ema
    )


def seen_by(card: ModelCard) -> OneChannel:
    """What a network of one channel sees."""
    return _one_channel(card.colour)


def _one_channel(colour: object) -> OneChannel:
    return "studio_luma" if colour == "y" else "grey"


def _precision(module: nn.Module) -> torch.dtype:
    """Of the first of its weights that are no whole numbers."""
    for weight in (*module.parameters(), *module.buffers()):
        if weight.is_floating_point():
            return weight.dtype
    return torch.float32


def _runner(session: Any, name: str) -> Callable[[Tensor], Tensor]:
    def run(images: Tensor) -> Tensor:
        (result, *_) = session.run(None, {name: images.contiguous().cpu().numpy()})
        return torch.from_numpy(result)

    return run


def _session(path: Path, device: torch.device) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtraError("running ONNX models", "onnx") from error
    external_files(path)  # ONNX Runtime opens whatever the graph names
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 4  # what it logs below that, it raises too, and not as it stands
    kinds = {"cuda": ["CUDAExecutionProvider"]}.get(device.type, [])
    there = [kind for kind in kinds if kind in onnxruntime.get_available_providers()]
    try:
        return onnxruntime.InferenceSession(
            path,
            options,
            providers=[*there, "CPUExecutionProvider"],
            enable_fallback=bool(there),  # it prints, and there is nothing else to try on the CPU
        )
    except Exception as error:  # its exceptions share no base class but this
        raise InferenceError(f"{path}: no ONNX graph that can be run: {error}") from error
