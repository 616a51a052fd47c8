"""One connection to the sandbox: HTTP in, responses and faults out."""

import contextlib
import gzip
import json
import socket
import struct
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from gcore_tasks_cli.sandbox.messages import Request, Response, head

if TYPE_CHECKING:
    from gcore_tasks_cli.sandbox.server import SandboxServer

_BODY_LIMIT_BYTES = 1024 * 1024
_POLL_SECONDS = 0.05


class ConnectionEnded(Exception):  # noqa: N818
    """The server stops, or a fault has ended the connection."""


class HttpConnection(BaseHTTPRequestHandler):
    """Serves request after request; its public methods are what faults act with."""

    protocol_version = "HTTP/1.1"
    server: "SandboxServer"  # type: ignore[assignment]

    def log_message(self, format: str, *_arguments: Any) -> None:
        """Logs nothing: the terminal belongs to the user's own command."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Responds to what is not HTTP with an error body, as to any other wrong request."""
        self.close_connection = True
        text = message or explain or "bad request"
        body = json.dumps({"exception_class": "ValidationError", "message": text[:200]})
        self.respond(Response(code, body.encode()))

    def _request(self) -> None:
        self._read_body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers)
        fault = self.server.take(request)
        if fault is None or fault.kind.act is None:
            self.respond(self.server.normal_response(request))
        else:
            fault.kind.act(self, fault.parameters, lambda: self.server.normal_response(request))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _request  # noqa: N815

    def _read_body(self) -> None:
        length = self.headers.get("Content-Length", "0")
        is_known = length.isascii() and length.isdigit() and int(length[:12]) <= _BODY_LIMIT_BYTES
        if "Transfer-Encoding" in self.headers or not is_known:
            self.close_connection = True  # where the next request begins is unknown
        else:
            self.rfile.read(int(length))

    def respond(self, response: Response) -> None:
        """Sends a well-formed response; a header `date+5` becomes the HTTP date in 5 seconds."""
        clock = self.server.clock()
        headers = {"Content-Type": "application/json"}
        headers |= {name: _dated(text, clock) for name, text in response.headers.items()}
        body = response.body
        if len(body) > 1024 and "gzip" in self.headers.get("Accept-Encoding", "").lower():
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        headers["Date"] = formatdate(clock, usegmt=True)
        if response.status != 204:
            headers["Content-Length"] = str(len(body))
        if self.close_connection:
            headers["Connection"] = "close"
        has_body = self.command != "HEAD" and response.status != 204
        self.send(head(response.status, headers) + (body if has_body else b""))

    def send(self, data: bytes) -> None:
        """Sends bytes as they are."""
        if self.server.stopped.is_set():
            raise ConnectionEnded
        self.connection.sendall(data)
        self.server.bytes_sent += len(data)

    def pause(self, seconds: float) -> None:
        """Waits."""
        self.server.pause(seconds)

    def hang(self) -> None:
        """Waits until the client leaves or the server stops."""
        self.close_connection = True
        self.connection.settimeout(_POLL_SECONDS)
        while not self.server.stopped.is_set():
            with contextlib.suppress(TimeoutError):
                if not self.connection.recv(65536):
                    return

    def end(self, *, reset: bool = False) -> None:
        """Ends the connection, with RST instead of FIN if it is `reset`."""
        self.close_connection = True
        if reset:
            # With a linger time of zero the system sends RST.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.rfile.close()
            self.wfile.close()
            self.connection.close()
        raise ConnectionEnded


def _dated(text: str, clock: float) -> str:
    if text.startswith("date+") and text[5:].isdigit():
        return formatdate(clock + float(text[5:]), usegmt=True)
    return text
