"""Writing files whole, one lock a folder, JSON lines, what goes wrong with storage: everybody's ground."""

from typing import TYPE_CHECKING

from degrade.faces import lazy

if TYPE_CHECKING:
    from realsr.files.errors import FolderBusyError, RequestError, StorageError, advising
    from realsr.files.json_lines import json_line, read_json_lines
    from realsr.files.locks import held
    from realsr.files.whole import make_directory, replacing, write_whole

_NAMES = {
    "errors": ("FolderBusyError", "RequestError", "StorageError", "advising"),
    "json_lines": ("json_line", "read_json_lines"),
    "locks": ("held",),
    "whole": ("make_directory", "replacing", "write_whole"),
}

__all__ = [
    "FolderBusyError",
    "RequestError",
    "StorageError",
    "advising",
    "held",
    "json_line",
    "make_directory",
    "read_json_lines",
    "replacing",
    "write_whole",
]
__getattr__, __dir__ = lazy(
    __name__,
    {name: f"realsr.files.{module}" for module, names in _NAMES.items() for name in names},
)
