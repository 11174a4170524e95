"""A page's server as programs meet it: by a socket."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from realsr.files.errors import RequestError, StorageError
from realsr.serving import (
    LocalServer,
    RefusedRequestError,
    ServedAnswer,
    ServedRequest,
    json_answer,
    page_answer,
)

HTML = "<style>p { color: red }</style><p>x</p><script>\nlet a = '<b>';\n</script>"


def answering(asked: ServedRequest) -> ServedAnswer:
    if asked.path == ("fault",):
        raise ZeroDivisionError("ours")
    if asked.path == ("full",):
        raise StorageError(Path("x"), OSError(28, "No space left on device"))
    if asked.method == "GET":
        return page_answer(HTML)
    return json_answer({"path": asked.path, "data": asked.data})


@pytest.fixture
def server() -> Iterator[LocalServer]:
    found = LocalServer(answering, 0)
    with found.running():
        yield found


def ask(
    server: LocalServer, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(server.address)
    with closing(http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)) as line:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, path, body, names)
        reply = line.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read()


def token(server: LocalServer) -> str:
    return urlsplit(server.address).path


def test_a_page_runs_its_own_scripts_alone_and_is_kept_nowhere(server: LocalServer) -> None:
    status, headers, body = ask(server, "GET", token(server))
    assert (status, body.decode()) == (200, HTML)
    policy = headers["Content-Security-Policy"]
    for name in ("script", "style"):
        (text,) = re.findall(rf"<{name}>(.*?)</{name}>", HTML, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_page_sends_arrives(server: LocalServer) -> None:
    data = json.dumps({"a": [1, "ü"]}).encode()
    status, headers, body = ask(
        server, "POST", f"{token(server)}b/c", data, Content_Type="application/json"
    )
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert json.loads(body) == {"path": ["b", "c"], "data": {"a": [1, "ü"]}}


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/wrong/", {}),
        ("", {"Host": "evil.example"}),
        ("", {"Origin": "http://evil.example"}),
        ("", {"Sec_Fetch_Site": "cross-site"}),
    ],
)
def test_strangers_are_told_nothing(
    server: LocalServer, path: str, headers: dict[str, str]
) -> None:
    status, _, body = ask(server, "GET", path or token(server), **headers)
    assert status == 403
    assert body.startswith(b"refused: ")
    assert server.token.encode() not in body


def test_ways_up_and_other_methods_find_nothing(server: LocalServer) -> None:
    assert ask(server, "GET", f"{token(server)}..%2f..%2fetc%2fpasswd")[0] == 404
    assert ask(server, "PUT", token(server), b"x")[0] == 501


def test_a_body_that_is_too_large_is_not_read(server: LocalServer) -> None:
    status, headers, _ = ask(
        server, "POST", token(server), b"x" * 70000, Content_Type="application/json"
    )
    assert (status, headers["Connection"]) == (413, "close")


def test_faults_are_told_and_end_nothing(server: LocalServer) -> None:
    assert ask(server, "GET", f"{token(server)}fault")[0::2] == (500, b"ZeroDivisionError: ours\n")
    status, _, body = ask(server, "GET", f"{token(server)}full")
    assert (status, b"No space left" in body) == (507, True)
    assert ask(server, "GET", token(server))[0] == 200


def test_who_says_nothing_keeps_nobody_waiting(server: LocalServer) -> None:
    parts = urlsplit(server.address)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=20) as idle:
        idle.sendall(b"GET / HT")
        assert ask(server, "GET", token(server))[0] == 200


def test_only_this_machine_is_listened_to(server: LocalServer) -> None:
    assert server.address.startswith("http://127.0.0.1:")
    assert len(server.token) >= 32
    assert LocalServer(answering, 0).token != server.token


def test_a_port_that_is_taken_is_said_and_given_back_at_the_end() -> None:
    first = LocalServer(answering, 0)
    port = int(urlsplit(first.address).port or 0)
    with first.running(), pytest.raises(RequestError, match=f"port {port} of 127"):
        LocalServer(answering, port)
    with LocalServer(answering, port).running():
        pass


def test_a_refusal_has_its_status() -> None:
    from http import HTTPStatus

    assert RefusedRequestError(HTTPStatus.NOT_FOUND, "x").status == 404
