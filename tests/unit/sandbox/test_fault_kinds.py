"""Every kind of fault over a real socket, also the rare ones: what plain clients see of it."""

import json
import time
import zlib
from contextlib import closing, suppress
from email.utils import parsedate_to_datetime
from http.client import BadStatusLine, IncompleteRead
from typing import Any

import pytest

from gcore_tasks_cli.sandbox.server import SandboxServer
from tests.unit.sandbox.clients import (
    PATH,
    asked,
    assert_serves,
    at_least,
    client,
    during,
    eventually,
    fetched,
    is_refused,
    port_of,
    raw,
    serving,
    until_end,
)

HANGING: list[dict[str, Any]] = [
    {"do": "silent"},
    {"do": "half_close"},
    {"do": "drip", "interval": 3600},
    {"do": "delay", "seconds": 3600},
    {"do": "endless"},
    {"do": "headers_flood"},
]


@pytest.mark.parametrize(
    "slow", [{"latency": 0.05}, {"faults": [{"do": "delay", "seconds": 0.05}]}]
)
def test_latency_and_delay_come_before_the_normal_response(slow: dict[str, Any]) -> None:
    with serving(**slow) as server:
        began = time.monotonic()
        assert_serves(server)
        assert time.monotonic() - began >= 0.05


def test_status_is_the_given_response_for_the_given_requests() -> None:
    fault = {"do": "status", "requests": [2, 2], "headers": {"Retry-After": "7"}, "body": {"a": 1}}
    with serving(fault) as server:
        assert_serves(server)
        response, body = fetched(server)
        assert (response.status, response.headers["Retry-After"]) == (503, "7")
        assert json.loads(body) == {"a": 1}
        assert_serves(server)


def test_retry_after_can_be_a_date_by_the_servers_clock() -> None:
    fault = {"do": "status", "status": 429, "headers": {"Retry-After": "date+5"}}
    with serving(fault, clock_offset=3600) as server:
        response, _ = fetched(server)
        assert response.status == 429
        date, until = (parsedate_to_datetime(response.headers[n]) for n in ("Date", "Retry-After"))
        assert (until - date).total_seconds() == 5
        assert date.timestamp() - time.time() > 3500


def test_body_replaces_the_normal_response() -> None:
    html = {"do": "body", "body": "<b>no</b>", "content_type": "text/html", "requests": [1, 1]}
    with serving(html, {"do": "body", "body": ["no task"]}) as server:
        response, body = fetched(server)
        assert (response.status, body) == (200, b"<b>no</b>")
        assert response.headers["Content-Type"] == "text/html"
        assert json.loads(fetched(server)[1]) == ["no task"]


def test_status_can_be_a_redirect() -> None:
    with serving(
        {"do": "status", "status": 302, "headers": {"Location": "http://127.0.0.1:9/x"}}
    ) as server:
        response, body = fetched(server)
        assert (response.status, body) == (302, b"")
        assert response.headers["Location"] == "http://127.0.0.1:9/x"


def test_other_task_sends_another_tasks_document() -> None:
    with serving({"do": "other_task", "requests": [1, 1]}) as server:
        odd, right = (json.loads(fetched(server)[1]) for _ in range(2))
        assert odd["id"] == "00000000-dead-4bad-8bad-000000000000"
        assert odd | {"id": "a"} == right


def test_reset_sends_rst_and_close_sends_fin() -> None:
    first = {"requests": [1, 1]}
    with serving({"do": "reset", **first}, {"do": "close", "requests": [2, 2]}) as server:
        with raw(server) as connection, pytest.raises(ConnectionResetError):
            until_end(connection)
        with raw(server) as connection:
            assert until_end(connection) == b""
        assert_serves(server)
        assert len(server.requests) == 3


def test_half_close_ends_only_the_servers_direction() -> None:
    with serving({"do": "half_close"}) as server, raw(server) as connection:
        assert until_end(connection) == b""
        for _ in range(3):
            connection.sendall(b"still here")
            time.sleep(0.02)
        assert connection.recv(1) == b""


def test_silent_sends_nothing_and_keeps_the_connection() -> None:
    with serving({"do": "silent"}) as server, raw(server) as connection:
        eventually(lambda: len(server.requests) == 1)
        assert during(connection, 0.1) == []
        assert server.bytes_sent == 0


def test_refuse_closes_the_port_and_ends_open_connections() -> None:
    with serving({"do": "refuse", "between": [3, 3600]}) as server, raw(server) as connection:
        until_end(connection)
        eventually(lambda: is_refused(server))
        assert server.now() >= 3


def test_after_refuse_the_port_is_open_again() -> None:
    with serving({"do": "refuse", "between": [0, 0.3]}) as server:
        eventually(lambda: not is_refused(server) and server.now() >= 0.3)
        assert_serves(server)


def test_drip_sends_the_body_byte_by_byte() -> None:
    with serving({"do": "drip", "interval": 0.01}) as server, raw(server) as connection:
        received = at_least(connection, 40)
        assert received.startswith(b"HTTP/1.1 200 OK\r\n")
        sizes = [len(connection.recv(65536)) for _ in range(20)]
        # Some come together where this thread has to wait for its turn.
        assert 1 in sizes


def test_drip_sends_the_whole_body_in_the_end() -> None:
    with serving({"do": "drip", "interval": 0.0, "requests": [1, 1]}) as server:
        assert fetched(server)[1] == fetched(server)[1]


def test_drip_sends_headers_byte_by_byte() -> None:
    fault = {"do": "drip_headers", "interval": 0.0}
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


def test_headers_flood_never_ends_the_headers() -> None:
    with serving({"do": "headers_flood", "requests": [1, 1]}) as server:
        with raw(server) as connection:
            received = at_least(connection, 2_000_000)
            assert received.startswith(b"HTTP/1.1 200 OK\r\nX-Filler-0: xxx")
            assert b"\r\n\r\n" not in received
        assert_serves(server)


def test_truncate_announces_more_than_it_sends() -> None:
    with serving({"do": "truncate", "keep": 0.25, "requests": [1, 1]}) as server:
        with closing(client(server)) as connection, pytest.raises(IncompleteRead) as caught:
            asked(connection, server).read()
        _, whole = fetched(server)
        assert caught.value.partial == whole[: len(whole) // 4]
        assert caught.value.expected == len(whole) - len(caught.value.partial)


def test_garbage_is_not_http() -> None:
    with serving({"do": "garbage"}) as server, raw(server) as connection:
        assert until_end(connection).startswith(b"\x00\xff\xfe")
        with pytest.raises(BadStatusLine):
            fetched(server)


@pytest.mark.parametrize("size", [0, 300_000])
def test_huge_is_as_large_as_announced(size: int) -> None:
    with serving({"do": "huge", "bytes": size}) as server:
        response, body = fetched(server)
        assert response.headers["Content-Length"] == str(len(body))
        assert json.loads(body)["data"] == "x" * size


@pytest.mark.parametrize(("encoding", "window"), [("gzip", 31), ("deflate", 15)])
def test_bomb_is_large_when_decompressed(encoding: str, window: int) -> None:
    with serving({"do": "bomb", "encoding": encoding, "bytes": 3_000_000}) as server:
        response, body = fetched(server)
        assert response.headers["Content-Encoding"] == encoding
        assert len(body) < 30_000
        assert json.loads(zlib.decompress(body, window))["data"] == "x" * 3_000_000


@pytest.mark.parametrize("fault", HANGING, ids=lambda fault: fault["do"])
def test_stopping_ends_hanging_connections_and_frees_the_port(fault: dict[str, Any]) -> None:
    with serving({**fault, "path": PATH}) as server, raw(server) as connection:
        eventually(lambda: len(server.requests) == 1)
        server.stop()
        with suppress(ConnectionResetError):
            until_end(connection)
        eventually(lambda: is_refused(server))
        with SandboxServer(server.scenario, port=port_of(server)) as again:
            assert fetched(again, "/")[0].status == 404
