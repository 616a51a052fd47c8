"""A server that gives prepared answers, one to each request, and keeps what it was asked."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import parse_headers
from typing import NamedTuple


class Asked(NamedTuple):
    """A request: which connection it came over (counted from 0), its first line, its headers."""

    connection: int
    line: str
    headers: dict[str, str]


class PreparedServer(NamedTuple):
    """Where it listens, and what it was asked so far."""

    port: int
    asked: list[Asked]
    is_asked: threading.Semaphore  # released with each request

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def answer(body: bytes | str = b"", status: str = "200 OK", *headers: str) -> bytes:
    """An answer that keeps its connection open."""
    data = body.encode() if isinstance(body, str) else body
    head = (f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(data)}", "", "")
    return "\r\n".join(head).encode() + data


@contextmanager
def prepared(*answers: bytes | None) -> Iterator[PreparedServer]:
    """Gives these answers, then ends each connection at its next request.

    None is no answer, for as long as the client waits for one. One that says `Connection: close`
    ends its connection. Every answer has to be used.
    """
    left = list(answers)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = PreparedServer(listener.getsockname()[1], [], threading.Semaphore(0))

        def serve(connection: socket.socket, number: int) -> None:
            with contextlib.suppress(OSError), connection, connection.makefile("rb") as lines:
                while line := lines.readline().decode("latin-1").strip():
                    headers = {k.lower(): v for k, v in parse_headers(lines).items()}
                    server.asked.append(Asked(number, line, headers))
                    server.is_asked.release()
                    said = left.pop(0) if left else b""
                    if said is None:
                        connection.recv(1)
                        return
                    connection.sendall(said)
                    if not said or b"Connection: close" in said:
                        # What comes still is read: else the answer may be lost with a reset.
                        connection.shutdown(socket.SHUT_WR)
                        connection.recv(65536)
                        return

        def accept() -> None:
            number = 0
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection, number), daemon=True).start()
                number += 1

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # ends `accept`
    assert not left, "answers were prepared that nothing asked for"
