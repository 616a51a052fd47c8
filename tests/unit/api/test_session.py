"""What is sent to the API for each job, and what its answer means, over real sockets."""

import pytest

from gcore_tasks_cli import __version__
from gcore_tasks_cli.errors import KeyRefused, NoAnswer, TaskNotFound
from gcore_tasks_cli.polling.jobs import (
    Acknowledge,
    AcknowledgeAll,
    Answer,
    GetTask,
    ListPage,
)
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


def test_an_id_is_one_segment_of_the_path() -> None:
    with prepared(answer(TASK), answer(TASK)) as server, session_at(server.url) as session:
        for job in (GetTask("../a?b#c"), Acknowledge("../a?b#c")):
            error = error_of(lambda job=job: session.do(job))  # type: ignore[misc]
            assert error.message.endswith("another task: a")
    assert [asked.line for asked in server.asked] == [
        "GET /cloud/v1/tasks/..%2Fa%3Fb%23c HTTP/1.1",
        "POST /cloud/v1/tasks/..%2Fa%3Fb%23c/acknowledge HTTP/1.1",
    ]


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
        assert session.do(ListPage((), 5, 7)) == Answer([], 7, None)
        error = error_of(lambda: session.do(ListPage((), 5, 6)))
    host = f"127.0.0.1:{server.port}"
    assert error.message == f"{host} answered with an empty page of a list of 7 tasks"


def test_a_task_is_acknowledged() -> None:
    with prepared(answer(TASK)) as server, session_at(server.url) as session:
        assert id_of(session, Acknowledge("a")) == "a"
    assert [asked.line for asked in server.asked] == ["POST /cloud/v1/tasks/a/acknowledge HTTP/1.1"]


def test_all_tasks_are_acknowledged_where_the_api_says_that_they_are() -> None:
    answers = (answer(), answer("anything"), answer(status="202 Accepted"))
    no_content = b"HTTP/1.1 204 No Content\r\n\r\n"
    jobs = [AcknowledgeAll((("project_id", "1"), ("region_id", "76"))), *[AcknowledgeAll(())] * 3]
    with prepared(no_content, *answers) as server, session_at(server.url) as session:
        assert [session.do(job).documents for job in jobs] == [[]] * 4
    path = "/cloud/v1/tasks/acknowledge_all"
    assert [asked.line for asked in server.asked] == [
        f"POST {path}?project_id=1&region_id=76 HTTP/1.1",
        *[f"POST {path} HTTP/1.1"] * 3,
    ]


def test_cookies_are_not_kept() -> None:
    with_cookie = answer(TASK, "200 OK", "Set-Cookie: a=b; Path=/")
    with prepared(with_cookie, answer(TASK)) as server, session_at(server.url) as session:
        session.do(GetTask("a"))
        session.do(GetTask("a"))
    assert "cookie" not in server.asked[1].headers


def test_no_proxy_is_used_but_that_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with prepared(answer(TASK)) as server, session_at(server.url) as session:
        assert id_of(session) == "a"


# What an answer means


@pytest.mark.parametrize("status", ["201 Created", "203 Odd", "206 Partial Content"])
def test_a_document_is_read_whatever_the_2xx_it_comes_with(status: str) -> None:
    with (
        prepared(answer(TASK, status), answer(PAGE, status)) as server,
        session_at(server.url) as session,
    ):
        assert id_of(session) == "a"
        assert isinstance(session.do(ListPage((), 5, 0)), Answer)


@pytest.mark.parametrize("status", ["202 Accepted", "204 No Content"])
def test_a_2xx_without_a_document_is_nonsense_which_passes(status: str) -> None:
    with prepared(answer("", status)) as server, session_at(server.url) as session:
        error = error_of(lambda: session.do(GetTask("a")))
    assert error.message.endswith("answered with nothing instead of a task")
    assert (error.status, error.transient) == (int(status[:3]), True)


API_404 = (
    '{"exception_class": "TaskNotFound"}',
    '{"message": "no", "code": 404}',
    '{"message": "no", "request_id": "r"}',
)
OTHER_404 = ("", "<html>not found</html>", '{"message": "no"}', '{"code": 404}', '["message"]')


@pytest.mark.parametrize("body", [*API_404, *OTHER_404])
def test_only_a_404_of_the_api_itself_says_that_there_is_no_such_task(body: str) -> None:
    not_found = answer(body, "404 Not Found")
    with prepared(not_found, not_found) as server, session_at(server.url) as session:
        for job in (GetTask("a"), Acknowledge("a")):
            error = error_of(lambda job=job: session.do(job))  # type: ignore[misc]
            assert type(error) is (TaskNotFound if body in API_404 else NoAnswer)
            assert (error.status, error.transient) == (404, False)
            assert error.message.startswith("no such task: a") == (body in API_404)
            wrong_url = error.hint == "is GCORE_BASE_URL right?"
            assert wrong_url == (body in OTHER_404)


@pytest.mark.parametrize("status", ["400 Bad Request", "403 Forbidden", "404 Not Found", "302 Odd"])
def test_a_refusal_may_ask_to_come_back_later(status: str) -> None:
    later, never = answer("", status, "Retry-After: 7"), answer("", status)
    with prepared(later, never) as server, session_at(server.url) as session:
        errors = [error_of(lambda: session.do(GetTask("a"))) for _ in range(2)]
    assert [(e.transient, e.retry_after) for e in errors] == [(False, 7.0), (False, None)]
    assert {type(e) for e in errors} == {KeyRefused if status[:3] == "403" else NoAnswer}


def test_a_good_answer_may_ask_to_stay_away() -> None:
    answers = (answer(TASK, "200 OK", "Retry-After: 7"), answer(PAGE, "200 OK", "Retry-After: 9"))
    with prepared(*answers) as server, session_at(server.url) as session:
        found = [session.do(job) for job in (GetTask("a"), ListPage((), 5, 0))]
    assert [each and each.retry_after for each in found] == [7.0, 9.0]


@pytest.mark.parametrize("status", ["408 Odd", "409 Conflict", "425 Odd", "429 Odd", "500 Odd"])
def test_a_transient_status_is_transient(status: str) -> None:
    with prepared(answer("", status)) as server, session_at(server.url) as session:
        error = error_of(lambda: session.do(GetTask("a")))
    assert (error.status, error.transient) == (int(status[:3]), True)
