"""Who is let in: requests of this machine's own page, with the token, and of nobody else."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

from realsr.files.json_lines import parsed_object
from realsr.serving.answers import RefusedRequestError, ServedRequest

HOSTS = frozenset({"127.0.0.1", "localhost"})
"""Names by which a browser on this machine, or one at the end of a tunnel to it, asks; with any port."""
MOST_BODY = 2**16
"""Bytes of what a page may send."""


def check_origin(headers: Mapping[str, str]) -> None:
    """Refuses other hosts' names, by which a foreign page could pose as ours, and pages of other origins.

    Raises RefusedRequestError.
    """
    host = headers.get("Host", "")
    if host.rsplit(":", 1)[0] not in HOSTS:
        raise RefusedRequestError(
            HTTPStatus.FORBIDDEN, "refused: this server answers to 127.0.0.1 alone"
        )
    origin = headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        raise RefusedRequestError(
            HTTPStatus.FORBIDDEN, "refused: asked by a page of another origin"
        )
    if headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise RefusedRequestError(HTTPStatus.FORBIDDEN, "refused: asked by a page of another site")


def parts_behind_token(target: str, token: str) -> tuple[str, ...]:
    """The decoded parts of a request's path behind the token. Raises RefusedRequestError without it, and for
    parts that no address of ours has."""
    raw = urlsplit(target).path.split("/")
    if len(raw) < 3 or raw[0] or not hmac.compare_digest(raw[1].encode(), token.encode()):
        raise RefusedRequestError(
            HTTPStatus.FORBIDDEN, "refused: open the whole address that the command printed"
        )
    parts = tuple(map(unquote, raw[2:]))
    if parts == ("",):
        return ()
    if any(part in ("", ".", "..") or set("/\\\0") & set(part) for part in parts):
        raise RefusedRequestError(HTTPStatus.NOT_FOUND, "there is nothing at this address")
    return parts


def expected_body(headers: Mapping[str, str]) -> int:
    """Bytes of the body that is to be read. Raises RefusedRequestError for another kind, none or too many."""
    if headers.get("Content-Type", "").partition(";")[0].strip() != "application/json":
        raise RefusedRequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "expected application/json")
    length = headers.get("Content-Length", "")
    if not (length.isascii() and length.isdigit()):
        raise RefusedRequestError(HTTPStatus.LENGTH_REQUIRED, "expected a Content-Length")
    if len(length) > 9 or int(length) > MOST_BODY:
        raise RefusedRequestError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {MOST_BODY} bytes"
        )
    return int(length)


def request_of(method: str, path: tuple[str, ...], body: bytes) -> ServedRequest:
    """The request, its JSON object read. Raises RefusedRequestError for any other body."""
    if method == "GET":
        return ServedRequest(method, path, {})
    try:
        data: dict[str, Any] = parsed_object(body)
        json.dumps(data, allow_nan=False)
    except ValueError as error:
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, f"no JSON object: {error}") from error
    return ServedRequest(method, path, data)
