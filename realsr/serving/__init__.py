"""A small server for pages of ours: this machine alone, behind a token, and nothing from outside.

It listens on 127.0.0.1. Every address begins with a token that is drawn anew at each start; a request that
lacks it, that came by another host's name (DNS rebinding) or from a page of another origin is refused. No path
names a file."""

from __future__ import annotations

from realsr.serving.answers import (
    RefusedRequestError,
    ServedAnswer,
    ServedRequest,
    json_answer,
    page_answer,
    png_answer,
)
from realsr.serving.server import LocalServer

__all__ = [
    "LocalServer",
    "RefusedRequestError",
    "ServedAnswer",
    "ServedRequest",
    "json_answer",
    "page_answer",
    "png_answer",
]
