"""The sandbox over a real socket: what plain clients see of good answers and of every fault."""

import errno
import gzip
import json
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from email.utils import parsedate_to_datetime
from http.client import BadStatusLine, HTTPConnection, HTTPResponse, IncompleteRead
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcore_tasks_cli.sandbox.scenario import parse_scenario
from gcore_tasks_cli.sandbox.server import SandboxServer

PATH = "/cloud/v1/tasks/a"
ODD_BYTES = st.binary(max_size=200) | st.text("GET /: HTP1.\r\n[", max_size=60).map(str.encode)
HANGING = ["silent", "half_close", "drip", "delay", "endless", "headers_flood"]
PATIENCE = 5.0  # seconds after which a test fails; nothing ever waits so long


@contextmanager
def serving(*faults: dict[str, Any], **more: Any) -> Iterator[SandboxServer]:
    root = {"tasks": [{"id": "a", "ends": "NEVER"}], "faults": list(faults), **more}
    with SandboxServer(parse_scenario(json.dumps(root))) as server:
        yield server


def port_of(server: SandboxServer) -> int:
    return urlsplit(server.base_url).port or 0


def client(server: SandboxServer) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", port_of(server), timeout=PATIENCE)


def asked(
    connection: HTTPConnection, server: SandboxServer, path: str = PATH, method: str = "GET",
    **headers: str,
) -> HTTPResponse:  # fmt: skip
    key = {"Authorization": f"apikey {server.api_key}"}
    connection.request(method, path, headers=key | headers)
    return connection.getresponse()


def fetched(
    server: SandboxServer, path: str = PATH, method: str = "GET", **headers: str
) -> tuple[HTTPResponse, bytes]:
    """The answer to one request on a connection of its own, and its whole body."""
    with closing(client(server)) as connection:
        response = asked(connection, server, path, method, **headers)
        return response, response.read()


def assert_serves(server: SandboxServer) -> None:
    response, body = fetched(server)
    assert (response.status, json.loads(body)["id"]) == (200, "a")


@contextmanager
def raw(server: SandboxServer, data: bytes | None = None) -> Iterator[socket.socket]:
    """A bare connection on which a request, or these bytes, were sent."""
    request = f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: apikey {server.api_key}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=PATIENCE) as connection:
        connection.sendall(request.encode() if data is None else data)
        yield connection


def until_end(connection: socket.socket) -> bytes:
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


def at_least(connection: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        piece = connection.recv(65536)
        assert piece, f"the connection ended after {len(received)} bytes"
        received += piece
    return received


def during(connection: socket.socket, seconds: float) -> list[bytes]:
    """What comes in this time, in the pieces in which it comes."""
    pieces, end = [], time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            pieces.append(connection.recv(65536))
        except TimeoutError:
            break
    return pieces


def eventually(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.005)


def is_refused(server: SandboxServer) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port_of(server))) == errno.ECONNREFUSED


def test_answers_are_those_of_the_api() -> None:
    with serving() as server:
        response, body = fetched(server)
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Content-Length"] == str(len(body))
        assert abs(parsedate_to_datetime(response.headers["Date"]).timestamp() - time.time()) < 5
        assert json.loads(body)["state"] == "RUNNING"
        assert fetched(server, Authorization="apikey wrong")[0].status == 401
        assert fetched(server, f"{PATH}b")[0].status == 404
        assert [path for _, _, path in server.requests] == [PATH, PATH, f"{PATH}b"]


def test_one_connection_serves_many_requests() -> None:
    with serving() as server, closing(client(server)) as connection:
        asked(connection, server).read()
        first = connection.sock
        connection.request("POST", f"{PATH}/acknowledge", body=b"x" * 5000)
        assert connection.getresponse().read()
        for method, status in (("GET", 200), ("HEAD", 405), ("GET", 200)):
            response = asked(connection, server, method=method)
            assert response.status == status
            response.read()
        assert connection.sock is first is not None


def test_time_may_wait_for_the_first_request() -> None:
    scenario = parse_scenario('{"tasks": [{"id": "a", "lasts": 0.1}]}')
    with SandboxServer(scenario, from_first_request=True) as server:
        time.sleep(0.15)
        states = [json.loads(fetched(server)[1])["state"]]
        eventually(lambda: server.now() >= 0.1)
        assert [*states, json.loads(fetched(server)[1])["state"]] == ["RUNNING", "FINISHED"]


def test_nothing_comes_where_nothing_may_come() -> None:
    with serving() as server, closing(client(server)) as connection:
        response = asked(connection, server, "/cloud/v1/tasks/acknowledge_all", "POST")
        assert (response.status, response.read()) == (204, b"")
        assert "Content-Length" not in response.headers
        assert asked(connection, server).read()


def test_long_answers_are_gzipped_for_those_who_take_it() -> None:
    with serving(defaults=True) as server:
        many = "/cloud/v1/tasks?limit=50"
        response, body = fetched(server, many, **{"Accept-Encoding": "gzip, deflate"})
        assert response.headers["Content-Encoding"] == "gzip"
        plain, whole = fetched(server, many)
        assert "Content-Encoding" not in plain.headers
        assert gzip.decompress(body) == whole
        short, _ = fetched(server, **{"Accept-Encoding": "gzip, deflate"})
        assert "Content-Encoding" not in short.headers


@pytest.mark.parametrize(
    "slow", [{"latency": 0.05}, {"faults": [{"do": "delay", "seconds": 0.05}]}]
)
def test_latency_and_delay_come_before_the_right_answer(slow: dict[str, Any]) -> None:
    with serving(**slow) as server:
        began = time.monotonic()
        assert_serves(server)
        assert time.monotonic() - began >= 0.05


def test_status_says_what_it_is_told_to_as_often_as_it_is_told_to() -> None:
    fault = {"do": "status", "requests": [2, 2], "headers": {"Retry-After": "7"}, "body": {"a": 1}}
    with serving(fault) as server:
        assert_serves(server)
        response, body = fetched(server)
        assert (response.status, response.headers["Retry-After"]) == (503, "7")
        assert json.loads(body) == {"a": 1}
        assert_serves(server)


def test_retry_after_may_be_a_date_by_the_servers_own_clock() -> None:
    fault = {"do": "status", "status": 429, "headers": {"Retry-After": "date+5"}}
    with serving(fault, clock_offset=3600) as server:
        response, _ = fetched(server)
        assert response.status == 429
        date, until = (parsedate_to_datetime(response.headers[n]) for n in ("Date", "Retry-After"))
        assert (until - date).total_seconds() == 5
        assert date.timestamp() - time.time() > 3500


def test_body_replaces_the_answer() -> None:
    html = {"do": "body", "body": "<b>no</b>", "content_type": "text/html", "requests": [1, 1]}
    with serving(html, {"do": "body", "body": ["no task"]}) as server:
        response, body = fetched(server)
        assert (response.status, body) == (200, b"<b>no</b>")
        assert response.headers["Content-Type"] == "text/html"
        assert json.loads(fetched(server)[1]) == ["no task"]


def test_redirect_points_elsewhere() -> None:
    with serving({"do": "redirect", "location": "http://127.0.0.1:9/x"}) as server:
        response, body = fetched(server)
        assert (response.status, body) == (302, b"")
        assert response.headers["Location"] == "http://127.0.0.1:9/x"


def test_other_task_answers_for_another_one() -> None:
    with serving({"do": "other_task", "requests": [1, 1]}) as server:
        odd, right = (json.loads(fetched(server)[1]) for _ in range(2))
        assert odd["id"] == "00000000-dead-4bad-8bad-000000000000"
        assert odd | {"id": "a"} == right


def test_reset_and_close_end_the_connection_each_in_its_way() -> None:
    first = {"requests": [1, 1]}
    with serving({"do": "reset", **first}, {"do": "close", "requests": [2, 2]}) as server:
        with raw(server) as connection, pytest.raises(ConnectionResetError):
            until_end(connection)
        with raw(server) as connection:
            assert until_end(connection) == b""
        assert_serves(server)
        assert len(server.requests) == 3


def test_half_close_ends_only_what_the_server_says() -> None:
    with serving({"do": "half_close"}) as server, raw(server) as connection:
        assert until_end(connection) == b""
        for _ in range(3):
            connection.sendall(b"still here")
            time.sleep(0.02)
        assert connection.recv(1) == b""


def test_silent_says_nothing_and_keeps_the_connection() -> None:
    with serving({"do": "silent"}) as server, raw(server) as connection:
        eventually(lambda: len(server.requests) == 1)
        assert during(connection, 0.1) == []
        assert server.bytes_sent == 0


def test_refuse_is_as_if_nobody_listened_and_then_somebody_does_again() -> None:
    with serving({"do": "refuse", "between": [0.15, 0.3]}) as server, raw(server) as connection:
        at_least(connection, 100)
        assert connection.recv(1) == b"", "open connections end, too"
        eventually(lambda: is_refused(server))
        assert 0.15 <= server.now() < 0.3
        eventually(lambda: not is_refused(server))
        assert server.now() >= 0.29
        assert_serves(server)


def test_drip_sends_the_body_byte_by_byte_and_is_never_done() -> None:
    with serving({"do": "drip", "interval": 0.01}) as server, raw(server) as connection:
        assert at_least(connection, 40).startswith(b"HTTP/1.1 200 OK\r\n")
        pieces = during(connection, 0.15)
        assert 2 <= len(b"".join(pieces)) <= 150
        assert max(map(len, pieces[1:])) <= 3


def test_drip_sends_headers_byte_by_byte() -> None:
    fault = {"do": "drip", "what": "headers", "interval": 0.0}
    with serving(fault) as server, raw(server) as connection:
        received = at_least(connection, 5000)
        assert received.startswith(b"HTTP/1.1 200 OK\r\nX-Slow: xxx")
        assert b"\r\n\r\n" not in received


def test_endless_goes_on_until_the_client_leaves() -> None:
    with serving({"do": "endless", "requests": [1, 1]}) as server:
        with raw(server) as connection:
            head, _, body = at_least(connection, 2_000_000).partition(b"\r\n\r\n")
            assert b"Content-Length" not in head
            assert body.startswith(b'{"id":"filler"')
        assert_serves(server)


def test_headers_flood_never_comes_to_the_body() -> None:
    with serving({"do": "headers_flood", "requests": [1, 1]}) as server:
        with raw(server) as connection:
            received = at_least(connection, 2_000_000)
            assert received.startswith(b"HTTP/1.1 200 OK\r\nX-Filler-0: xxx")
            assert b"\r\n\r\n" not in received
        assert_serves(server)


def test_truncate_promises_more_than_it_sends() -> None:
    with serving({"do": "truncate", "keep": 0.25, "requests": [1, 1]}) as server:
        with closing(client(server)) as connection, pytest.raises(IncompleteRead) as caught:
            asked(connection, server).read()
        _, whole = fetched(server)
        assert caught.value.partial == whole[: len(whole) // 4]
        assert caught.value.expected == len(whole) - len(caught.value.partial)


def test_garbage_is_no_http() -> None:
    with serving({"do": "garbage"}) as server, raw(server) as connection:
        assert until_end(connection).startswith(b"\x00\xff\xfe")
        with pytest.raises(BadStatusLine):
            fetched(server)


@pytest.mark.parametrize("size", [0, 300_000])
def test_huge_is_as_large_as_it_says(size: int) -> None:
    with serving({"do": "huge", "bytes": size}) as server:
        response, body = fetched(server)
        assert response.headers["Content-Length"] == str(len(body))
        assert json.loads(body)["data"] == "x" * size


@pytest.mark.parametrize(("encoding", "window"), [("gzip", 31), ("deflate", 15)])
def test_bomb_grows_when_it_is_opened(encoding: str, window: int) -> None:
    with serving({"do": "bomb", "encoding": encoding, "bytes": 3_000_000}) as server:
        response, body = fetched(server)
        assert response.headers["Content-Encoding"] == encoding
        assert len(body) < 30_000
        assert json.loads(zlib.decompress(body, window))["data"] == "x" * 3_000_000


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x00\xff\x00\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/x.y\r\n\r\n", 400),
        (b"GET / HTTP/1.1 more\r\n\r\n", 400),
        (b"PUT /\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\n\r\n\r\n", 400),
        (b"GET /".ljust(65_537, b"x"), 414),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
        (b"BREW / HTTP/1.1\r\n\r\n", 501),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"GET http://[half/ HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n", 401),
    ],
)  # fmt: skip
def test_what_is_no_good_request_is_told_so(data: bytes, status: int) -> None:
    with serving() as server:
        with raw(server, data) as connection:
            assert until_end(connection).split(b" ")[1:2] == [str(status).encode()]
        assert_serves(server)


def test_the_error_for_a_bad_request_is_json() -> None:
    with serving() as server, raw(server, b"\x00\x01\r\n\r\n") as connection:
        _, _, body = until_end(connection).partition(b"\r\n\r\n")
        assert json.loads(body)["exception_class"] == "ValidationError"


@settings(max_examples=20, deadline=None)
@given(data=ODD_BYTES)
def test_no_bytes_end_the_server(data: bytes) -> None:
    with serving() as server:
        with raw(server, data) as connection:
            connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError):  # it may close before it has read all
                assert until_end(connection)[:9] in (b"", b"HTTP/1.1 ")
        assert_serves(server)


@pytest.mark.parametrize("kind", HANGING)
def test_stopping_ends_what_hangs_and_frees_the_port(kind: str) -> None:
    fault = {"do": kind, "path": PATH, "seconds": 60, "interval": 60}
    with serving(fault) as server, raw(server) as connection:
        eventually(lambda: len(server.requests) == 1)
        began = time.monotonic()
        server.stop()
        with suppress(ConnectionResetError):
            until_end(connection)
        assert time.monotonic() - began < 1.0
        eventually(lambda: is_refused(server))
        with SandboxServer(server.scenario, port=port_of(server)) as again:
            assert fetched(again, "/")[0].status == 404


def test_the_port_is_free_as_soon_as_stop_returns() -> None:
    for _ in range(3):
        with serving() as server:
            assert_serves(server)
        assert is_refused(server)


def test_a_port_that_is_taken_is_not_taken_away() -> None:
    with serving() as server:
        with pytest.raises(OSError):
            SandboxServer(server.scenario, port=port_of(server)).__enter__()
        assert_serves(server)
