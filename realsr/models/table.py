"""The table of generators: what a configuration may name, and how it becomes a network."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from torch import nn

from degrade.table import Table
from realsr.models.argument_errors import explained
from realsr.models.base import Architecture, Arguments
from realsr.models.carn import CARN_M_ROW, CARN_ROW
from realsr.models.drcn import DRCN_ROW
from realsr.models.drrn import DRRN_ROW
from realsr.models.edsr import EDSR_BASELINE_ROW, EDSR_ROW
from realsr.models.elsewhere.rows import NAMES, PREFIX, fault, is_elsewhere
from realsr.models.elsewhere.rows import row as elsewhere
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

_ROWS: tuple[Architecture[Any], ...] = (
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


class Architectures(Table[Architecture[Any]]):
    """Ours, which it lists, and a caller's own behind them; by `spandrel/NAME` one of spandrel's, which is made
    when it is asked for."""

    def __getitem__(self, name: str) -> Architecture[Any]:
        if not is_elsewhere(name):
            return super().__getitem__(name)
        if fault(name) is not None:
            raise KeyError(name)
        return elsewhere(name)

    def row(self, name: str) -> Architecture[Any]:
        """The row of a name. Raises ModelError, with the name that may have been meant."""
        return elsewhere(name) if is_elsewhere(name) else super().row(name)

    def miss(self, name: str) -> str:
        """What there is to say about a name that is not there, or that lacks the prefix of spandrel's."""
        near = f"{PREFIX}{name.casefold()}"
        if near in NAMES:
            return f"no {self.kind} {name!r} of ours; spandrel's is {near!r}"
        return super().miss(name)


ARCHITECTURES = Architectures("architecture", _ROWS, ModelError, "`realsr models list`")


def architecture(row: str | Architecture[Any]) -> Architecture[Any]:
    """The row of a name, or the row itself. Raises ModelError with the nearest name for an unknown one."""
    return ARCHITECTURES.row(row) if isinstance(row, str) else row


def build(row: str | Architecture[Any], **arguments: Any) -> nn.Module:
    """A network by its name in the table or by its row, with initial weights from torch's global generator.

    arguments: fields of the row's arguments; `scale` always. Raises ModelError that says which argument is
    unknown, missing or wrong, or which scales the paper has.
    """
    return architecture(row).build(checked(row, **arguments))


def checked(row: str | Architecture[Any], **arguments: Any) -> Arguments:
    """The arguments of `build` as its row's record. Raises ModelError."""
    row = architecture(row)
    try:
        found = row.arguments(**arguments)
    except ValidationError as error:
        raise ModelError(explained(row.name, row.arguments, error)) from error
    asked = {found.scale, *getattr(found, "scales", ())}
    if lacking := sorted(asked - set(row.scales)):
        wanted, known = (", ".join(map(str, scales)) for scales in (lacking, row.scales))
        raise ModelError(f"{row.name}: no scale {wanted}; its paper has {known}")
    assert isinstance(found, Arguments)
    return found


def parameter_count(module: nn.Module) -> int:
    """Learned numbers of a network; shared ones count once, buffers not at all."""
    return sum(parameter.numel() for parameter in module.parameters())
