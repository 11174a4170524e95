"""Whether a picture that must be enlarged at once fits into memory: asked before, for systems kill after."""

from __future__ import annotations

from pathlib import Path

from realsr.inference.errors import InferenceError
from realsr.inference.upscaler import Upscaler

_COPIES = 4
"""The result in float32, what it was before its last step, and both again in bytes and in between."""
_FLOAT = 4
_MEMORY = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


def check_memory(upscaler: Upscaler, height: int, width: int, channels: int) -> None:
    """Raises InferenceError where the result of an image at once would take more memory than there is."""
    needed = _COPIES * _FLOAT * max(channels, 3) * upscaler.scale**2 * height * width
    free = available()
    if free is not None and needed > free:
        raise InferenceError(
            f"{upscaler.name} would enlarge {height} x {width} (height x width) pixels at once, which takes "
            f"about {needed / 1e9:.1f} GB where {free / 1e9:.1f} are free; use tiles (--tile 512 --overlap 32)"
        )


def available() -> int | None:
    """Bytes of memory that this process may still take; None where the system does not tell."""
    found = [value for value in (_of_machine(), _of_group()) if value is not None]
    return min(found, default=None)


def _of_machine() -> int | None:
    try:
        for line in _MEMORY.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    except (OSError, ValueError, IndexError):
        pass
    return None


def _of_group() -> int | None:
    """Of the control group, where it has a bound; what it caches of files counts as free."""
    try:
        most = int((_GROUP / "memory.max").read_text())
        used = int((_GROUP / "memory.current").read_text())
        told = (line.split() for line in (_GROUP / "memory.stat").read_text().splitlines())
        cached = int(dict(told).get("inactive_file", 0))
    except (OSError, ValueError):
        return None
    return max(0, most - used + cached)
