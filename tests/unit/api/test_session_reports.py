"""What is reported of each request, and what of it is hidden."""

import json
import threading
import time
from typing import Any

import pytest

from gcore_tasks_cli.errors import (
    ApiError,
    KeyRefused,
    NoAnswer,
    TaskNotFound,
)
from gcore_tasks_cli.polling.jobs import Acknowledge, GetTask, ListPage
from tests.servers.prepared import answer, prepared
from tests.unit.api.sessions import KEY, PAGE, TASK, error_of, session_at

LONG_KEY = "1234$abcdef0123456789abcdef0123456789"


class Log(list[tuple[str, float, int | None, str | None, ApiError | None]]):
    """What a session logs."""

    def add(self, *request: Any) -> None:
        self.append(request)


def test_each_request_is_logged_with_what_came_of_it() -> None:
    log = Log()
    busy = answer(
        '{"message": "busy", "request_id": "r-2"}', "503 Busy", "Retry-After: 7", "X-Request-Id: x"
    )
    good = answer(TASK, "200 OK", "X-Request-Id: r-1")
    with (
        prepared(good, answer(PAGE), busy, answer("{")) as server,
        session_at(server.url, log=log.add) as session,
    ):
        began = time.monotonic()
        session.do(GetTask("a"))
        took = time.monotonic() - began
        session.do(ListPage((), 5, 0))
        for _ in range(3):  # for the last one, no answer is prepared
            error_of(lambda: session.do(Acknowledge("a")))
    assert 0 < log[0][1] <= took
    host, action = f"127.0.0.1:{server.port}", f"POST {server.url}/cloud/v1/tasks/a/acknowledge"
    failed = f"{host} answered HTTP 503 Service Unavailable: busy"
    broken = f"{host} answered with something that is not JSON ({{) instead of a task"
    ended = f"{host} closed the connection without an answer"
    assert [
        (*request, status, request_id, error and (error.message, error.retry_after))
        for *request, _, status, request_id, error in log
    ] == [
        (f"GET {server.url}/cloud/v1/tasks/a", 200, "r-1", None),
        (f"GET {server.url}/cloud/v1/tasks?limit=5&offset=0", 200, None, None),
        (action, 503, "r-2", (failed, 7.0)),
        (action, 200, None, (broken, None)),
        (action, None, None, (ended, None)),
    ]


def test_a_request_that_was_given_up_is_not_logged() -> None:
    log = Log()
    with prepared(None) as server, session_at(server.url, log=log.add) as session:

        def abort() -> None:
            server.is_asked.acquire()
            session.abort()

        threading.Thread(target=abort).start()
        error_of(lambda: session.do(GetTask("a")))
    assert not log


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("401 Unauthorized", KeyRefused),
        ("403 Forbidden", KeyRefused),
        ("404 Not Found", NoAnswer),  # not the API's own
        ("302 Found", NoAnswer),
        ("500 Internal Server Error", NoAnswer),
    ],
)
def test_an_answer_that_is_no_task_is_an_error(status: str, kind: type[ApiError]) -> None:
    with prepared(answer(TASK, status)) as server, session_at(server.url) as session:
        error = error_of(lambda: session.do(GetTask("a")))
    assert (type(error), error.status) == (kind, int(status[:3]))


def test_a_task_that_the_api_does_not_know_is_not_found() -> None:
    gone = answer('{"exception_class": "TaskNotFound", "message": "gone"}', "404 Not Found")
    with prepared(gone) as server, session_at(server.url) as session:
        error = error_of(lambda: session.do(GetTask("a")))
    assert type(error) is TaskNotFound
    assert (error.status, error.message) == (404, "no such task: a")


def test_a_refused_key_comes_with_the_hint_of_the_settings() -> None:
    refused = answer('{"message": "no"}', "401 Unauthorized")
    with prepared(refused) as server, session_at(server.url, key_source="a file") as session:
        error = error_of(lambda: session.do(GetTask("a")))
    assert error.message == "the API refused the key: no"
    assert error.hint == "is the key right, and still valid? It is from a file"


def test_a_page_that_is_not_found_names_no_task() -> None:
    with prepared(answer("", "404 Not Found")) as server, session_at(server.url) as session:
        error = error_of(lambda: session.do(ListPage((), 5, 0)))
    assert error.message == f"127.0.0.1:{server.port} answered HTTP 404 Not Found"


@pytest.mark.parametrize("location", ["https://login.example", "http://[::bad", "//x:99999999"])
def test_a_redirect_is_not_followed_wherever_it_leads(location: str) -> None:
    redirect = answer("", "302 Found", f"Location: {location}")
    with prepared(redirect) as server, session_at(server.url) as session:
        error = error_of(lambda: session.do(GetTask("a")))
    assert not error.transient
    assert f"redirects to {location} (HTTP 302)" in error.message


def test_an_answer_that_repeats_the_key_shows_it_nowhere() -> None:
    log = Log()
    said = json.dumps({"message": f"what is {KEY}?", "request_id": f"r-{KEY}"})
    answers = (
        answer(said, "400 Bad Request"),
        answer("", "302 Found", f"Location: https://x/{KEY}"),
        answer(json.dumps({"id": KEY, "state": "NEW"})),
        answer(PAGE, "200 OK", f"X-Request-Id: r-{KEY}"),
        answer("", "400 Bad Request", f"X-Request-Id: r-{KEY}"),
        answer(b"\xff", "200 OK", f"Content-Encoding: {KEY}"),
    )
    with prepared(*answers) as server, session_at(server.url, log=log.add) as session:
        errors = [error_of(lambda: session.do(GetTask("a"))) for _ in range(3)]
        session.do(ListPage((), 5, 0))
        errors += [error_of(lambda: session.do(GetTask("a"))) for _ in range(2)]
    assert "abcdefgh" not in repr([vars(error) for error in errors])
    assert "what is ***?" in errors[0].message
    assert errors[1].message.endswith(
        "redirects to https://x/*** (HTTP 302): gtask does not follow"
    )
    assert errors[2].message.endswith("answered with another task: ***")
    assert errors[4].message.endswith("(Content-Encoding: ***) instead of a task")
    request_ids = [request_id for *_, request_id, _ in log]
    assert request_ids == ["r-***", None, None, "r-***", "r-***", None]


def test_half_a_key_is_never_left() -> None:
    lengths = range(0, 2100, 41)
    texts = ["m" * before + LONG_KEY for before in lengths]
    answers = []
    for text in texts:
        answers.append(answer(json.dumps({"message": text, "request_id": text}), "400 Odd"))
        answers.append(answer("{}", "302 Odd", f"X-Request-Id: {text}", f"Location: {text}"))
    with prepared(*answers) as server, session_at(server.url, key=LONG_KEY) as session:
        errors = [error_of(lambda: session.do(GetTask("a"))) for _ in answers]
    for error in errors:
        assert LONG_KEY[:8] not in error.message + (error.request_id or "")
