"""What is reported of each request, and what of it is hidden."""

import json
import threading
import time
from contextlib import closing

import pytest

from gcore_tasks_cli.api.request_record import Exchange
from gcore_tasks_cli.api.session import Session
from gcore_tasks_cli.errors import (
    ApiError,
    KeyRefused,
    NoAnswer,
    TaskNotFound,
)
from gcore_tasks_cli.polling.jobs import Acknowledge, GetTask, ListPage
from gcore_tasks_cli.settings.settings import Settings
from tests.servers.prepared import answer, prepared
from tests.unit.api.sessions import KEY, PAGE, TASK, error_of, session_at


def test_each_request_is_reported_with_what_came_of_it() -> None:
    exchanges: list[Exchange] = []
    busy = answer(
        '{"message": "busy", "request_id": "r-2"}', "503 Busy", "Retry-After: 7", "X-Request-Id: x"
    )
    good = answer(TASK, "200 OK", "X-Request-Id: r-1")
    with (
        prepared(good, answer(PAGE), busy, answer("{")) as server,
        session_at(server.url, on_exchange=exchanges.append) as session,
    ):
        session.do(GetTask("a"))
        session.do(ListPage((), 5, 0))
        for _ in range(3):  # for the last one, no answer is prepared
            error_of(lambda: session.do(Acknowledge("a")))
    assert all(0 <= exchange.seconds < 60 for exchange in exchanges)
    host, action = f"127.0.0.1:{server.port}", f"{server.url}/cloud/v1/tasks/a/acknowledge"
    failed = f"{host} answered HTTP 503 Service Unavailable: busy"
    broken = f"{host} answered with something that is not JSON instead of a task"
    ended = f"{host} closed the connection without an answer"
    assert [exchange._replace(seconds=0.0) for exchange in exchanges] == [
        Exchange("GET", f"{server.url}/cloud/v1/tasks/a", 0.0, 200, "r-1"),
        Exchange("GET", f"{server.url}/cloud/v1/tasks?limit=5&offset=0", 0.0, 200),
        Exchange("POST", action, 0.0, 503, "r-2", failed, 7.0),
        Exchange("POST", action, 0.0, 200, None, broken),
        Exchange("POST", action, 0.0, None, None, ended),
    ]  # fmt: skip


def test_how_long_a_request_took_is_reported() -> None:
    exchanges: list[Exchange] = []
    with prepared(answer(TASK)) as server:
        session = Session(Settings(KEY, server.url, on_exchange=exchanges.append), None)
        with closing(session):
            began = time.monotonic()
            session.do(GetTask("a"))
            took = time.monotonic() - began
    assert 0 < exchanges[0].seconds <= took


def test_a_request_that_was_given_up_is_not_reported() -> None:
    exchanges: list[Exchange] = []
    with prepared(None) as server:
        session = Session(Settings(KEY, server.url, on_exchange=exchanges.append), None)
        with closing(session):

            def abort() -> None:
                server.is_asked.acquire()
                session.abort()

            threading.Thread(target=abort).start()
            error_of(lambda: session.do(GetTask("a")))
    assert not exchanges


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
    assert (error.status, error.message) == (404, "no such task: a (gone)")


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
    exchanges: list[Exchange] = []
    said = json.dumps({"message": f"what is {KEY}?", "request_id": f"r-{KEY}"})
    task = json.dumps({"id": KEY, "state": "NEW"})
    answers = (
        answer(said, "400 Bad Request"),
        answer("", "302 Found", f"Location: https://x/{KEY}"),
        answer(task),
        answer(PAGE, "200 OK", f"X-Request-Id: r-{KEY}"),
        answer("", "400 Bad Request", f"X-Request-Id: r-{KEY}"),
        answer("x", "200 OK", f"Content-Encoding: {KEY}"),
    )
    with (
        prepared(*answers) as server,
        session_at(server.url, on_exchange=exchanges.append) as session,
    ):
        errors = [error_of(lambda: session.do(GetTask("a"))) for _ in range(3)]
        session.do(ListPage((), 5, 0))
        errors += [error_of(lambda: session.do(GetTask("a"))) for _ in range(2)]
    assert "abcdefgh" not in repr(exchanges)
    assert "abcdefgh" not in repr([vars(error) for error in errors])
    assert "what is ***?" in errors[0].message
    assert errors[0].request_id == "r-***"
    assert errors[1].message.endswith(
        "redirects to https://x/*** (HTTP 302); gtask does not follow"
    )
    assert errors[2].message.endswith("answered with another task: ***")
    assert exchanges[3].request_id == "r-***"
    assert errors[3].request_id == "r-***"
    assert errors[4].message.endswith("an unknown encoding: ***")
