"""Who is let in to a page's server."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realsr.serving import RefusedRequestError
from realsr.serving.guard import (
    MOST_BODY,
    check_origin,
    expected_body,
    parts_behind_token,
    request_of,
)

TOKEN = "abc-DEF_123"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "127.0.0.1:8000"},
        {"Host": "localhost:9000", "Origin": "http://localhost:9000"},
        {"Host": "127.0.0.1", "Sec-Fetch-Site": "same-origin"},
        {"Host": "127.0.0.1:8000", "Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_page_is_let_in(headers: dict[str, str]) -> None:
    check_origin(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8000"},
        {"Host": "evil.example:127.0.0.1"},
        {"Host": "127.0.0.1:8000", "Origin": "http://evil.example"},
        {"Host": "127.0.0.1:8000", "Origin": "http://127.0.0.1:8001"},
        {"Host": "127.0.0.1:8000", "Origin": "https://127.0.0.1:8000"},
        {"Host": "127.0.0.1:8000", "Origin": "null"},
        {"Host": "127.0.0.1:8000", "Sec-Fetch-Site": "cross-site"},
        {"Host": "127.0.0.1:8000", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_hosts_and_pages_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(RefusedRequestError) as found:
        check_origin(headers)
    assert found.value.status == HTTPStatus.FORBIDDEN


def test_the_parts_behind_the_token() -> None:
    assert parts_behind_token(f"/{TOKEN}/", TOKEN) == ()
    assert parts_behind_token(f"/{TOKEN}/picture/a%20b?x=1#y", TOKEN) == ("picture", "a b")


@pytest.mark.parametrize(
    "target", ["/", "", f"/{TOKEN}", f"/{TOKEN[:-1]}/", f"/x{TOKEN}/", "//a/b", f"{TOKEN}/", "/é/"]
)
def test_without_the_token_nothing_is_told(target: str) -> None:
    with pytest.raises(RefusedRequestError) as found:
        parts_behind_token(target, TOKEN)
    assert found.value.status == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "way", ["../x", "a/../b", "..%2Fetc", "%2e%2e/x", "a//b", "a%5Cb", "a%00b", "./a", "a/"]
)
def test_no_way_leads_up(way: str) -> None:
    with pytest.raises(RefusedRequestError) as found:
        parts_behind_token(f"/{TOKEN}/{way}", TOKEN)
    assert found.value.status == HTTPStatus.NOT_FOUND


@given(st.text(max_size=40))
def test_no_part_ever_names_another_folder(text: str) -> None:
    try:
        parts = parts_behind_token(f"/{TOKEN}/{text}", TOKEN)
    except (RefusedRequestError, ValueError):
        return
    assert all(part not in ("", ".", "..") and not set("/\\\0") & set(part) for part in parts)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": "2"}, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        ({"Content-Type": "text/plain", "Content-Length": "2"}, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        ({"Content-Type": "application/json"}, HTTPStatus.LENGTH_REQUIRED),
        ({"Content-Type": "application/json", "Content-Length": "-1"}, HTTPStatus.LENGTH_REQUIRED),
        ({"Content-Type": "application/json", "Content-Length": "²"}, HTTPStatus.LENGTH_REQUIRED),
        (
            {"Content-Type": "application/json", "Content-Length": str(MOST_BODY + 1)},
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        ),
        (
            {"Content-Type": "application/json", "Content-Length": "9" * 5000},
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        ),
    ],
)
def test_bodies_of_other_kinds_and_sizes_are_not_read(
    headers: dict[str, str], status: HTTPStatus
) -> None:
    with pytest.raises(RefusedRequestError) as found:
        expected_body(headers)
    assert found.value.status == status


def test_a_body_of_json_is_read() -> None:
    headers = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(MOST_BODY)}
    assert expected_body(headers) == MOST_BODY
    assert request_of("POST", ("a",), b'{"b": 1}').data == {"b": 1}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"a": NaN}', b"[" * 60000])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(RefusedRequestError) as found:
        request_of("POST", (), body)
    assert found.value.status == HTTPStatus.BAD_REQUEST
