"""What is asked of a page's server, and what it answers."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from degrade.errors import DegradeError


@dataclass(frozen=True)
class ServedRequest:
    """method: GET or POST. path: the parts behind the token, decoded; none of them is empty, names a folder
    above or holds a separator. data: the JSON object that was sent; empty for GET."""

    method: str
    path: tuple[str, ...]
    data: Mapping[str, Any]


@dataclass(frozen=True)
class ServedAnswer:
    """kind: of the content. policy: what the page may load, as a Content-Security-Policy; nothing unless
    said."""

    body: bytes
    kind: str
    status: HTTPStatus = HTTPStatus.OK
    policy: str = "default-src 'none'"


class RefusedRequestError(DegradeError):
    """A request that is not answered as asked; its text goes to who asked."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def page_answer(html: str) -> ServedAnswer:
    """A page whose own inline scripts and styles alone may run, and which loads from its server alone."""
    scripts, styles = (" ".join(_digests(html, name)) for name in ("script", "style"))
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' "
        "data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return ServedAnswer(html.encode(), "text/html; charset=utf-8", policy=policy)


def json_answer(value: Any) -> ServedAnswer:
    """A JSON value. Raises ValueError for NaN and infinities."""
    return ServedAnswer(json.dumps(value, allow_nan=False).encode(), "application/json")


def png_answer(data: bytes) -> ServedAnswer:
    """A PNG file."""
    return ServedAnswer(data, "image/png")


def sentence_answer(status: HTTPStatus, sentence: str) -> ServedAnswer:
    """A sentence for a person."""
    return ServedAnswer(f"{sentence}\n".encode(), "text/plain; charset=utf-8", status)


def _digests(html: str, name: str) -> list[str]:
    """Of the inline elements of a name, as a policy writes them."""
    texts = re.findall(rf"<{name}>(.*?)</{name}>", html, re.DOTALL)
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests] or ["'none'"]
