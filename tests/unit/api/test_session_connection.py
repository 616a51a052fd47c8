"""When a session makes a new connection, and how a request is ended from outside."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from gcore_tasks_cli.api.session import Session
from gcore_tasks_cli.polling.jobs import Acknowledge, GetTask, Job
from tests.servers.prepared import answer, prepared
from tests.unit.api.certificates import AUTHORITY
from tests.unit.api.sessions import TASK, error_of, id_of, session_at

OK = b"HTTP/1.1 200 OK\r\n"


def test_one_connection_carries_all_requests() -> None:
    error = answer('{"message": "busy"}', "503 Service Unavailable")
    with prepared(answer(TASK), error, answer(TASK)) as server, session_at(server.url) as session:
        session.do(GetTask("a"))
        assert error_of(lambda: session.do(GetTask("a"))).message.endswith(": busy")
        session.do(GetTask("a"))
    assert [asked.connection for asked in server.asked] == [0, 0, 0]


@pytest.mark.parametrize(
    ("broken", "status", "said"),
    [
        (
            answer("xyz", "200 OK", "Content-Encoding: gzip"),
            200,
            "answered with broken compression",
        ),
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
        error = error_of(lambda: session.do(GetTask("a")))
        assert (error.status, error.transient) == (status, True)
        host = f"127.0.0.1:{server.port}"
        assert (
            said in error.message
            if said
            else (error.message == f"{host} answered HTTP 503 Service Unavailable")
        )
        assert host in error.message
        assert id_of(session) == "a"
    assert [asked.connection for asked in server.asked] == [0, 1]


def test_a_closed_session_makes_a_new_connection() -> None:
    with prepared(answer(TASK), answer(TASK)) as server, session_at(server.url) as session:
        session.close()
        session.do(GetTask("a"))
        session.close()
        session.close()
        session.do(GetTask("a"))
    assert [asked.connection for asked in server.asked] == [0, 1]


def test_a_session_that_was_aborted_while_idle_goes_on() -> None:
    ended = OK + b"Connection: close\r\n\r\n" + TASK.encode()
    with prepared(ended, answer(TASK), answer(TASK)) as server, session_at(server.url) as session:
        session.abort()  # there is no connection yet
        for _ in range(3):
            session.forget_abort()
            assert id_of(session) == "a"
            session.abort()
            session.abort()


# A connection that was idle


@contextmanager
def one_answer_each(ending: str) -> Iterator[tuple[str, list[int]]]:
    """Answers one request of each connection, and ends it then or at the next request."""
    linger = struct.pack("ii", 1, 0)  # closing resets
    asked: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                for number in range(9):
                    with listener.accept()[0] as connection:
                        connection.recv(65536)
                        asked.append(number)
                        connection.sendall(answer(TASK))
                        if "next" in ending:
                            connection.recv(65536)
                        if "reset" in ending:
                            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # ends `accept`


@pytest.mark.parametrize("ending", ["closed", "reset", "closed at next use", "reset at next use"])
@pytest.mark.parametrize("job", [GetTask("a"), Acknowledge("a")])
def test_an_idle_connection_that_has_ended_is_replaced_without_a_word(
    ending: str, job: Job
) -> None:
    log: list[tuple[object, ...]] = []
    with (
        one_answer_each(ending) as (url, asked),
        session_at(url, log=lambda *request: log.append(request)) as session,
    ):
        for _ in range(3):
            assert id_of(session, job) == "a"
    assert asked == [0, 1, 2]
    assert [(status, error) for _, _, status, _, error in log] == [(200, None)] * 3


def test_only_an_idle_connection_is_replaced_and_only_once() -> None:
    with prepared(b"") as server, session_at(server.url) as session:
        assert error_of(lambda: session.do(GetTask("a"))).transient
    assert len(server.asked) == 1
    with prepared(answer(TASK), b"", b"") as server, session_at(server.url) as session:
        assert id_of(session) == "a"
        assert error_of(lambda: session.do(GetTask("a"))).transient
    assert [asked.connection for asked in server.asked] == [0, 0, 1]
    # Half an answer is no connection that was idle.
    half = OK + b"Content-Length: 9\r\nConnection: close\r\n\r\nx"
    with prepared(answer(TASK), half) as server, session_at(server.url) as session:
        assert id_of(session) == "a"
        assert "cut short" in error_of(lambda: session.do(GetTask("a"))).message
    assert len(server.asked) == 2


# Ended from outside


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
    assert error.transient
    # The status of an error is enough of an answer.
    assert error.message == "no answer; the request was given up" or error.status == 503


@contextmanager
def hanging(
    said: bytes, tls: ssl.SSLContext | None = None, *, drips: bool = False
) -> Iterator[tuple[int, threading.Event]]:
    """Its port, and whether it has said that; then nothing more, or byte by byte."""
    has_said = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError), listener.accept()[0] as plain:
                connection = tls.wrap_socket(plain, server_side=True) if tls else plain
                with connection:
                    connection.recv(65536)
                    connection.sendall(said)
                    has_said.set()
                    while drips:
                        connection.sendall(b"x")
                        time.sleep(0.01)
                    connection.recv(65536)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1], has_said


HANGS = {
    "nothing": b"",
    "half of the headers": OK + b"X: y",
    "half of the body": OK + b"Content-Length: 9999\r\n\r\n{",
    "half of the body of an error": b"HTTP/1.1 503 Busy\r\nContent-Length: 9999\r\n\r\n{",
}


@pytest.mark.parametrize("uses_tls", [False, True])
@pytest.mark.parametrize("drips", [False, True])
@pytest.mark.parametrize("said", HANGS.values(), ids=HANGS)
def test_a_request_that_hangs_can_be_aborted(
    said: bytes, drips: bool, uses_tls: bool, tmp_path: Path
) -> None:
    ca_file = str(tmp_path / "ca.pem")
    AUTHORITY.cert_pem.write_to_path(ca_file)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if uses_tls else None
    if tls is not None:
        AUTHORITY.issue_cert("127.0.0.1").configure_cert(tls)
    with hanging(said, tls, drips=drips) as (port, has_said):
        url = f"{'https' if uses_tls else 'http'}://127.0.0.1:{port}"
        with session_at(url, ca_file=ca_file) as session:
            check_aborted(session, has_said.wait)


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
    with socket.create_server(("127.0.0.1", 0)) as silent, ExitStack() as held:

        def accept() -> None:
            held.enter_context(silent.accept()[0])

        port = silent.getsockname()[1]
        with session_at(f"https://127.0.0.1:{port}") as session:
            error = error_of(lambda: session.do(GetTask("a")))
            assert error.message == f"could not connect to 127.0.0.1:{port} within 10 s"
            accept()
            check_aborted(session, accept)


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
