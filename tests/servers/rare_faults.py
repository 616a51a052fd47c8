"""Faults that a pipeline need not be tested with, but gtask must withstand."""

import itertools
import json
import socket
import zlib
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from gcore_tasks_cli.sandbox.entry import Seconds, Whole
from gcore_tasks_cli.sandbox.faults import AnyFault, RequestFault
from gcore_tasks_cli.sandbox.scenario import Scenario, parse_scenario
from gcore_tasks_cli.sandbox.server import HttpConnection

_PIECE = 64 * 1024
_FILLED = b'{"id":"filler","state":"RUNNING","task_type":"create_vm","data":"'
_LARGE = 40 * 2**20


def scenario_of(**root: Any) -> Scenario:
    """The scenario of a file with these keys, which may name rare faults too."""
    return parse_scenario(json.dumps(root), ScenarioWithRareFaults)


class HalfClose(RequestFault):
    do: Literal["half_close"]

    def act(self, connection: HttpConnection) -> None:
        connection.connection.shutdown(socket.SHUT_WR)
        connection.hang()


class OtherTask(RequestFault):
    do: Literal["other_task"]

    def act(self, connection: HttpConnection) -> None:
        _, body = connection.normal_response()
        document = json.loads(body)
        document["id"] = "00000000-dead-4bad-8bad-000000000000"
        connection.respond(200, json.dumps(document).encode())


class Garbage(RequestFault):
    do: Literal["garbage"]

    def act(self, connection: HttpConnection) -> None:
        connection.send(b"\x00\xff\xfeSSH-2.0-this is not HTTP\r\n\r\n")
        connection.end()


class HeadersFlood(RequestFault):
    do: Literal["headers_flood"]

    def act(self, connection: HttpConnection) -> None:
        connection.send(b"HTTP/1.1 200 OK\r\n")
        for n in itertools.count():
            connection.send(b"X-Filler-%d: %s\r\n" % (n, b"x" * 4000))


class DripHeaders(RequestFault):
    do: Literal["drip_headers"]
    interval: Seconds = 1.0

    def act(self, connection: HttpConnection) -> None:
        for byte in itertools.chain(b"HTTP/1.1 200 OK\r\nX-Slow: ", itertools.repeat(ord("x"))):
            connection.send(bytes((byte,)))
            connection.pause(self.interval)


class Endless(RequestFault):
    do: Literal["endless"]

    def act(self, connection: HttpConnection) -> None:
        connection.send_head(200, {})
        connection.send(_FILLED)
        while True:
            connection.send(b"x" * _PIECE)


class Huge(RequestFault):
    do: Literal["huge"]
    bytes: Whole = _LARGE

    def act(self, connection: HttpConnection) -> None:
        connection.send_head(200, {"Content-Length": str(len(_FILLED) + self.bytes + 2)})
        for piece in _filled(self.bytes):
            connection.send(piece)
        connection.end()


class Bomb(RequestFault):
    do: Literal["bomb"]
    bytes: Whole = _LARGE
    encoding: Literal["gzip", "deflate"] = "gzip"

    def act(self, connection: HttpConnection) -> None:
        connection.send_head(200, {"Content-Encoding": self.encoding})
        window = zlib.MAX_WBITS if self.encoding == "deflate" else zlib.MAX_WBITS + 16
        deflate = zlib.compressobj(9, zlib.DEFLATED, window)
        for piece in _filled(self.bytes):
            connection.send(deflate.compress(piece))
        connection.send(deflate.flush())
        connection.end()


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
