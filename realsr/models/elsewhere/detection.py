"""What spandrel makes of a state dict: which network with which arguments, and whether that is still ours."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from degrade.errors import MissingExtraError
from realsr.models.elsewhere.entries import ENTRIES
from realsr.models.elsewhere.entry import SpandrelEntry
from realsr.models.elsewhere.network import SpandrelNetwork
from realsr.models.elsewhere.record import offered, signature
from realsr.models.elsewhere.refused import OURS, REASONS
from realsr.models.elsewhere.rows import PREFIX, class_of
from realsr.models.errors import ModelError

_SIDE = 16
"""Least sides in LR pixels of the picture by which two networks are compared."""

_RENAMED: Mapping[str, Mapping[str, str]] = {
    "ESRGAN": {"num_filters": "features", "num_blocks": "blocks"},
    "Compact": {"num_feat": "features", "num_conv": "convolutions", "act_type": "activation"},
    "RCAN": {
        "n_resgroups": "groups",
        "n_resblocks": "blocks",
        "n_feats": "features",
        "reduction": "reduction",
    },
}
"""Of networks that are ours too: spandrel's arguments and our names for them."""


class Detected(NamedTuple):
    """A row's name, and the arguments that a state dict was saved with, `scale` and `channels` among them."""

    name: str
    arguments: dict[str, Any]


def detected(state: Mapping[str, Any], where: str) -> Detected | None:
    """The network of a state dict in spandrel's keys; None where spandrel knows none.

    Raises ModelError for one that does not train here, MissingExtraError without spandrel.
    """
    found = described(state)
    if found is None:
        return None
    kind = str(found.architecture.id)
    model = found.model
    told: dict[str, Any] = getattr(model, "hyperparameters", {})
    sides = {"scale": int(found.scale), "channels": int(found.output_channels)}
    if kind.casefold() in OURS:
        renamed = {ours: told[theirs] for theirs, ours in _RENAMED[kind].items() if theirs in told}
        return Detected(OURS[kind.casefold()], {**sides, **renamed})
    entry = _entry(type(model), sides["scale"])
    if entry is None:
        reason = REASONS.get(kind.casefold(), "none of its kind is trained here")
        raise ModelError(f"{where} is a {found.architecture.name}: {reason}")
    return Detected(PREFIX + entry.name, {**sides, **_told(entry, type(model), told)})


def check_read_back(network: SpandrelNetwork, name: str) -> None:
    """Raises ModelError unless spandrel reads the network's state dict as the very same function.

    So a file that is saved opens wherever spandrel opens files, with the results that were trained.
    """
    found = described(network.state_dict())
    if found is None:
        raise ModelError(f"{name}: spandrel does not recognise a file of these arguments")
    theirs: nn.Module = found.model
    if type(theirs) is not type(network).__mro__[2]:
        raise ModelError(
            f"{name}: spandrel takes a file of these arguments for {found.architecture.name}"
        )
    if not _alike(network, found):
        raise ModelError(
            f"{name}: spandrel cannot tell all of these arguments from a file, and would read "
            f"{_differing(network, theirs)}: give what it reads"
        )


def described(state: Mapping[str, Any]) -> Any:
    """spandrel's descriptor of a state dict; None where it knows no such network.

    Raises ModelError where it knows one and the file is none. MissingExtraError without spandrel.
    """
    try:
        import spandrel
    except ImportError as error:
        raise MissingExtraError("reading other people's architectures", "interop") from error
    content = spandrel.canonicalize_state_dict(dict(state))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return spandrel.ModelLoader().load_from_state_dict(dict(content))
    except spandrel.UnsupportedModelError:
        return None
    except Exception as error:  # what reading a shape that is not there raises
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"spandrel knows this network by its keys and cannot read it: {reason}"
        ) from error


def _entry(theirs: type[nn.Module], scale: int) -> SpandrelEntry | None:
    fitting = (entry for entry in ENTRIES if scale in entry.scales)
    return next((entry for entry in fitting if class_of(entry, scale) is theirs), None)


def _told(entry: SpandrelEntry, theirs: type[nn.Module], told: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from our defaults."""
    return {
        name: _plain(told[name])
        for name, default in offered(entry, theirs).items()
        if name in told and _plain(told[name]) != _plain(default)
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value


def _alike(network: SpandrelNetwork, found: Any) -> bool:
    rules = network.rules
    side = max(_SIDE, rules.minimum)
    side += -side % rules.multiple_of
    picture = torch.rand(
        1, found.input_channels, side, side, generator=torch.Generator().manual_seed(0)
    )
    device = next(network.parameters()).device
    was = network.training
    try:
        with torch.no_grad():
            ours: Tensor = network.eval()(picture.to(device)).cpu().clamp(0, 1)
    finally:
        network.train(was)
    return torch.allclose(ours, found(picture), atol=1e-5)


def _differing(network: nn.Module, theirs: nn.Module) -> str:
    """The arguments that both have and that are not the same."""
    ours: dict[str, Any] = getattr(network, "hyperparameters", {})
    read: dict[str, Any] = getattr(theirs, "hyperparameters", {})
    known = signature(type(theirs))
    said = [
        f"{name} {_plain(read[name])} in place of {_plain(value)}"
        for name, value in ours.items()
        if name in known and name in read and _plain(read[name]) != _plain(value)
    ]
    return ", ".join(said) or "another network"
