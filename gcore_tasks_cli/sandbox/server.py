"""The sandbox's server: the standard library's, on loopback, with a thread for each connection."""

import contextlib
import json
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

from gcore_tasks_cli.sandbox import scenario
from gcore_tasks_cli.sandbox.faults import FaultTable
from gcore_tasks_cli.sandbox.respond import respond
from gcore_tasks_cli.sandbox.scenario import RequestFault, Scenario
from gcore_tasks_cli.sandbox.world import PROJECT_ID, REGION_ID, World


class HttpConnection(BaseHTTPRequestHandler):
    """Serves the requests of one connection; faults call its public methods."""

    protocol_version = default_request_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "SandboxServer"

    def log_message(self, format: str, *_arguments: Any) -> None:
        """Logs nothing: the terminal belongs to the user's own command."""

    def _request(self) -> None:
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True  # where the next request begins is unknown
        self.body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.pause(self.server.scenario.latency)
        self.answer(self.server.fault_of(self.command, self.path))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _request  # noqa: N815

    def answer(self, fault: RequestFault | None) -> None:
        """Responds, or does what the fault does."""
        match fault:
            case None | scenario.Delay():
                self.pause(fault.seconds if fault else 0)
                self.respond(*self.normal_response())
            case scenario.NoResponse():
                self.close_connection = True
                if fault.do == "silent":
                    self.rfile.read()  # until the client leaves or the server stops
                elif fault.do == "reset":  # with a linger time of zero the system sends RST
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            case scenario.Status():
                status = fault.status or (503 if fault.do == "status" else 200)
                text = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
                headers = {"Content-Type": fault.content_type, **fault.headers}
                self.respond(status, text.encode("utf-8", "surrogatepass"), headers)
            case scenario.Limit():
                after = fault.retry_after
                error = {"exception_class": "TooManyRequests", "message": "too many requests"}
                headers = {} if after is None else {"Retry-After": str(after)}
                self.respond(429, json.dumps(error).encode(), headers)
            case scenario.Drip():
                status, body = self.normal_response()
                self.respond(status, b"", {"Content-Length": str(len(body))})
                for byte in body:
                    self.wfile.write(bytes((byte,)))
                    self.pause(fault.interval)
            case scenario.Truncate():
                status, body = self.normal_response()
                kept = body[: int(len(body) * fault.keep)]
                self.respond(status, kept, {"Content-Length": str(len(body))})
                self.close_connection = True

    def normal_response(self) -> tuple[int, bytes]:
        """The status and the body of the response without a fault."""
        key = self.headers.get("Authorization", "")
        world, now = self.server.world, self.server.now()
        return respond(world, now, self.command, self.path, key, self.body)

    def respond(self, status: int, body: bytes, more: Mapping[str, str] | None = None) -> None:
        """Sends a response; a header `date+5` becomes the HTTP date in 5 seconds.

        `more` headers may replace the usual ones.
        """
        headers = {"Date": "date+0", "Content-Type": "application/json"}
        if status != 204:
            headers["Content-Length"] = str(len(body))
        self.send_response_only(status)
        for name, text in (headers | dict(more or {})).items():
            if re.fullmatch(r"date\+[0-9]+", text):
                text = formatdate(self.server.clock() + int(text[5:]), usegmt=True)
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" or status == 204 else body)

    def pause(self, seconds: float) -> None:
        """Waits.

        Raises:
            ConnectionAbortedError: when the server stops.
        """
        if seconds > 0 and self.server.stopped.wait(seconds):
            raise ConnectionAbortedError


class SandboxServer(ThreadingTCPServer):
    """Serves a scenario on loopback. It is a context manager, and entering it is time zero.

    Raises:
        OSError: if it cannot listen on the port.
    """

    allow_reuse_address = sys.platform != "win32"  # there two servers would share the port
    daemon_threads = True
    request_queue_size = 1024
    timeout = 0.05  # of `handle_request`: how often it is decided whether the port is open
    connection_class = HttpConnection

    def __init__(self, scenario: Scenario, port: int = 0) -> None:
        self.scenario = scenario
        self.stopped = threading.Event()
        self._faults = FaultTable(scenario.faults)
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
        task_ids = (task.id for task in self.scenario.all_tasks if not task.has_ended(0))
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
        self.server_close()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            if self.refuses():
                self.server_close()
                while self.refuses() and not self.stopped.wait(self.timeout):
                    pass
                self.socket = socket.socket(self.address_family, self.socket_type)
                self.server_bind()
                self.server_activate()
            self.handle_request()

    # What extends the standard library's server.

    def server_close(self) -> None:
        """Closes the port and ends all connections."""
        super().server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serves the connection in a thread of its own."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Closes the connection, as its linger time says."""
        self._open.discard(request)
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Prints no traceback for a client that disconnects."""
        if not isinstance(sys.exception(), OSError | ValueError):
            super().handle_error(request, client_address)
