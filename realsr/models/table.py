"""The table of generators: what a configuration may name, and how it becomes a network."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from torch import nn

from realsr.models.base import Architecture
from realsr.models.carn import CARN_M_ROW, CARN_ROW
from realsr.models.drcn import DRCN_ROW
from realsr.models.drrn import DRRN_ROW
from realsr.models.edsr import EDSR_BASELINE_ROW, EDSR_ROW
from realsr.models.enhancenet import ENHANCENET_ROW
from realsr.models.errors import ModelError
from realsr.models.espcn import ESPCN_ROW
from realsr.models.fsrcnn import FSRCNN_ROW, FSRCNN_S_ROW
from realsr.models.lapsrn import LAPSRN_ROW
from realsr.models.mdsr import MDSR_BASELINE_ROW, MDSR_ROW
from realsr.models.ms_lapsrn import MS_LAPSRN_ROW
from realsr.models.msrresnet import MSRRESNET_ROW
from realsr.models.noise_srvgg import NOISE_SRVGG_ROW
from realsr.models.prosr import PROSR_L_ROW, PROSR_S_ROW
from realsr.models.rcan import RCAN_ROW
from realsr.models.rdn import RDN_ROW
from realsr.models.rrdbnet import RRDBNET_ROW
from realsr.models.sftgan import SFTGAN_ROW
from realsr.models.srcnn import SRCNN_ROW
from realsr.models.srdensenet import SRDENSENET_ROW
from realsr.models.srresnet import SRRESNET_ROW
from realsr.models.srvgg import SRVGG_ROW
from realsr.models.vdsr import VDSR_ROW

ARCHITECTURES: tuple[Architecture[Any], ...] = (
    SRCNN_ROW,
    FSRCNN_ROW,
    FSRCNN_S_ROW,
    ESPCN_ROW,
    VDSR_ROW,
    DRCN_ROW,
    DRRN_ROW,
    EDSR_ROW,
    EDSR_BASELINE_ROW,
    MDSR_ROW,
    MDSR_BASELINE_ROW,
    CARN_ROW,
    CARN_M_ROW,
    SRDENSENET_ROW,
    RDN_ROW,
    RCAN_ROW,
    LAPSRN_ROW,
    MS_LAPSRN_ROW,
    PROSR_L_ROW,
    PROSR_S_ROW,
    SRRESNET_ROW,
    MSRRESNET_ROW,
    ENHANCENET_ROW,
    RRDBNET_ROW,
    SFTGAN_ROW,
    SRVGG_ROW,
    NOISE_SRVGG_ROW,
)
"""Networks of content losses, then progressive ones, then the generators of perceptual losses; variants beside
their paper's main network."""


def architecture(name: str) -> Architecture[Any]:
    """The row of a name; raises ModelError with the nearest name for an unknown one."""
    rows = {row.name: row for row in ARCHITECTURES}
    if name not in rows:
        raise ModelError(f"architecture {name!r} is unknown{_near(name, rows)}")
    return rows[name]


def build(name: str, **arguments: Any) -> nn.Module:
    """A network by its name in the table, with initial weights from torch's global generator.

    arguments: fields of the row's arguments; `scale` always. Raises ModelError that says which argument is
    unknown, missing or wrong, or which scales the paper has.
    """
    row = architecture(name)
    try:
        checked = row.arguments(**arguments)
    except ValidationError as error:
        raise ModelError(_explained(row, error)) from error
    asked = {checked.scale, *getattr(checked, "scales", ())}
    if lacking := sorted(asked - set(row.scales)):
        raise ModelError(
            f"{name}: no scale {_listed(lacking)}; its paper has {_listed(row.scales)}"
        )
    return row.build(checked)


def parameter_count(module: nn.Module) -> int:
    """Learned numbers of a network; shared ones count once, buffers not at all."""
    return sum(parameter.numel() for parameter in module.parameters())


def _explained(row: Architecture[Any], error: ValidationError) -> str:
    return "\n".join(_sentence(row, detail) for detail in error.errors(include_url=False))


def _sentence(row: Architecture[Any], detail: ErrorDetails) -> str:
    place = ".".join(str(part) for part in detail["loc"])
    match detail["type"]:
        case "extra_forbidden":
            return f"{row.name}: no argument {place!r}{_near(place, row.arguments.model_fields)}"
        case "missing":
            return f"{row.name}: the argument {place!r} is missing"
        case "value_error":
            return f"{row.name}: {detail['msg'].removeprefix('Value error, ')}"
        case _:
            return f"{row.name}: {place} = {detail['input']!r}: {detail['msg']}"


def _near(name: str, known: Iterable[str]) -> str:
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {_listed(known)}"


def _listed(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in values)
