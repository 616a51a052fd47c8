"""What one connection sends to the API, and when it makes a new one, over real sockets."""

import os
import socket
import threading
from contextlib import closing

import pytest
from gcore_tasks_cli.tasks.page_request import PageRequest

from gcore_tasks_cli import __version__
from gcore_tasks_cli.api.lean_httpx import httpx
from gcore_tasks_cli.api.network_errors import NoConnectionLeft
from gcore_tasks_cli.api.session import Session, _find_spare_descriptors
from gcore_tasks_cli.settings.settings import Settings
from tests.servers.prepared import answer, prepared
from tests.unit.api.few_descriptors import few_descriptors, in_a_process_of_its_own
from tests.unit.api.sessions import KEY, PAGE, TASK, error_of, session_at

SESSION = "gcore_tasks_cli.api.session"


def test_a_task_is_asked_for_with_the_key() -> None:
    with prepared(answer(TASK)) as server, session_at(f"{server.url}/prefix") as session:
        assert session.get_task("A").document.id == "a"
    (asked,) = server.asked
    assert asked.line == "GET /prefix/cloud/v1/tasks/A HTTP/1.1"
    sent = {"authorization", "user-agent", "accept", "accept-encoding"}
    assert {name: asked.headers[name] for name in sent} == {
        "authorization": f"APIKey {KEY}",
        "user-agent": f"gtask/{__version__}",
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
    }


def test_an_id_is_one_segment_of_the_path() -> None:
    with prepared(answer(TASK), answer(TASK)) as server, session_at(server.url) as session:
        for ask in (session.get_task, session.acknowledge):
            assert error_of(lambda ask=ask: ask("../a?b#c")).message.endswith("another task: a")  # type: ignore[misc]
    assert [asked.line for asked in server.asked] == [
        "GET /cloud/v1/tasks/..%2Fa%3Fb%23c HTTP/1.1",
        "POST /cloud/v1/tasks/..%2Fa%3Fb%23c/acknowledge HTTP/1.1",
    ]


def test_a_page_is_asked_for_by_its_parameters() -> None:
    parameters = (("state", "NEW"), ("state", "RUNNING"), ("task_type", "a b&c"))
    with prepared(answer(PAGE), answer(PAGE)) as server, session_at(server.url) as session:
        assert session.list_tasks(PageRequest(parameters, 5, 2)).total == 7
        session.list_tasks(PageRequest((), 1000, 0))
    assert [asked.line for asked in server.asked] == [
        "GET /cloud/v1/tasks?state=NEW&state=RUNNING&task_type=a+b%26c&limit=5&offset=2 HTTP/1.1",
        "GET /cloud/v1/tasks?limit=1000&offset=0 HTTP/1.1",
    ]


def test_a_page_beyond_the_end_may_be_empty() -> None:
    empty = answer('{"count": 7, "results": []}')
    with prepared(empty, empty) as server, session_at(server.url) as session:
        assert session.list_tasks(PageRequest((), 5, 7)).documents == []
        error = error_of(lambda: session.list_tasks(PageRequest((), 5, 6)))
    host = f"127.0.0.1:{server.port}"
    assert error.message == f"{host} answered with an empty page of a list of 7 tasks"


def test_a_task_is_acknowledged() -> None:
    with prepared(answer(TASK)) as server, session_at(server.url) as session:
        assert session.acknowledge("a").document.id == "a"
    assert [asked.line for asked in server.asked] == ["POST /cloud/v1/tasks/a/acknowledge HTTP/1.1"]


def test_all_tasks_are_acknowledged_where_the_api_says_that_they_are() -> None:
    answers = (answer(), answer("anything"), answer(status="202 Accepted"))
    no_content = b"HTTP/1.1 204 No Content\r\n\r\n"
    with prepared(no_content, *answers) as server, session_at(server.url) as session:
        session.acknowledge_all((("project_id", "1"), ("region_id", "76")))
        session.acknowledge_all(())
        session.acknowledge_all(())
        error = error_of(lambda: session.acknowledge_all(()))
    assert (error.status, error.transient) == (202, True)
    path = "/cloud/v1/tasks/acknowledge_all"
    assert [asked.line for asked in server.asked] == [
        f"POST {path}?project_id=1&region_id=76 HTTP/1.1",
        *[f"POST {path} HTTP/1.1"] * 3,
    ]


def test_cookies_are_not_kept() -> None:
    with_cookie = answer(TASK, "200 OK", "Set-Cookie: a=b; Path=/")
    with prepared(with_cookie, answer(TASK)) as server, session_at(server.url) as session:
        session.get_task("a")
        session.get_task("a")
    assert "cookie" not in server.asked[1].headers


def test_no_proxy_is_used_but_that_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with prepared(answer(TASK)) as server, session_at(server.url) as session:
        assert session.get_task("a").document.id == "a"


# The connection


def test_one_connection_carries_all_requests() -> None:
    error = answer('{"message": "busy"}', "503 Service Unavailable")
    with prepared(answer(TASK), error, answer(TASK)) as server, session_at(server.url) as session:
        session.get_task("a")
        assert error_of(lambda: session.get_task("a")).message.endswith(": busy")
        session.get_task("a")
    assert [asked.connection for asked in server.asked] == [0, 0, 0]


@pytest.mark.parametrize(
    ("broken", "status", "said"),
    [
        (
            answer("x", "200 OK", "Content-Encoding: odd"),
            200,
            "answered in an unknown encoding: odd",
        ),
        (answer("x", "503 Busy", "Content-Encoding: odd"), 503, None),
        (answer("x" * 70_000, "503 Busy"), 503, None),
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 9\r\nConnection: close\r\n\r\nx", 503, None),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nx",
            200,
            "was cut short",
        ),
    ],
)
def test_after_an_answer_that_was_not_read_to_its_end_a_new_connection_is_made(
    broken: bytes, status: int, said: str | None
) -> None:
    with prepared(broken, answer(TASK)) as server, session_at(server.url) as session:
        error = error_of(lambda: session.get_task("a"))
        assert (error.status, error.transient) == (status, True)
        host = f"127.0.0.1:{server.port}"
        assert (
            said in error.message
            if said
            else (error.message == f"{host} answered HTTP 503 Service Unavailable")
        )
        assert host in error.message
        assert session.get_task("a").document.id == "a"
    assert [asked.connection for asked in server.asked] == [0, 1]


def test_a_closed_session_makes_a_new_connection() -> None:
    with prepared(answer(TASK), answer(TASK)) as server, session_at(server.url) as session:
        session.close()
        session.get_task("a")
        session.close()
        session.close()
        session.get_task("a")
    assert [asked.connection for asked in server.asked] == [0, 1]


def test_a_request_under_way_can_be_aborted_from_another_thread() -> None:
    with prepared(answer(TASK), None, answer(TASK)) as server, session_at(server.url) as session:
        session.abort()  # there is no connection yet
        session.get_task("a")

        def abort() -> None:
            server.is_asked.acquire()
            server.is_asked.acquire()
            session.abort()

        thread = threading.Thread(target=abort)
        thread.start()
        error = error_of(lambda: session.get_task("a"))
        thread.join()
        session.abort()
        assert (error.status, error.transient) == (None, True)
        assert error.message == (f"127.0.0.1:{server.port} closed the connection without an answer")
        assert session.get_task("a").document.id == "a"


def test_a_connection_that_has_ended_can_be_aborted() -> None:
    ended = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + TASK.encode()
    with prepared(ended) as server, session_at(server.url) as session:
        session.get_task("a")
        session.abort()
        session.abort()


def test_the_limits_of_a_request_are_those_that_messages_name() -> None:
    session = Session(Settings(KEY, "http://127.0.0.1"), None)
    with closing(session._new_client()) as client:
        assert client.timeout == httpx.Timeout(15.0, connect=10.0)


def test_an_answer_that_does_not_come_is_not_waited_for_longer_than_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"{SESSION}.READ_LIMIT_SECONDS", 0.05)
    with prepared(None) as server, session_at(server.url) as session:
        error = error_of(lambda: session.get_task("a"))
    assert error.message == f"127.0.0.1:{server.port} gave no answer in 15 s"


@pytest.mark.parametrize("status", ["200 OK", "503 Busy"])
def test_a_body_is_not_read_for_longer_than_the_limit(
    monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    monkeypatch.setattr(f"{SESSION}.REQUEST_LIMIT_SECONDS", -1.0)
    with prepared(answer(TASK, status)) as server, session_at(server.url) as session:
        error = error_of(lambda: session.get_task("a"))
    said = "gave no whole answer in 30 s" if status == "200 OK" else "answered HTTP 503"
    assert said in error.message


@in_a_process_of_its_own
def test_a_few_descriptors_are_left_for_other_files() -> None:
    with few_descriptors(3):
        _find_spare_descriptors()
        # They were closed again.
        _find_spare_descriptors()
    with few_descriptors(2):
        for _ in range(2):
            with pytest.raises(OSError, match="Too many open files"):
                _find_spare_descriptors()


@in_a_process_of_its_own
def test_a_connection_that_takes_the_last_descriptors_is_not_kept() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,  # connects, and never answers
        session_at(f"http://127.0.0.1:{listener.getsockname()[1]}") as session,
        few_descriptors(3),
    ):
        error = error_of(lambda: session.get_task("a"))
        for descriptor in [os.open(os.devnull, os.O_RDONLY) for _ in range(3)]:
            os.close(descriptor)
    assert type(error) is NoConnectionLeft
    assert error.message == "too many open files: gtask can open no connection"
