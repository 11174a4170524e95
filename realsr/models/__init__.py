"""Networks of super-resolution: one file an architecture, one table of rows.

network = build("edsr", scale=4)
load_weights(network, Path("edsr_x4.safetensors"))
"""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from realsr.models.base import Architecture, Arguments
    from realsr.models.cards import ModelCard, read_card
    from realsr.models.checkpoints import LoadReport, load_weights, read_checkpoint
    from realsr.models.errors import ModelError
    from realsr.models.table import ARCHITECTURES, architecture, build, parameter_count

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "Arguments",
    "LoadReport",
    "ModelCard",
    "ModelError",
    "architecture",
    "build",
    "load_weights",
    "parameter_count",
    "read_card",
    "read_checkpoint",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "Architecture": "realsr.models.base",
        "Arguments": "realsr.models.base",
        "ModelCard": "realsr.models.cards",
        "read_card": "realsr.models.cards",
        "LoadReport": "realsr.models.checkpoints",
        "load_weights": "realsr.models.checkpoints",
        "read_checkpoint": "realsr.models.checkpoints",
        "ModelError": "realsr.models.errors",
        "ARCHITECTURES": "realsr.models.table",
        "architecture": "realsr.models.table",
        "build": "realsr.models.table",
        "parameter_count": "realsr.models.table",
    },
)
