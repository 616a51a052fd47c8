"""What each kind of fault does to a connection."""

import gzip
import itertools
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from gcore_tasks_cli.sandbox.respond import Response
from gcore_tasks_cli.sandbox.scenario import Fault

_PIECE = 64 * 1024
_FILLED = b'{"id":"filler","state":"RUNNING","task_type":"create_vm","data":"'
# More than anybody reads, so that the client is never done.
_FOREVER = 10**12


class Wire(Protocol):
    """One connection, as a fault sees it. Sending and pausing end when the server stops."""

    def answer(self, response: Response) -> None:
        """A well-formed answer; a header `date+5` stands for the HTTP date in 5 seconds."""
        ...

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        ...

    def pause(self, seconds: float) -> None:
        """Lets time pass."""
        ...

    def hang(self) -> None:
        """Does nothing until the client leaves or the server stops."""
        ...

    def leave(self, how: str) -> None:
        """Ends the connection: `close`, `reset`, or `half_close` (only this direction)."""
        ...


def misbehave(fault: Fault, wire: Wire, right_answer: Callable[[], Response]) -> None:
    """Lets the fault happen to this request; `right_answer` is what it would have got."""
    parameters = fault.parameters
    if fault.do in ("status", "body"):
        wire.answer(_chosen(fault))
    elif fault.do == "redirect":
        wire.answer(Response(302, headers={"Location": parameters["location"]}))
    elif fault.do == "other_task":
        wire.answer(_of_another_task(right_answer()))
    elif fault.do == "delay":
        wire.pause(parameters["seconds"])
        wire.answer(right_answer())
    elif fault.do in ("close", "reset"):
        wire.leave(fault.do)
    elif fault.do == "half_close":
        wire.leave("half_close")
        wire.hang()
    elif fault.do == "silent":
        wire.hang()
    else:
        for piece in _pieces(fault, right_answer):
            wire.send(piece)
            if fault.do == "drip":
                wire.pause(parameters["interval"])
        wire.leave("close")


def _pieces(fault: Fault, right_answer: Callable[[], Response]) -> Iterator[bytes]:
    parameters = fault.parameters
    if fault.do == "garbage":
        yield b"\x00\xff\xfeSSH-2.0-this is no HTTP\r\n\r\n"
    elif fault.do == "headers_flood":
        yield b"HTTP/1.1 200 OK\r\n"
        for n in itertools.count():
            yield b"X-Filler-%d: %s\r\n" % (n, b"x" * 4000)
    elif fault.do == "drip":
        yield from _drip(parameters["what"], right_answer())
    elif fault.do == "truncate":
        body = right_answer().body
        yield _head(200, {"Content-Length": str(len(body))})
        yield body[: int(len(body) * parameters["keep"])]
    elif fault.do == "endless":
        yield _head(200, {})
        yield _FILLED
        while True:
            yield b"x" * _PIECE
    elif fault.do == "huge":
        yield _head(200, {"Content-Length": str(len(_FILLED) + parameters["bytes"] + 2)})
        yield from _filled(parameters["bytes"])
    elif fault.do == "bomb":
        yield _head(200, {"Content-Encoding": parameters["encoding"]})
        yield from _compressed(parameters["encoding"], _filled(parameters["bytes"]))


def _chosen(fault: Fault) -> Response:
    body = fault.parameters["body"]
    data = body if isinstance(body, str) else json.dumps(body)
    return Response(
        fault.parameters["status"],
        data.encode("utf-8", "surrogatepass"),
        {"Content-Type": fault.parameters["content_type"], **fault.parameters["headers"]},
    )


def _of_another_task(response: Response) -> Response:
    try:
        document = json.loads(response.body)
        document["id"] = "00000000-dead-4bad-8bad-000000000000"
    except (ValueError, TypeError):
        return response
    return Response(response.status, json.dumps(document).encode())


def _drip(what: str, response: Response) -> Iterator[bytes]:
    if what == "headers":
        whole = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 100_000
    else:
        yield _head(200, {"Content-Length": str(_FOREVER)})
        whole = response.body + b" " * 100_000
    for n in range(len(whole)):
        yield whole[n : n + 1]


def _filled(count: int) -> Iterator[bytes]:
    yield _FILLED
    for start in range(0, count, _PIECE):
        yield b"x" * min(_PIECE, count - start)
    yield b'"}'


def _compressed(encoding: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    window = zlib.MAX_WBITS if encoding == "deflate" else zlib.MAX_WBITS + 16
    deflate = zlib.compressobj(9, zlib.DEFLATED, window)
    for piece in pieces:
        if data := deflate.compress(piece):
            yield data
    yield deflate.flush()


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    """Head of an answer after which the connection closes."""
    lines = [f"HTTP/1.1 {status} OK", "Content-Type: application/json", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def compressed_if_worth_it(body: bytes, accepted: str) -> tuple[bytes, bool]:
    """The body gzipped, if the client takes that and it is long enough to gain."""
    if len(body) <= 1024 or "gzip" not in accepted.lower():
        return body, False
    return gzip.compress(body, compresslevel=1, mtime=0), True
