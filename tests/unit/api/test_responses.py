"""What an answer means: nothing in it is taken at its word, and no secret is cut in half."""

import json

import pytest

from gcore_tasks_cli.api.responses import Response, page_answer, status_error
from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.sanitize import without_secrets

KEY = "1234$abcdef0123456789abcdef0123456789"


def error_of(status: int, body: object = "", **headers: str) -> ApiError:
    response = Response(status, headers, json.dumps(body).encode())
    return status_error(
        response, "host", "id-1", lambda said: "", lambda text: without_secrets(text, [KEY])
    )


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "Thu, 01 Jan 1970 00:00:00 +0100",
        "yesterday",
        "",
    ],
)
def test_a_date_that_no_calendar_has_is_not_known(date: str) -> None:
    body = b'{"count": 1, "results": [{"id": "a", "state": "NEW"}]}'
    assert page_answer(Response(200, {"date": date}, body), "host").server_time is None


@pytest.mark.parametrize("before", range(0, 2100, 7))
def test_half_a_key_is_never_left(before: int) -> None:
    text = "m" * before + KEY
    errors = [
        error_of(400, {"message": text, "request_id": text}),
        error_of(500, {}, **{"x-request-id": text}),
        error_of(302, {}, location=text),
    ]
    for error in errors:
        assert KEY[:8] not in error.message + (error.request_id or "")


def test_a_request_id_of_another_type_is_its_json() -> None:
    deep: list[object] = []
    for _ in range(900):
        deep = [deep]
    assert (error_of(400, {"request_id": [7]}).request_id or "") == "[7]"
    assert (error_of(400, {"request_id": deep}).request_id or "").startswith("[[[")


def test_what_is_forbidden_is_named() -> None:
    assert error_of(403, {"message": "no"}).message == "the API forbids this for task id-1: no"
