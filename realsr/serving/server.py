"""The server itself: HTTP on 127.0.0.1 in threads of its own, until it is closed."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from degrade.errors import DegradeError
from realsr.files.errors import RequestError, StorageError
from realsr.serving.answers import RefusedRequestError, ServedAnswer, ServedRequest, sentence_answer
from realsr.serving.guard import check_origin, expected_body, parts_behind_token, request_of

HOST = "127.0.0.1"
PATIENCE = 30.0
"""Seconds that a connection may stay silent."""

Answering = Callable[[ServedRequest], ServedAnswer]
"""Gives what is asked for; raises RefusedRequestError, or another DegradeError, whose sentence is sent. Called
from many threads at once."""


class LocalServer:
    """A page's server. address: what a person opens, token included."""

    def __init__(self, answering: Answering, port: int) -> None:
        """Takes the port, 0 for a free one. Raises RequestError where it is taken."""
        self.token = secrets.token_urlsafe(24)
        try:
            self._http = _Http(answering, self.token, port)
        except (OSError, OverflowError) as error:
            raise RequestError(
                f"cannot listen on port {port} of {HOST}: {error}; give another --port"
            ) from error
        self.address = f"http://{HOST}:{self._http.server_port}/{self.token}/"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Inside, requests are answered; at the end the port is given back."""
        thread = threading.Thread(target=self._http.serve_forever, args=(0.1,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, answering: Answering, token: str, port: int) -> None:
        self.answering, self.token = answering, token
        super().__init__((HOST, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle of an answer is no fault."""


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    server_version, sys_version = "realsr", ""

    def do_GET(self) -> None:
        self._send(self._answered("GET"))

    def do_POST(self) -> None:
        self._send(self._answered("POST"))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: addresses hold the token."""

    def _answered(self, method: str) -> ServedAnswer:
        try:
            headers = {name.title(): value for name, value in self.headers.items()}
            check_origin(headers)
            path = parts_behind_token(self.path, self.server.token)
            body = self.rfile.read(expected_body(headers)) if method == "POST" else b""
            return self.server.answering(request_of(method, path, body))
        except DegradeError as error:
            self.close_connection = True  # what it sent may not have been read
            return sentence_answer(_status(error), str(error))
        except Exception as error:  # a fault of ours must not end the page in silence
            self.close_connection = True
            return sentence_answer(
                HTTPStatus.INTERNAL_SERVER_ERROR, f"{type(error).__name__}: {error}"
            )

    def _send(self, answer: ServedAnswer) -> None:
        headers = {
            "Content-Type": answer.kind,
            "Content-Length": str(len(answer.body)),
            "Content-Security-Policy": answer.policy,
            "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        } | ({"Connection": "close"} if self.close_connection else {})
        with suppress(ConnectionError, TimeoutError):
            self.send_response(answer.status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)


def _status(error: DegradeError) -> HTTPStatus:
    if isinstance(error, RefusedRequestError):
        return error.status
    if isinstance(error, StorageError):
        return HTTPStatus.INSUFFICIENT_STORAGE
    return HTTPStatus.BAD_REQUEST
