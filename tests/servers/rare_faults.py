"""Faults that a pipeline need not be tested with, but gtask must withstand."""

import itertools
import json
import socket
import zlib
from collections.abc import Iterator
from typing import Any

from gcore_tasks_cli.sandbox import fields
from gcore_tasks_cli.sandbox.connection import HttpConnection
from gcore_tasks_cli.sandbox.fault_kinds import (
    FAULT_KINDS,
    FaultKind,
    NormalResponse,
    Parameters,
)
from gcore_tasks_cli.sandbox.messages import Response, head
from gcore_tasks_cli.sandbox.scenario import Scenario, parse_scenario

_PIECE = 64 * 1024
_FILLED = b'{"id":"filler","state":"RUNNING","task_type":"create_vm","data":"'
_LARGE = 40 * 2**20


def scenario_of(**root: Any) -> Scenario:
    """The scenario of a file with these keys, which may name rare faults too."""
    return parse_scenario(json.dumps(root), ALL_FAULT_KINDS)


def _half_close(connection: HttpConnection, *_: object) -> None:
    connection.close_connection = True
    connection.connection.shutdown(socket.SHUT_WR)
    connection.hang()


def _other_task(
    connection: HttpConnection, _parameters: Parameters, normal: NormalResponse
) -> None:
    document = json.loads(normal().body)
    document["id"] = "00000000-dead-4bad-8bad-000000000000"
    connection.respond(Response(200, json.dumps(document).encode()))


def _garbage(connection: HttpConnection, *_: object) -> None:
    connection.send(b"\x00\xff\xfeSSH-2.0-this is not HTTP\r\n\r\n")
    connection.end()


def _headers_flood(connection: HttpConnection, *_: object) -> None:
    connection.send(b"HTTP/1.1 200 OK\r\n")
    for n in itertools.count():
        connection.send(b"X-Filler-%d: %s\r\n" % (n, b"x" * 4000))


def _drip_headers(connection: HttpConnection, parameters: Parameters, _: NormalResponse) -> None:
    for byte in itertools.chain(b"HTTP/1.1 200 OK\r\nX-Slow: ", itertools.repeat(ord("x"))):
        connection.send(bytes((byte,)))
        connection.pause(parameters["interval"])


def _endless(connection: HttpConnection, *_: object) -> None:
    connection.send(head(200, {"Connection": "close"}) + _FILLED)
    while True:
        connection.send(b"x" * _PIECE)


def _huge(connection: HttpConnection, parameters: Parameters, _: NormalResponse) -> None:
    length = len(_FILLED) + parameters["bytes"] + 2
    connection.send(head(200, {"Connection": "close", "Content-Length": str(length)}))
    for piece in _filled(parameters["bytes"]):
        connection.send(piece)
    connection.end()


def _bomb(connection: HttpConnection, parameters: Parameters, _: NormalResponse) -> None:
    encoding = parameters["encoding"]
    connection.send(head(200, {"Connection": "close", "Content-Encoding": encoding}))
    window = zlib.MAX_WBITS if encoding == "deflate" else zlib.MAX_WBITS + 16
    deflate = zlib.compressobj(9, zlib.DEFLATED, window)
    for piece in _filled(parameters["bytes"]):
        connection.send(deflate.compress(piece))
    connection.send(deflate.flush())
    connection.end()


def _filled(count: int) -> Iterator[bytes]:
    yield _FILLED
    for start in range(0, count, _PIECE):
        yield b"x" * min(_PIECE, count - start)
    yield b'"}'


RARE_FAULT_KINDS = (
    FaultKind("half_close", _half_close),
    FaultKind("other_task", _other_task),
    FaultKind("garbage", _garbage),
    FaultKind("headers_flood", _headers_flood),
    FaultKind("drip_headers", _drip_headers, {"interval": (fields.number, 1.0)}),
    FaultKind("endless", _endless),
    FaultKind("huge", _huge, {"bytes": (fields.whole, _LARGE)}),
    FaultKind(
        "bomb",
        _bomb,
        {"bytes": (fields.whole, _LARGE), "encoding": (fields.one_of("gzip", "deflate"), "gzip")},
    ),
)
ALL_FAULT_KINDS = (*FAULT_KINDS, *RARE_FAULT_KINDS)
