"""The sandbox on a real socket of this machine: one thread a connection, all ended by `stop`."""

import contextlib
import json
import socket
import ssl
import struct
import sys
import threading
import time
from collections import deque
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

from gcore_tasks_cli.sandbox.faults import FaultTable
from gcore_tasks_cli.sandbox.misbehaviour import compressed_if_worth_it, misbehave
from gcore_tasks_cli.sandbox.respond import Request, Response, World, respond
from gcore_tasks_cli.sandbox.scenario import Scenario

_BODY_LIMIT_BYTES = 1024 * 1024
_ACCEPT_POLL_SECONDS = 0.05
_REQUESTS_KEPT = 100_000
# Two sockets on one port, as long as only one listens: elsewhere that is an error, or it takes
# the port from whoever listens there.
_CAN_SHARE_A_PORT = sys.platform == "linux"


class _Stopped(Exception):  # noqa: N818
    """The server stops, or the client has left: this connection is over."""


class SandboxServer:
    """Serves a scenario on loopback while it is entered.

    Time zero is when it was entered, or, with `from_first_request`, when the first request came
    (what is refused counts from entering in any case, since nothing comes then). `requests` holds
    the last (seconds, method, path) in the order in which they came, and `bytes_sent` counts what
    was sent, heads included.
    """

    def __init__(
        self,
        scenario: Scenario,
        port: int = 0,
        host: str = "127.0.0.1",
        ssl_context: ssl.SSLContext | None = None,
        from_first_request: bool = False,
    ) -> None:
        self.scenario = scenario
        self.requests: deque[tuple[float, str, str]] = deque(maxlen=_REQUESTS_KEPT)
        self.bytes_sent = 0
        self.faults = FaultTable(scenario.faults)
        self._host = host
        self._port = port
        self._tls = ssl_context
        self._is_waiting = from_first_request
        self.stopped = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        # Bound all the time and never listening: keeps the port from others while `refuse` lasts.
        self._reservation = _bound(self._host, self._port)
        self._port = self._reservation.getsockname()[1]
        self._listener = self._listening()
        self._entered = self._started = time.monotonic()
        self.world = World(self.scenario, self.clock())
        self._accepting = threading.Thread(target=self._accept, daemon=True, name="sandbox")
        self._accepting.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """Where it listens."""
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{self._host}:{self._port}"

    @property
    def api_key(self) -> str:
        """The only key that it takes."""
        return self.scenario.api_key

    @property
    def task_ids(self) -> list[str]:
        """The tasks of the scenario, without those of the past."""
        return [task.id for task in self.scenario.tasks]

    def now(self) -> float:
        """Seconds since time zero."""
        return time.monotonic() - self._started

    def note_request(self, method: str, path: str) -> None:
        """Keeps a request in the record; the first may be what time was waiting for."""
        with self._lock:
            if self._is_waiting:
                self._is_waiting = False
                self._started = time.monotonic()
                self.world = World(self.scenario, self.clock())
        self.requests.append((self.now(), method, path))

    def _refuses(self) -> bool:
        return self.faults.refuses(time.monotonic() - self._entered)

    def clock(self) -> float:
        """The server's clock, in seconds since 1970."""
        return time.time() + self.scenario.clock_offset

    def stop(self) -> None:
        """Ends every connection and frees the port."""
        self.stopped.set()
        self._listener.close()
        self._reservation.close()
        self._drop_connections()
        # A port is free only once nobody is in the middle of accepting on it.
        self._accepting.join(timeout=1.0)

    def pause(self, seconds: float) -> None:
        """Lets time pass for one connection.

        Raises:
            _Stopped: when the server stops.
        """
        if seconds > 0 and self.stopped.wait(seconds):
            raise _Stopped

    def _accept(self) -> None:
        while not self.stopped.is_set():
            if self._refuses():
                self._refuse()
            try:
                connection, _ = self._listener.accept()
            except OSError:
                continue  # nobody came, closed by `stop`, or gone before it was taken
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _refuse(self) -> None:
        """As after a crash: connections end, and nobody listens until the fault is over."""
        self._listener.close()
        self._drop_connections()
        while self._refuses():
            if self.stopped.wait(_ACCEPT_POLL_SECONDS):
                return
        self._listener = self._listening()

    def _listening(self) -> socket.socket:
        if not _CAN_SHARE_A_PORT:
            self._reservation.close()
        listener = _bound(self._host, self._port)
        listener.listen(1024)
        return listener

    def _drop_connections(self) -> None:
        with self._lock:
            connections, self._open = self._open, set()
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
        plain = connection
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                connection.settimeout(10.0)
                connection = self._tls.wrap_socket(connection, server_side=True)
                connection.settimeout(None)
                with self._lock:
                    self._open.add(connection)
            # Typed for a `BaseServer`, but any object will do.
            _Connection(connection, ("", 0), self)  # type: ignore[arg-type]
        except (_Stopped, OSError, ValueError):
            pass  # the client has left, in whatever way
        finally:
            with self._lock:
                self._open -= {plain, connection}
            connection.close()


class _Connection(BaseHTTPRequestHandler):
    """One connection, request after request; it is the `Wire` that faults work on."""

    protocol_version = "HTTP/1.1"
    server: SandboxServer  # type: ignore[assignment]

    def setup(self) -> None:
        super().setup()
        self._accepted_encodings = ""
        self._method = ""

    def log_message(self, format: str, *_arguments: Any) -> None:
        """Nothing: the user's own command has the screen."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no HTTP request gets an error body like any other wrong request."""
        self.close_connection = True
        self._method = self.command or ""
        text = message or explain or "bad request"
        body = json.dumps({"exception_class": "ValidationError", "message": text[:200]})
        self.request_version = self.protocol_version
        self.answer(Response(code, body.encode()))

    def _request(self) -> None:
        server = self.server
        self._accepted_encodings = self.headers.get("Accept-Encoding", "")
        self._method = self.command
        self._read_body()
        server.note_request(self.command, self.path)
        server.pause(server.scenario.latency)
        fault = server.faults.meet(self.command, self.path, server.now())
        if fault is None:
            self.answer(self._right_answer())
        else:
            misbehave(fault, self, self._right_answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _request  # noqa: N815

    def _read_body(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self.close_connection = True  # what follows cannot be told from the next request
        elif int(length[:12]) > _BODY_LIMIT_BYTES:
            self.close_connection = True
        else:
            self.rfile.read(int(length))

    def _right_answer(self) -> Response:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return respond(
            self.server.world, Request(self.command, self.path, headers), self.server.now()
        )

    def answer(self, response: Response) -> None:
        """A well-formed answer; a header `date+5` stands for the HTTP date in 5 seconds."""
        body, gzipped = compressed_if_worth_it(response.body, self._accepted_encodings)
        headers = {"Content-Type": "application/json", **response.headers}
        if gzipped:
            headers["Content-Encoding"] = "gzip"
        clock = self.server.clock()
        lines = [f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('Odd',))[0]}"]
        lines += [f"{name}: {_dated(text, clock)}" for name, text in headers.items()]
        lines.append(f"Date: {formatdate(clock, usegmt=True)}")
        if response.status != 204:
            lines.append(f"Content-Length: {len(body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        self.send(head if self._method == "HEAD" or response.status == 204 else head + body)

    def send(self, data: bytes) -> None:
        """Bytes as they are."""
        if self.server.stopped.is_set():
            raise _Stopped
        self.connection.sendall(data)
        self.server.bytes_sent += len(data)

    def pause(self, seconds: float) -> None:
        """Lets time pass."""
        self.server.pause(seconds)

    def hang(self) -> None:
        """Does nothing until the client leaves or the server stops."""
        self.close_connection = True
        self.connection.settimeout(_ACCEPT_POLL_SECONDS)
        while not self.server.stopped.is_set():
            with contextlib.suppress(TimeoutError):
                if not self.connection.recv(65536):
                    return

    def leave(self, how: str) -> None:
        """Ends the connection: `close`, `reset`, or `half_close` (only this direction)."""
        self.close_connection = True
        if how == "half_close":
            self.connection.shutdown(socket.SHUT_WR)
            return
        if how == "reset":
            # Linger for no time at all: the system sends RST instead of FIN.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.rfile.close()
            self.wfile.close()
            self.connection.close()
        raise _Stopped


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    # Python gives accepted connections no time-out of their listener's.
    listener.settimeout(_ACCEPT_POLL_SECONDS)
    return listener


def _dated(text: str, clock: float) -> str:
    if text.startswith("date+") and text[5:].isdigit():
        return formatdate(clock + float(text[5:]), usegmt=True)
    return text
