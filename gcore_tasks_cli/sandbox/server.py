"""The sandbox's server: the standard library's, on loopback, with a thread for each connection."""

import contextlib
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Mapping
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any, Self

from gcore_tasks_cli.sandbox import faults
from gcore_tasks_cli.sandbox.respond import Response, respond
from gcore_tasks_cli.sandbox.scenario import ENDED, RequestFault, Scenario
from gcore_tasks_cli.sandbox.world import PROJECT_ID, REGION_ID, World

_POLL_SECONDS = 0.05


class HttpConnection(BaseHTTPRequestHandler):
    """Serves the requests of one connection; faults call its public methods."""

    protocol_version = default_request_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # so that head and body leave together
    server: "SandboxServer"

    def log_message(self, format: str, *_arguments: Any) -> None:
        """Logs nothing: the terminal belongs to the user's own command."""

    def _request(self) -> None:
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True  # where the next request begins is unknown
        self.body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.pause(self.server.scenario.latency)
        fault = self.server.fault_of(self.command, self.path)
        if fault is None:
            self.respond(*self.normal_response())
        else:
            self.act(fault)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _request  # noqa: N815

    def act(self, fault: RequestFault) -> None:
        """Does what the fault does."""
        faults.act(fault, self)

    def normal_response(self) -> Response:
        """The response without a fault."""
        key = self.headers.get("Authorization", "")
        world, now = self.server.world, self.server.now()
        return respond(world, now, self.command, self.path, key, self.body)

    def respond(self, status: int, body: bytes, more: Mapping[str, str] | None = None) -> None:
        """Sends a well-formed response; a header `date+5` becomes the HTTP date in 5 seconds."""
        headers = {"Content-Type": "application/json", **(more or {})}
        if status != 204:
            headers["Content-Length"] = str(len(body))
        if self.close_connection:
            headers["Connection"] = "close"
        self.send_head(status, headers)
        self.send(b"" if self.command == "HEAD" or status == 204 else body)

    def begin_normal_response(self) -> bytes:
        """Sends the head of the normal response and returns the body, which is to be sent."""
        status, body = self.normal_response()
        self.send_head(status, {"Content-Length": str(len(body)), "Connection": "close"})
        return body

    def send_head(self, status: int, headers: Mapping[str, str]) -> None:
        """Sends the status line and headers."""
        clock = self.server.clock()
        self.send_response_only(status)
        for name, text in {"Date": "date+0", **headers}.items():
            if re.fullmatch(r"date\+[0-9]+", text):
                text = formatdate(clock + int(text[5:]), usegmt=True)
            self.send_header(name, text)
        self.end_headers()

    def send(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self.wfile.write(data)
        self.wfile.flush()

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
    """Serves a scenario on loopback. It is a context manager, and entering it is time zero.

    Raises:
        OSError: if it cannot listen on the port.
    """

    allow_reuse_address = sys.platform != "win32"  # there two servers would share the port
    daemon_threads = True
    request_queue_size = 1024
    timeout = _POLL_SECONDS  # of `handle_request`
    connection_class = HttpConnection

    def __init__(self, scenario: Scenario, port: int = 0) -> None:
        self.scenario = scenario
        self.stopped = threading.Event()
        self._faults = faults.FaultTable(scenario.faults)
        self._open: set[Any] = set()
        super().__init__(("127.0.0.1", port), self.connection_class)

    def __enter__(self) -> Self:
        self.begin()
        self._accepting = threading.Thread(target=self._accept, daemon=True, name="sandbox")
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """The URL at which it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def variables(self) -> dict[str, str]:
        """The environment to use it; the tasks are those that had not ended at the start."""
        task_ids = (task.id for task in self.scenario.all_tasks if task.phase(0) != ENDED)
        return {
            "GCORE_BASE_URL": self.base_url,
            "GCORE_API_KEY": self.scenario.api_key,
            "GCORE_CLOUD_PROJECT_ID": str(PROJECT_ID),
            "GCORE_CLOUD_REGION_ID": str(REGION_ID),
            "GTASK_SANDBOX_TASK_IDS": " ".join(task_ids),
        }

    def now(self) -> float:
        """Seconds since time zero."""
        return time.monotonic() - self._started

    def clock(self) -> float:
        """The server's clock, in seconds since 1970."""
        return time.time() + self.scenario.clock_offset

    def begin(self) -> None:
        """Makes this moment time zero."""
        self._started = time.monotonic()
        self.world = World(self.scenario, self.clock())

    def fault_of(self, method: str, target: str) -> RequestFault | None:
        """The fault that the request gets."""
        return self._faults.choose(method, target, self.now())

    def refuses(self) -> bool:
        """Whether the port is to be closed now."""
        return self._faults.refuses(self.now())

    def stop(self) -> None:
        """Ends every connection and frees the port."""
        self.stopped.set()
        self._accepting.join()
        self._crash()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            if self.refuses():
                self._crash()
                while self.refuses() and not self.stopped.wait(_POLL_SECONDS):
                    pass
                self.socket = socket.socket(self.address_family, self.socket_type)
                self.server_bind()
                self.server_activate()
            self.handle_request()

    def _crash(self) -> None:
        """Closes the port and ends all connections."""
        self.server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    # What the standard library's server calls.

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serves the connection in a thread of its own."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Closes the connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Prints no traceback for a client that disconnects."""
        if not isinstance(sys.exception(), OSError | ValueError):
            super().handle_error(request, client_address)
