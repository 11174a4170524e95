"""Errors that say what, where, what was expected and what to do."""

from __future__ import annotations

from typing import Any


class DegradeError(Exception):
    """Base of every error that this library raises on purpose. Passes between processes as it is."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[DegradeError], args: tuple[Any, ...], state: dict[str, Any]) -> DegradeError:
    """An error as it was, without its constructor, which may ask for other things than it keeps."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class PipelineError(DegradeError):
    """A pipeline file or a pipeline's structure is wrong."""


class TraceError(DegradeError):
    """A trace is not one that this version can apply."""


class GeometryError(DegradeError):
    """Sizes do not agree: of a batch and its traces, or of a pipeline and its target."""


class ImageError(DegradeError):
    """An image is not one that the operation can take."""


class ManifestError(DegradeError):
    """A manifest cannot be read, or names something that it may not name."""


class MissingExtraError(DegradeError):
    """An optional package is needed and absent."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs an optional package: pip install 'realsr-toolkit[{extra}]'"
        )
