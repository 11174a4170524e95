"""The page on which pictures are rated, and what it asks of its server."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from realsr.pages import rendered
from realsr.rating.plan import Kind
from realsr.rating.session import RatingSession
from realsr.serving import (
    RefusedRequestError,
    ServedAnswer,
    ServedRequest,
    json_answer,
    page_answer,
    png_answer,
)

CHOICES = {
    "acr": [
        ("5", "5", "excellent"),
        ("4", "4", "good"),
        ("3", "3", "fair"),
        ("2", "2", "poor"),
        ("1", "1", "bad"),
    ],
    "pairs": [
        ("left", "←", "left is better"),
        ("same", "↓", "no difference"),
        ("right", "→", "right is better"),
    ],
}
"""Answer, key that gives it, words."""


class RatingPage:
    """Answers a server's requests for one session."""

    def __init__(self, session: RatingSession) -> None:
        self._session = session
        self._page = page_answer(rating_page(session.study.kind))

    def __call__(self, asked: ServedRequest) -> ServedAnswer:
        """Raises RefusedRequestError, RatingError, StorageError, SourceError."""
        match asked.method, asked.path:
            case "GET", ():
                return self._page
            case "GET", ("picture", name):
                return png_answer(self._session.picture(name))
            case "POST", ("begin" | "show" | "answer" as what,):
                return json_answer(self._told(what, asked.data))
            case _:
                raise RefusedRequestError(HTTPStatus.NOT_FOUND, "there is nothing at this address")

    def _told(self, what: str, data: Mapping[str, Any]) -> dict[str, Any]:
        rater = _text(data, "rater")
        if what == "begin":
            return self._session.begin(rater)
        trial = _number(data, "trial")
        if what == "show":
            return self._session.show(rater, trial)
        return self._session.answer(
            rater, trial, _text(data, "answer"), max(0, _number(data, "ms"))
        )


def rating_page(kind: Kind) -> str:
    """The page of a kind of study, which knows nothing of its pictures."""
    return rendered("realsr.rating", "rating.html", kind=kind, choices=CHOICES[kind])


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, f"{name}: expected text")
    return value


def _number(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 2**53:
        raise RefusedRequestError(HTTPStatus.BAD_REQUEST, f"{name}: expected a whole number")
    return value
