"""The sandbox's server: listens on this machine, with a thread for each connection."""

import contextlib
import socket
import ssl
import sys
import threading
import time
from collections import deque
from typing import Self

from gcore_tasks_cli.sandbox.connection import ConnectionEnded, HttpConnection
from gcore_tasks_cli.sandbox.faults import Fault, FaultTable
from gcore_tasks_cli.sandbox.messages import Request, Response
from gcore_tasks_cli.sandbox.respond import respond
from gcore_tasks_cli.sandbox.scenario import Scenario
from gcore_tasks_cli.sandbox.world import World

_ACCEPT_POLL_SECONDS = 0.05
_REQUESTS_KEPT = 100_000
# Two sockets bound to one port of which only one listens. Elsewhere that is an error, or it takes
# the port away from the other.
_CAN_SHARE_A_PORT = sys.platform == "linux"


class SandboxServer:
    """Serves a scenario on loopback while it is entered as a context.

    Time zero is when it was entered or, with `from_first_request`, when the first request came;
    `refuse` counts from entering in any case, because no request comes before it is over.
    `requests` holds the last (seconds, method, path) in the order of their arrival, and
    `bytes_sent` counts what was sent, headers included.
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
        # Always bound, never listening: no other process gets the port while `refuse` lasts.
        self._reservation = _bound(self._host, self._port)
        self._port = self._reservation.getsockname()[1]
        self._listener = self._listening()
        self._entered = self._started = time.monotonic()
        self.world = World(self.scenario, self.clock())
        self._accepting = threading.Thread(target=self._accept, daemon=True, name="sandbox")
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """The URL at which it listens."""
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{self._host}:{self._port}"

    @property
    def api_key(self) -> str:
        """The only key that it accepts."""
        return self.scenario.api_key

    @property
    def task_ids(self) -> list[str]:
        """The IDs of the scenario's tasks, without those of the past."""
        return [task.id for task in self.scenario.tasks]

    def now(self) -> float:
        """Seconds since time zero."""
        return time.monotonic() - self._started

    def take(self, request: Request) -> Fault | None:
        """Records a request and lets the latency pass; the fault that the request gets."""
        with self._lock:
            if self._is_waiting:
                self._is_waiting = False
                self._started = time.monotonic()
                self.world = World(self.scenario, self.clock())
        self.requests.append((self.now(), request.method, request.target))
        self.pause(self.scenario.latency)
        return self.faults.meet(request.method, request.target, self.now())

    def normal_response(self, request: Request) -> Response:
        """The response without a fault."""
        return respond(self.world, request, self.now())

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
        # The port is free only when no thread is accepting on it.
        self._accepting.join(timeout=10.0)

    def pause(self, seconds: float) -> None:
        """Waits.

        Raises:
            ConnectionEnded: when the server stops.
        """
        if seconds > 0 and self.stopped.wait(seconds):
            raise ConnectionEnded

    def _accept(self) -> None:
        while not self.stopped.is_set():
            if self._refuses():
                self._refuse()
            try:
                connection, _ = self._listener.accept()
            except OSError:
                continue  # no client came, `stop` closed it, or the client has left already
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _refuse(self) -> None:
        """As after a crash: connections end, and none is accepted until the fault is over."""
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
            HttpConnection(connection, ("", 0), self)  # type: ignore[arg-type]
        except (ConnectionEnded, OSError, ValueError):
            pass  # the client has left, in whatever way
        finally:
            with self._lock:
                self._open -= {plain, connection}
            connection.close()


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
    # Accepted connections do not inherit this time-out.
    listener.settimeout(_ACCEPT_POLL_SECONDS)
    return listener
