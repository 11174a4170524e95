"""Other projects' files, read into this one's forms, and ours as what their libraries take."""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from realsr.interop.deepinv_physics import physics

__all__ = ["physics"]
__getattr__, __dir__ = lazy(__name__, {"physics": "realsr.interop.deepinv_physics"})
