"""When a session makes a new connection, and how a request is ended from outside."""

import re
import socket
import threading
from collections.abc import Callable

import pytest

from gcore_tasks_cli.api.session import Session
from gcore_tasks_cli.polling.jobs import Acknowledge, GetTask, Job
from tests.servers.prepared import answer, prepared
from tests.servers.raw import answering
from tests.servers.sandbox import SandboxServer, scenario_of
from tests.unit.api.sessions import TASK, error_of, id_of, session_at
from tests.unit.certificates import server_tls
from tests.unit.sandbox.clients import eventually

OK = b"HTTP/1.1 200 OK"
CUT_SHORT = b"\r\nContent-Length: 9\r\nConnection: close\r\n\r\nx"


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (answer("xyz", "200 OK", "Content-Encoding: gzip"), "answered with broken compression"),
        (answer("x" * 70_000, "503 Busy"), "answered HTTP 503 Service Unavailable"),
        (b"HTTP/1.1 503 Busy" + CUT_SHORT, "answered HTTP 503 Service Unavailable"),
        (OK + CUT_SHORT, "was cut short"),
    ],
)
def test_after_an_answer_that_was_not_read_to_its_end_a_new_connection_is_made(
    broken: bytes, words: str
) -> None:
    with prepared(broken, answer(TASK)) as server, session_at(server.url) as session:
        error = error_of(lambda: session.do(GetTask("a")))
        assert error.message.endswith(words)
        assert (error.status, error.transient) == (int(broken[9:12]), True)
        assert id_of(session) == "a"
    assert [asked.connection for asked in server.asked] == [0, 1]


def test_a_session_that_was_aborted_while_idle_goes_on() -> None:
    ended = OK + b"\r\nConnection: close\r\n\r\n" + TASK.encode()
    with prepared(ended, answer(TASK), answer(TASK)) as server, session_at(server.url) as session:
        session.abort()  # there is no connection yet
        for _ in range(3):
            session.forget_abort()
            assert id_of(session) == "a"
            session.abort()
            session.abort()


@pytest.mark.parametrize("kind", ["close", "reset", "half_close"])
@pytest.mark.parametrize("job", [GetTask("a"), Acknowledge("a")])
def test_an_idle_connection_that_ends_at_its_next_use_is_replaced_without_a_word(
    kind: str, job: Job
) -> None:
    log: list[str] = []
    scenario = scenario_of(tasks=[{"id": "a"}], faults=[{"do": kind, "requests": [2, 2]}])
    with (
        SandboxServer(scenario) as server,
        session_at(server.base_url, server.api_key, log=log.append) as session,
    ):
        assert [id_of(session, job) for _ in range(2)] == ["a", "a"]
        assert len(server.requests) == 3
    assert [bool(re.search(r"/a\S* 200 in \d+ ms$", line)) for line in log] == [True, True]


def test_an_idle_connection_that_has_ended_is_replaced() -> None:
    with answering(answer(TASK)) as port, session_at(f"http://127.0.0.1:{port}") as session:
        assert [id_of(session) for _ in range(3)] == ["a"] * 3


def test_only_an_idle_connection_is_replaced_and_only_once() -> None:
    with prepared(b"") as server, session_at(server.url) as session:
        assert error_of(lambda: session.do(GetTask("a"))).transient
    assert len(server.asked) == 1
    with prepared(answer(TASK), b"", b"") as server, session_at(server.url) as session:
        assert id_of(session) == "a"
        assert error_of(lambda: session.do(GetTask("a"))).transient
    assert [asked.connection for asked in server.asked] == [0, 0, 1]
    # Half an answer is no connection that was idle.
    with prepared(answer(TASK), OK + CUT_SHORT) as server, session_at(server.url) as session:
        assert id_of(session) == "a"
        assert "cut short" in error_of(lambda: session.do(GetTask("a"))).message
    assert len(server.asked) == 2


def check_aborted(
    session: Session, when: Callable[[], object], then: Callable[[], object] = bool
) -> None:
    """A request that another thread ends then is over, and says so."""

    def abort() -> None:
        when()
        session.abort()
        then()

    thread = threading.Thread(target=abort)
    thread.start()
    error = error_of(lambda: session.do(GetTask("a")))
    thread.join()
    assert (error.message, error.transient) == ("no answer; the request was given up", True)


@pytest.mark.parametrize("uses_tls", [False, True])
@pytest.mark.parametrize("kind", ["silent", "drip", "drip_headers"])
def test_a_request_that_hangs_can_be_aborted(
    kind: str, uses_tls: bool, authority_file: str
) -> None:
    tls = server_tls() if uses_tls else None
    scenario = scenario_of(tasks=[{"id": "a"}], faults=[{"do": kind}])
    with (
        SandboxServer(scenario, ssl_context=tls) as server,
        session_at(server.base_url, server.api_key, ca_file=authority_file) as session,
    ):

        def is_under_way() -> bool:
            return bool(server.requests) and (kind == "silent" or server.bytes_sent > 0)

        check_aborted(session, lambda: eventually(is_under_way))


def test_after_an_abort_the_next_request_has_a_connection_of_its_own() -> None:
    with prepared(answer(TASK), None, answer(TASK)) as server, session_at(server.url) as session:
        assert id_of(session) == "a"
        server.is_asked.acquire()
        check_aborted(session, server.is_asked.acquire)
        session.forget_abort()
        assert id_of(session) == "a"
    assert [asked.connection for asked in server.asked] == [0, 0, 1]


def test_a_handshake_that_hangs_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gcore_tasks_cli.api.session.CONNECT_LIMIT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        with session_at(url) as session:
            error = error_of(lambda: session.do(GetTask("a")))
    assert error.message == f"could not connect to {url[8:]} within 10 s"


def test_what_is_aborted_before_it_is_connected_is_never_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_looking_up, has_aborted = threading.Event(), threading.Event()
    look_up = socket.getaddrinfo

    def slow_look_up(*of: object) -> object:
        is_looking_up.set()
        has_aborted.wait()
        return look_up(*of)  # type: ignore[arg-type]

    with prepared() as server, session_at(server.url) as session:
        monkeypatch.setattr(socket, "getaddrinfo", slow_look_up)
        check_aborted(session, is_looking_up.wait, has_aborted.set)
        # Nor is what was aborted before it began.
        assert error_of(lambda: session.do(GetTask("a"))).transient
    assert not server.asked
