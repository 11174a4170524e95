"""spandrel: other people's networks for us, and ours for anyone who loads through its registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import nn

from degrade.errors import MissingExtraError
from realsr.models.base import Architecture
from realsr.models.checkpoints import load_weights
from realsr.models.dialects import understood
from realsr.models.errors import ModelError
from realsr.models.recognition import fits
from realsr.models.table import ARCHITECTURES, build

if TYPE_CHECKING:
    from spandrel import ArchRegistry, ImageModelDescriptor


def register(registry: ArchRegistry | None = None) -> None:
    """Adds every row of our table, as `realsr_<name>`, to a registry of spandrel, by default its main one.

    A row is detected where a state dict fills its network at the default arguments, and behind spandrel's own
    architectures. Raises MissingExtraError without spandrel.
    """
    spandrel = _spandrel()
    registry = spandrel.MAIN_REGISTRY if registry is None else registry
    for row in ARCHITECTURES.values():
        support = spandrel.ArchSupport.from_architecture(_adapted(row))
        registry.add(support, ignore_duplicates=True)


def described(state: dict[str, Any]) -> ImageModelDescriptor[nn.Module] | None:
    """What spandrel makes of a state dict, ours included; None where it knows no such network.

    Use `.model`: calling the descriptor itself pads, clamps and takes one image at a time. Raises ModelError
    for a network that is no super-resolution or restoration of whole images.
    """
    spandrel = _spandrel()
    registry = spandrel.MAIN_REGISTRY.copy()
    register(registry)
    try:
        found = spandrel.ModelLoader(registry=registry).load_from_state_dict(
            spandrel.canonicalize_state_dict(state)
        )
    except spandrel.UnsupportedModelError:
        return None
    if not isinstance(found, spandrel.ImageModelDescriptor):
        raise ModelError(
            f"{found.architecture.name} needs a mask beside the image; expected LR alone"
        )
    return found


def _adapted(row: Architecture[Any]) -> Any:
    """A row as spandrel's Architecture. Its base class exists only where spandrel does."""
    spandrel = _spandrel()

    class Adapted(spandrel.Architecture):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__(id=f"realsr_{row.name}", name=row.name, detect=self._fills)

        def _fills(self, state: dict[str, Any]) -> bool:
            return bool(fits(understood(state), (row,)))

        def load(self, state: dict[str, Any]) -> Any:
            """The network at the smallest scale that the state dict fits."""
            state = understood(state)
            fit = fits(state, (row,))[0]
            network = build(fit.row, **fit.arguments)
            load_weights(network, state)
            channels = int(fit.arguments["channels"])
            return spandrel.ImageModelDescriptor(
                network.eval(),
                network.state_dict(),
                architecture=self,
                purpose="SR" if fit.scale > 1 else "Restoration",
                tags=[],
                supports_half=False,
                supports_bfloat16=True,
                scale=fit.scale,
                input_channels=channels,
                output_channels=channels,
            )

    return Adapted()


def _spandrel() -> Any:
    try:
        import spandrel
    except ImportError as error:
        raise MissingExtraError("reading other people's architectures", "interop") from error
    return spandrel
