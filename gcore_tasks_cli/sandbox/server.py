"""The sandbox's server: the standard library's, on loopback, with a thread for each connection."""

import contextlib
import gzip
import re
import socket
import ssl
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from email.utils import formatdate
from http.client import responses
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any, Self

from gcore_tasks_cli.sandbox.faults import FaultTable
from gcore_tasks_cli.sandbox.respond import Response, respond
from gcore_tasks_cli.sandbox.scenario import Scenario
from gcore_tasks_cli.sandbox.world import World, ended_before_start

_POLL_SECONDS = 0.05
_REQUESTS_KEPT = 100_000


class HttpConnection(BaseHTTPRequestHandler):
    """Serves request after request; its public methods are what faults act with."""

    protocol_version = default_request_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "SandboxServer"

    def log_message(self, format: str, *_arguments: Any) -> None:
        """Logs nothing: the terminal belongs to the user's own command."""

    def _request(self) -> None:
        self._read_body()
        self.server.record(self.command, self.path)
        self.pause(self.server.scenario.latency)
        fault = self.server.faults.choose(self.command, self.path, self.server.now())
        if fault is None:
            self.respond(*self.normal_response())
        else:
            fault.act(self)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _request  # noqa: N815

    def _read_body(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not re.fullmatch("[0-9]{1,7}", length):
            self.close_connection = True  # where the next request begins is unknown
        else:
            self.rfile.read(int(length))

    def normal_response(self) -> Response:
        """The response without a fault."""
        key = self.headers.get("Authorization", "")
        return respond(self.server.world, self.server.now(), self.command, self.path, key)

    def respond(self, status: int, body: bytes, more: Mapping[str, str] | None = None) -> None:
        """Sends a well-formed response; a header `date+5` becomes the HTTP date in 5 seconds."""
        clock = self.server.clock()
        headers = {"Content-Type": "application/json"}
        headers |= {name: _dated(text, clock) for name, text in (more or {}).items()}
        if len(body) > 1024 and "gzip" in self.headers.get("Accept-Encoding", "").lower():
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        headers["Date"] = formatdate(clock, usegmt=True)
        if status != 204:
            headers["Content-Length"] = str(len(body))
        if self.close_connection:
            headers["Connection"] = "close"
        has_body = self.command != "HEAD" and status != 204
        self.send(_head(status, headers) + (body if has_body else b""))

    def send_head(self, status: int, headers: Mapping[str, str]) -> None:
        """Sends the status line and headers of a response after which the connection ends."""
        self.close_connection = True
        usual = {"Content-Type": "application/json", "Connection": "close"}
        self.send(_head(status, {**usual, **headers}))

    def send(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self.connection.sendall(data)
        self.server.bytes_sent += len(data)

    def pause(self, seconds: float) -> None:
        """Waits.

        Raises:
            ConnectionAbortedError: when the server stops.
        """
        if seconds > 0 and self.server.stopped.wait(seconds):
            raise ConnectionAbortedError

    def hang(self) -> None:
        """Waits until the client leaves or the server stops."""
        self.close_connection = True
        self.rfile.read()

    def end(self, *, reset: bool = False) -> None:
        """Ends the connection, with RST instead of FIN if it is `reset`."""
        self.close_connection = True
        if reset:
            # With a linger time of zero the system sends RST.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.rfile.close()
            self.connection.close()


class SandboxServer(ThreadingTCPServer):
    """Serves a scenario on loopback while it is entered as a context.

    Time zero is when it was entered or, with `from_first_request`, when the first request came;
    `refuse` counts from entering in any case, because no request comes before it is over.
    `requests` holds the last (seconds, method, path) in the order of their arrival, and
    `bytes_sent` counts what was sent, headers included.

    Raises:
        OSError: if it cannot listen on the port.
    """

    allow_reuse_address = sys.platform != "win32"  # there it would take the port from another
    daemon_threads = True
    request_queue_size = 1024

    def __init__(
        self,
        scenario: Scenario,
        port: int = 0,
        ssl_context: ssl.SSLContext | None = None,
        from_first_request: bool = False,
    ) -> None:
        self.scenario = scenario
        self.requests: deque[tuple[float, str, str]] = deque(maxlen=_REQUESTS_KEPT)
        self.bytes_sent = 0
        self.stopped = threading.Event()
        self.faults = FaultTable(scenario.faults)
        self._tls = ssl_context
        self._is_waiting = from_first_request
        self._open: set[Any] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), HttpConnection, bind_and_activate=False)
        # Always bound, never listening: no other process gets the port while `refuse` lasts.
        self._reservation = self.socket
        try:
            self.server_bind()
            self._listen()
        except OSError:
            self._close_port()
            raise

    def __enter__(self) -> Self:
        self._entered = time.monotonic()
        self._begin()
        self._accepting = threading.Thread(target=self._accept, daemon=True, name="sandbox")
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """The URL at which it listens."""
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://127.0.0.1:{self.server_address[1]}"

    @property
    def api_key(self) -> str:
        """The only key that it accepts."""
        return self.scenario.api_key

    @property
    def task_ids(self) -> list[str]:
        """The IDs of the tasks that had not ended before it started."""
        return [task.id for task in self.scenario.all_tasks if not ended_before_start(task)]

    def now(self) -> float:
        """Seconds since time zero."""
        return time.monotonic() - self._started

    def clock(self) -> float:
        """The server's clock, in seconds since 1970."""
        return time.time() + self.scenario.clock_offset

    def record(self, method: str, target: str) -> None:
        """Takes down a request; the first may be time zero."""
        with self._lock:
            if self._is_waiting:
                self._is_waiting = False
                self._begin()
        self.requests.append((self.now(), method, target))

    def stop(self) -> None:
        """Ends every connection and frees the port."""
        self.stopped.set()
        self._accepting.join()
        self._close_port()
        self._drop_connections()

    def _begin(self) -> None:
        self._started = time.monotonic()
        self.world = World(self.scenario, self.clock())

    def _accept(self) -> None:
        while not self.stopped.is_set():
            if self._refuses():
                self._refuse()
            self.handle_request()

    def _refuses(self) -> bool:
        return self.faults.refuses(time.monotonic() - self._entered)

    def _refuse(self) -> None:
        """As after a crash: connections end, and none is accepted until the fault is over."""
        self.server_close()
        self._drop_connections()
        while self._refuses() and not self.stopped.wait(_POLL_SECONDS):
            pass
        self._listen()

    def _listen(self) -> None:
        if sys.platform != "linux":  # elsewhere two sockets cannot share a port
            self._reservation.close()
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.server_bind()
        self.server_activate()

    def _close_port(self) -> None:
        self.server_close()
        self._reservation.close()

    def _drop_connections(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    # What the standard library's server calls.

    def server_activate(self) -> None:
        """Listens. With TLS, the handshake comes with a client's first bytes."""
        super().server_activate()
        self.socket.settimeout(_POLL_SECONDS)  # of `handle_request`; connections have none
        if self._tls is not None:
            self.socket = self._tls.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serves the connection in a thread of its own."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Closes the connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Prints nothing where the client has left, in whatever way."""
        if not isinstance(sys.exception(), OSError | ValueError):
            super().handle_error(request, client_address)


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    """The status line and the headers of a response."""
    lines = [f"HTTP/1.1 {status} {responses.get(status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _dated(text: str, clock: float) -> str:
    if text.startswith("date+") and text[5:].isdigit():
        return formatdate(clock + float(text[5:]), usegmt=True)
    return text
