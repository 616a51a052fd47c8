"""What is sent to the API for each job, over real sockets."""

import pytest

from gcore_tasks_cli import __version__
from gcore_tasks_cli.polling.jobs import Answer, GetTask, ListPage
from tests.servers.prepared import answer, prepared
from tests.unit.api.sessions import KEY, PAGE, TASK, error_of, id_of, session_at


def test_a_task_is_asked_for_with_the_key() -> None:
    with prepared(answer(TASK)) as server, session_at(f"{server.url}/prefix") as session:
        assert id_of(session, GetTask("A")) == "a"
    (asked,) = server.asked
    assert asked.line == "GET /prefix/cloud/v1/tasks/A HTTP/1.1"
    sent = {"authorization", "user-agent", "accept", "accept-encoding"}
    assert {name: asked.headers[name] for name in sent} == {
        "authorization": f"APIKey {KEY}",
        "user-agent": f"gtask/{__version__}",
        "accept": "application/json",
        "accept-encoding": "gzip",
    }


def test_a_page_is_asked_for_by_its_parameters() -> None:
    parameters = (("state", "NEW"), ("state", "RUNNING"), ("task_type", "a b&c"))
    with prepared(answer(PAGE), answer(PAGE)) as server, session_at(server.url) as session:
        page = session.do(ListPage(parameters, 5, 2))
        assert isinstance(page, Answer)
        assert page.total == 7
        session.do(ListPage((), 1000, 0))
    assert [asked.line for asked in server.asked] == [
        "GET /cloud/v1/tasks?state=NEW&state=RUNNING&task_type=a+b%26c&limit=5&offset=2 HTTP/1.1",
        "GET /cloud/v1/tasks?limit=1000&offset=0 HTTP/1.1",
    ]


def test_a_page_beyond_the_end_may_be_empty() -> None:
    empty = answer('{"count": 7, "results": []}')
    with prepared(empty, empty) as server, session_at(server.url) as session:
        assert session.do(ListPage((), 5, 7)).total == 7
        error = error_of(lambda: session.do(ListPage((), 5, 6)))
    host = f"127.0.0.1:{server.port}"
    assert error.message == f"{host} answered with an empty page of a list of 7 tasks"


def test_no_proxy_is_used_but_that_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with prepared(answer(TASK)) as server, session_at(server.url) as session:
        assert id_of(session) == "a"
