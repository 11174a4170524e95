"""Optimisers with groups of parameters by name, and the clipping of their gradients."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer

from realsr.training.config_steps import ClipConfig, GroupConfig, OptimiserConfig
from realsr.training.errors import TrainingError


def optimiser_for(network: nn.Module, config: OptimiserConfig) -> Optimizer:
    """Every parameter in the first group whose pattern is found in its name, the rest in a last one.

    Each group keeps its `base_lr`, which a schedule multiplies. Raises TrainingError for a pattern that is
    found in no name: a rate meant for a layer would silently go nowhere.
    """
    groups = [group for group in _grouped(network, config) if group["params"]]
    match config.name:
        case "adam":
            return Adam(groups, lr=config.lr, betas=config.betas)
        case "adamw":
            return AdamW(groups, lr=config.lr, betas=config.betas)
        case "sgd":
            return SGD(groups, lr=config.lr, momentum=config.momentum)


def _grouped(network: nn.Module, config: OptimiserConfig) -> list[dict[str, Any]]:
    members: list[list[nn.Parameter]] = [[] for _ in range(len(config.groups) + 1)]
    names = [name for name, parameter in network.named_parameters() if parameter.requires_grad]
    for group in config.groups:
        if not any(re.search(group.match, name) for name in names):
            raise TrainingError(
                f"optimiser.groups: {group.match!r} is found in no parameter's name; there are "
                f"{', '.join(names[:8])}{', ...' if len(names) > 8 else ''}"
            )
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            members[_group_of(name, config.groups)].append(parameter)
    rest = GroupConfig(match="")
    return [
        _group(each, group, config)
        for each, group in zip(members, (*config.groups, rest), strict=True)
    ]


def _group_of(name: str, groups: Sequence[GroupConfig]) -> int:
    found = (index for index, group in enumerate(groups) if re.search(group.match, name))
    return next(found, len(groups))


def _group(
    parameters: list[nn.Parameter], group: GroupConfig, config: OptimiserConfig
) -> dict[str, Any]:
    rate = config.lr * group.lr_scale
    decay = config.weight_decay if group.weight_decay is None else group.weight_decay
    return {"params": parameters, "lr": rate, "base_lr": rate, "weight_decay": decay}


def load_optimiser(optimiser: Optimizer, found: dict[str, Any]) -> None:
    """Fills an optimiser with what a stored one has gathered; its settings stay those it was made with."""
    kept = [
        {name: value for name, value in group.items() if name != "params"}
        for group in optimiser.param_groups
    ]
    optimiser.load_state_dict(found)
    for group, settings in zip(optimiser.param_groups, kept, strict=True):
        group.update(settings | {"lr": group["lr"]})


def set_rates(optimiser: Optimizer, factor: float) -> None:
    """Every group's rate to `factor` times what it began with."""
    for group in optimiser.param_groups:
        group["lr"] = group["base_lr"] * factor


def parameters_of(optimiser: Optimizer) -> list[Tensor]:
    """All parameters that an optimiser moves."""
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]


def clip(optimiser: Optimizer, config: ClipConfig | None) -> None:
    """Bounds the gradients in place."""
    if config is None:
        return
    if config.norm is not None:
        nn.utils.clip_grad_norm_(parameters_of(optimiser), config.norm)
    for group in optimiser.param_groups:
        bound = config.value if config.by_rate is None else _over(config.by_rate, group["lr"])
        if bound is not None:
            nn.utils.clip_grad_value_(group["params"], bound)


def _over(theta: float, rate: float) -> float | None:
    return theta / rate if rate else None


def gradients(parameters: Iterable[Tensor]) -> list[Tensor]:
    """The gradients that there are."""
    return [parameter.grad for parameter in parameters if parameter.grad is not None]


def gradient_norm(parameters: Iterable[Tensor]) -> Tensor:
    """Length of all gradients together, a scalar on their device; 0 without any."""
    found = gradients(parameters)
    if not found:
        return torch.zeros(())
    norms = torch._foreach_norm(found)
    length: Tensor = torch.linalg.vector_norm(torch.stack([norm.float() for norm in norms]))
    return length
