"""Key dialects: other people's checkpoints as plain state dicts with our keys. Pure functions.

A checkpoint may be a training state, a wrapper or a bare state dict; keys may carry the prefix of the module
that held the network; ESRGAN's generator has had three sets of names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from realsr.models.carn_weights import from_authors
from realsr.models.errors import ModelError

StateDict = dict[str, Tensor]

WRAPPERS = (
    *("params_ema", "params-ema", "model_state_dict", "state_dict", "params", "model", "net"),
    *("generator_ema", "generator", "ema_model", "net_g"),
)
"""Keys under which training code stores a state dict; averaged weights before raw ones."""

PREFIXES = (
    *("module.", "_orig_mod.", "generator_ema.", "ema_model.", "generator."),
    *("netG.", "net_g.", "model."),
)
"""Prefixes of the modules that hold a network; averaged weights before raw ones."""


def state_dict_of(checkpoint: Mapping[str, Any]) -> StateDict:
    """The tensors of a checkpoint under bare keys: wrappers opened, prefixes taken off, EMA preferred.

    Raises ModelError where no tensors are found.
    """
    try:
        opened = _opened(checkpoint)
    except RecursionError as error:
        raise ModelError("this checkpoint holds itself; expected a state dict") from error
    state = {key: value for key, value in opened.items() if isinstance(value, Tensor)}
    if not state:
        raise ModelError(
            f"no weights in this checkpoint: its keys are {', '.join(map(repr, list(checkpoint)[:8]))}; "
            f"expected a state dict, or one under {', '.join(WRAPPERS)}"
        )
    return _bare(state)


def _opened(checkpoint: Mapping[str, Any]) -> Mapping[str, Any]:
    for wrapper in WRAPPERS:
        if isinstance(checkpoint.get(wrapper), Mapping):
            return _opened(checkpoint[wrapper])
    values = list(checkpoint.values())
    if len(values) == 1 and isinstance(values[0], Mapping):
        return _opened(values[0])
    return checkpoint


def _bare(state: StateDict) -> StateDict:
    for prefix in PREFIXES:
        inner = {
            key.removeprefix(prefix): value
            for key, value in state.items()
            if key.startswith(prefix)
        }
        if inner and not _is_sequence(inner):
            return _bare(inner)
    return state


def _is_sequence(state: StateDict) -> bool:
    """Keys that are numbers belong to the network: 2018's ESRGAN is one sequence named `model`."""
    return all(key[:1].isdigit() for key in state)


_ESRGAN_2018 = (
    (r"model\.0\.(\w+)", r"conv_first.\1"),
    (r"model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\.(\w+)", r"body.\1.rdb\2.conv\3.\4"),
    (r"model\.1\.sub\.\d+\.(\w+)", r"conv_body.\1"),
    (r"model\.3\.(\w+)", r"conv_up1.\1"),
    (r"model\.6\.(\w+)", r"conv_up2.\1"),
    (r"model\.8\.(\w+)", r"conv_hr.\1"),
    (r"model\.10\.(\w+)", r"conv_last.\1"),
)
_ESRGAN_TRUNK = (
    (r"RRDB_trunk\.(\d+)\.RDB(\d)\.conv(\d)\.(\w+)", r"body.\1.rdb\2.conv\3.\4"),
    (r"trunk_conv\.(\w+)", r"conv_body.\1"),
    (r"upconv(\d)\.(\w+)", r"conv_up\1.\2"),
    (r"HRconv\.(\w+)", r"conv_hr.\1"),
)
"""Their key, ours. 2018: the x4 network of the first release; trunk: the form that BSRGAN and RealSR kept."""


def esrgan_keys(state: Mapping[str, Tensor]) -> StateDict:
    """Any dialect of ESRGAN's generator in RRDBNet's keys; a state dict of another network is left as it is."""
    if "model.1.sub.0.RDB1.conv1.0.weight" in state:
        return _renamed(state, _ESRGAN_2018)
    if any(key.startswith("RRDB_trunk.") for key in state):
        return _renamed(state, _ESRGAN_TRUNK)
    return dict(state)


_SPECTRAL = (
    (r"(.*)\.weight_orig", r"\1.parametrizations.weight.original"),
    (r"(.*)\.weight_([uv])", r"\1.parametrizations.weight.0._\2"),
)
"""torch's older spectral norm, its newer one."""


def spectral_keys(state: Mapping[str, Tensor]) -> StateDict:
    """A discriminator saved with the hook `torch.nn.utils.spectral_norm`, as its parametrisation names it."""
    return _renamed(state, _SPECTRAL)


def carn_keys(state: Mapping[str, Tensor]) -> StateDict:
    """The multi-scale CARN or CARN-M of its authors; a state dict of another network is left as it is."""
    if {"c1.body.0.weight", "upsample.up2.body.0.weight"} <= state.keys():
        return from_authors(state)
    return dict(state)


DIALECTS: tuple[Callable[[Mapping[str, Tensor]], StateDict], ...] = (
    *(esrgan_keys, spectral_keys),
    carn_keys,
)
"""Renamings; each leaves alone the keys that are not its own."""


def understood(checkpoint: Mapping[str, Any]) -> StateDict:
    """A checkpoint in our keys, by everything above."""
    state = state_dict_of(checkpoint)
    for dialect in DIALECTS:
        state = dialect(state)
    return state


def _renamed(state: Mapping[str, Tensor], rules: tuple[tuple[str, str], ...]) -> StateDict:
    return {_first_match(key, rules): value for key, value in state.items()}


def _first_match(key: str, rules: tuple[tuple[str, str], ...]) -> str:
    for pattern, name in rules:
        if re.fullmatch(pattern, key):
            return re.sub(pattern, name, key)
    return key
