"""Pictures: found, opened within bounds, cut, brought to numbers and back."""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from realsr.images.crops import Box, Cut
    from realsr.images.errors import SourceError
    from realsr.images.failures import Failure
    from realsr.images.pixels import pixel_digest, to_bytes, to_float
    from realsr.images.png import encode_png
    from realsr.images.reading import Reading, opened
    from realsr.images.sources import Found, Source, discover
    from realsr.images.stored import Stored, StoredFile, read_stored

_NAMES = {
    "crops": ("Box", "Cut"),
    "errors": ("SourceError",),
    "failures": ("Failure",),
    "pixels": ("pixel_digest", "to_bytes", "to_float"),
    "png": ("encode_png",),
    "reading": ("Reading", "opened"),
    "sources": ("Found", "Source", "discover"),
    "stored": ("Stored", "StoredFile", "read_stored"),
}

__all__ = [
    "Box",
    "Cut",
    "Failure",
    "Found",
    "Reading",
    "Source",
    "SourceError",
    "Stored",
    "StoredFile",
    "discover",
    "encode_png",
    "opened",
    "pixel_digest",
    "read_stored",
    "to_bytes",
    "to_float",
]
__getattr__, __dir__ = lazy(
    __name__,
    {name: f"realsr.images.{module}" for module, names in _NAMES.items() for name in names},
)
