"""A network of a card, bounded before it is built: whoever wrote the card chose its arguments."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as registration
from torch.overrides import TorchFunctionMode

from realsr.models.errors import ModelError

SLACK = 2**16
"""Numbers that a network may have beyond its file's bytes, such as constants that it computes itself."""


def built_within(build: Callable[[], nn.Module], size: int, where: str) -> nn.Module:
    """What `build` makes, whose weights stand in a file of `size` bytes.

    It is made without memory first. Raises ModelError as soon as it has more numbers than the file has bytes.
    """
    reason = f"{where}: its card asks for a network larger than the file"
    with _counting(size + SLACK, reason), torch.device("meta"), _NumbersOfLines():
        build()
    return build()


class _NumbersOfLines(TorchFunctionMode):
    """Lets a network read plain numbers of a line while it is made, as transformers do for their rates of drop
    path: nothing can be read where there is no memory."""

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        if func is torch.linspace:
            kwargs["device"] = "cpu"
        return func(*args, **kwargs)


@contextmanager
def _counting(most: int, reason: str) -> Iterator[None]:
    met: dict[int, nn.Parameter] = {}
    thread, total = threading.get_ident(), 0

    def count(owner: nn.Module, name: str, parameter: Any) -> None:
        nonlocal total
        if threading.get_ident() != thread or parameter is None or id(parameter) in met:
            return
        met[id(parameter)] = parameter  # kept, so that no other takes its id
        total += parameter.numel()
        if total > most or len(met) > most:
            raise ModelError(f"{reason}; it is damaged or forged")

    handle = registration.register_module_parameter_registration_hook(count)
    try:
        yield
    finally:
        handle.remove()
