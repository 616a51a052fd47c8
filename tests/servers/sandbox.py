"""The sandbox with what only these tests need.

Faults that a pipeline need not be tested with but gtask must withstand, TLS, a record of the
requests, and a clock that starts with the first of them.
"""

import io
import itertools
import json
import socket
import ssl
import sys
import threading
import time
import zlib
from abc import abstractmethod
from collections import deque
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeInt

from gcore_tasks_cli.sandbox import server
from gcore_tasks_cli.sandbox.scenario import (
    AnyFault,
    RequestFault,
    Scenario,
    Seconds,
    parse_scenario,
)

_PIECE = 64 * 1024
_FILLED = b'{"id":"filler","state":"RUNNING","task_type":"create_vm","data":"'
_LARGE = 40 * 2**20


def scenario_of(**root: Any) -> Scenario:
    """The scenario of a file with these keys, which may name rare faults too."""
    return parse_scenario(json.dumps(root), ScenarioWithRareFaults)


class RareFault(RequestFault):
    @abstractmethod
    def act(self, connection: "HttpConnection") -> None:
        """Does to the connection what this kind of fault does."""


class HalfClose(RareFault):
    do: Literal["half_close"]

    def act(self, connection: "HttpConnection") -> None:
        connection.connection.shutdown(socket.SHUT_WR)
        connection.rfile.read()


class OtherTask(RareFault):
    do: Literal["other_task"]

    def act(self, connection: "HttpConnection") -> None:
        _, body = connection.normal_response()
        document = json.loads(body)
        document["id"] = "00000000-dead-4bad-8bad-000000000000"
        connection.respond(200, json.dumps(document).encode())


class Garbage(RareFault):
    do: Literal["garbage"]

    def act(self, connection: "HttpConnection") -> None:
        connection.wfile.write(b"\x00\xff\xfeSSH-2.0-this is not HTTP\r\n\r\n")
        connection.close_connection = True


class HeadersFlood(RareFault):
    do: Literal["headers_flood"]

    def act(self, connection: "HttpConnection") -> None:
        connection.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for n in itertools.count():
            connection.wfile.write(b"X-Filler-%d: %s\r\n" % (n, b"x" * 4000))


class DripHeaders(RareFault):
    do: Literal["drip_headers"]
    interval: Seconds = 1.0

    def act(self, connection: "HttpConnection") -> None:
        for byte in itertools.chain(b"HTTP/1.1 200 OK\r\nX-Slow: ", itertools.repeat(ord("x"))):
            connection.wfile.write(bytes((byte,)))
            connection.pause(self.interval)


class Endless(RareFault):
    do: Literal["endless"]

    def act(self, connection: "HttpConnection") -> None:
        connection.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + _FILLED)
        while True:
            connection.wfile.write(b"x" * _PIECE)


class Huge(RareFault):
    do: Literal["huge"]
    bytes: NonNegativeInt = _LARGE

    def act(self, connection: "HttpConnection") -> None:
        length = str(len(_FILLED) + self.bytes + 2)
        connection.respond(200, b"", {"Content-Length": length})
        for piece in _filled(self.bytes):
            connection.wfile.write(piece)
        connection.close_connection = True


class Bomb(RareFault):
    do: Literal["bomb"]
    bytes: NonNegativeInt = _LARGE
    encoding: Literal["gzip", "deflate"] = "gzip"

    def act(self, connection: "HttpConnection") -> None:
        connection.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\n\r\n" % self.encoding.encode()
        )
        window = zlib.MAX_WBITS if self.encoding == "deflate" else zlib.MAX_WBITS + 16
        deflate = zlib.compressobj(9, zlib.DEFLATED, window)
        for piece in _filled(self.bytes):
            connection.wfile.write(deflate.compress(piece))
        connection.wfile.write(deflate.flush())
        connection.close_connection = True


def _filled(count: int) -> Iterator[bytes]:
    yield _FILLED
    for start in range(0, count, _PIECE):
        yield b"x" * min(_PIECE, count - start)
    yield b'"}'


_Rare = HalfClose | OtherTask | Garbage | HeadersFlood | DripHeaders | Endless | Huge | Bomb


class ScenarioWithRareFaults(Scenario):
    faults: list[Annotated[AnyFault | _Rare, Field(discriminator="do")]] = Field(  # type: ignore[assignment]
        default_factory=list
    )


class HttpConnection(server.HttpConnection):
    server: "SandboxServer"

    def answer(self, fault: RequestFault | None) -> None:
        if isinstance(fault, RareFault):
            fault.act(self)
        else:
            super().answer(fault)

    def setup(self) -> None:
        super().setup()
        self.wfile = _CountingWriter(self.connection.makefile("wb", 0))
        self.wfile.server = self.server


class _CountingWriter(io.BufferedWriter):
    server: "SandboxServer"

    def write(self, data: Any) -> int:
        self.server.bytes_sent += len(data)
        count = super().write(data)
        self.flush()
        return count


class SandboxServer(server.SandboxServer):
    """With `from_first_request`, time zero is when the first request comes.

    `refuse` counts from entering all the same, because no request comes before it is over.
    `requests` holds (seconds, method, path) in the order of their arrival, and `bytes_sent` counts
    what was sent, headers included.
    """

    connection_class = HttpConnection

    def __init__(
        self,
        scenario: Scenario,
        port: int = 0,
        ssl_context: ssl.SSLContext | None = None,
        from_first_request: bool = False,
    ) -> None:
        self.requests: deque[tuple[float, str, str]] = deque(maxlen=100_000)
        self.bytes_sent = 0
        self._tls = ssl_context
        self._is_waiting = from_first_request
        self._first = threading.Lock()
        self._reservation: socket.socket | None = None
        super().__init__(scenario, port)
        self._entered = time.monotonic()

    @property
    def base_url(self) -> str:
        return super().base_url if self._tls is None else f"https{super().base_url[4:]}"

    @property
    def api_key(self) -> str:
        return self.scenario.api_key

    def fault_of(self, method: str, target: str) -> RequestFault | None:
        with self._first:
            if self._is_waiting:
                self._is_waiting = False
                self.begin()
        self.requests.append((self.now(), method, target))
        return super().fault_of(method, target)

    def refuses(self) -> bool:
        return self._faults.refuses(time.monotonic() - self._entered)

    def server_bind(self) -> None:
        """Keeps the port bound, so that no other process gets it while it is refused."""
        super().server_bind()
        if self._reservation is None and sys.platform == "linux":
            self._reservation = socket.socket(self.address_family, self.socket_type)
            self._reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._reservation.bind(self.server_address)

    def server_activate(self) -> None:
        """With TLS, the handshake comes with a client's first bytes."""
        super().server_activate()
        if self._tls is not None:
            self.socket = self._tls.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def stop(self) -> None:
        super().stop()
        if self._reservation is not None:
            self._reservation.close()
