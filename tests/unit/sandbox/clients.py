"""A sandbox with one task, and plain clients that talk to it."""

import errno
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from tests.servers.sandbox import SandboxServer, scenario_of

TASKS = "/cloud/v1/tasks"
PATH = f"{TASKS}/a"
LIMIT_SECONDS = 60.0  # a test that waits longer has failed


@contextmanager
def serving(
    *faults: dict[str, Any], from_first_request: bool = False, **more: Any
) -> Iterator[SandboxServer]:
    root = {"tasks": [{"id": "a", "ends": "NEVER"}], "faults": list(faults), **more}
    with SandboxServer(scenario_of(**root), from_first_request=from_first_request) as server:
        yield server


def port_of(server: SandboxServer) -> int:
    return urlsplit(server.base_url).port or 0


def client(server: SandboxServer) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", port_of(server), timeout=LIMIT_SECONDS)


def asked(
    connection: HTTPConnection, server: SandboxServer, path: str = PATH, method: str = "GET",
    body: str | None = None, **headers: str,
) -> HTTPResponse:  # fmt: skip
    key = {"Authorization": f"apikey {server.api_key}"}
    connection.request(method, path, body, key | headers)
    return connection.getresponse()


def fetched(
    server: SandboxServer, path: str = PATH, method: str = "GET", **more: str
) -> tuple[HTTPResponse, bytes]:
    """The answer to one request on a connection of its own, and its whole body."""
    with closing(client(server)) as connection:
        response = asked(connection, server, path, method, **more)
        return response, response.read()


def answer(server: SandboxServer, path: str = PATH, method: str = "GET", **more: str) -> Any:
    """The document of a request that succeeds."""
    response, body = fetched(server, path, method, **more)
    assert response.status == 200, body
    return json.loads(body)


def statuses(server: SandboxServer, *requests: tuple[str, str]) -> list[int]:
    """The statuses of these requests, each a method and a path, one after the other."""
    return [fetched(server, path, method)[0].status for method, path in requests]


@contextmanager
def raw(server: SandboxServer, data: bytes | None = None) -> Iterator[socket.socket]:
    """A bare connection on which a request, or these bytes, were sent."""
    request = f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: apikey {server.api_key}\r\n\r\n"
    with socket.create_connection(
        ("127.0.0.1", port_of(server)), timeout=LIMIT_SECONDS
    ) as connection:
        connection.sendall(request.encode() if data is None else data)
        yield connection


def until_end(connection: socket.socket) -> bytes:
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


def eventually(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT_SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.005)


def is_refused(server: SandboxServer) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port_of(server))) == errno.ECONNREFUSED
