"""The thin HTTP layer: one request in, a document or one of `errors` out.

A `Session` is one connection that one thread uses. How long a request may take is up to the
caller: `abort` ends it from outside.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode

from gcore_tasks_cli import __version__
from gcore_tasks_cli.api import httpx
from gcore_tasks_cli.api.network_errors import CONNECT_LIMIT_SECONDS, network_error
from gcore_tasks_cli.api.responses import Response, answer_of, read_body
from gcore_tasks_cli.errors import ApiError, KeyRefused, NoAnswer, UsageError
from gcore_tasks_cli.polling.jobs import Acknowledge, AcknowledgeAll, Answer, GetTask, Job
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.settings.key import CurrentKey
from gcore_tasks_cli.settings.settings import Settings
from gcore_tasks_cli.tasks.ids import path_segment
from gcore_tasks_cli.times import API_CLOCK, format_duration

BODY_LIMIT_BYTES = 32 * 1024 * 1024
# An error body is read for its message only.
_ERROR_BODY_LIMIT_BYTES = 64 * 1024
_TASKS = "/cloud/v1/tasks"
_SOCKS_HINT = "pipx inject gcore-tasks-cli socksio; with uv, install gtask again, --with socksio"


class Session:
    """One connection to the API. Its methods belong to one thread; `abort` to any.

    Every method that asks the API raises `ApiError`, and nothing else, for whatever the network
    or the API did.
    """

    def __init__(self, settings: Settings, tls: ssl.SSLContext | None, key: CurrentKey) -> None:
        self._settings = settings
        self._key = key
        self._tls = tls
        self._transport: httpx.HTTPTransport | None = None
        self._is_past_proxy = False
        self._proxy_asks = ""  # the authentication that the proxy asks for: `Basic realm="x"`
        self._status: int | None = None  # of the answer to the last request, if there was one
        self._is_aborted = False
        self._stream_lock = threading.Lock()
        self._stream: Any = None  # the connection, as httpx has it

    def do(self, job: Job) -> Answer:
        """What the API answers to the job.

        Raises:
            ApiError: `TaskNotFound`, `KeyRefused` or `NoAnswer`.
        """
        key, request = self._key.value, _request(job)
        try:
            answer = self._ask(job)
        except KeyRefused as error:
            if error.status != HTTPStatus.UNAUTHORIZED or not self._key.is_renewed(key):
                raise
            return self._ask(job)
        # A relative time that went by a clock other than the API's has changed meanwhile.
        return answer if _request(job) == request else self._ask(job)

    def _ask(self, job: Job) -> Answer:
        """The answer to one request, which is logged whatever the outcome."""
        method, path = _request(job)
        url = self._settings.base_url + path
        asked_at, began = time.time(), time.monotonic()
        response: Response | None = None
        error: ApiError | None = None
        try:
            response = self._response(method, url)
            API_CLOCK.read(response.server_time, asked_at)
            answer = answer_of(response, job)
            self._key.has_worked = True
            return answer
        except ApiError as failure:
            error = failure
            error.status = error.status or self._status
            error.hint = self._settings.hint(error.status) or error.hint
            raise error from None
        finally:
            request_id = response.headers.get("x-request-id") if response else None
            if error is not None:
                request_id = error.request_id = error.request_id or request_id
            self._log(f"{method} {url}", time.monotonic() - began, request_id, error)

    def _log(
        self, request: str, seconds: float, request_id: str | None, error: ApiError | None
    ) -> None:
        """Logs `GET https://… 503 in 120 ms, request ID req-…: what is wrong`.

        What was given up is not logged.
        """
        if self._settings.log is None or self._is_aborted:
            return
        took = f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
        line = f"{request} {self._status or 'no answer'} in {took}"
        if request_id:
            line += f", request ID {request_id}"
        if error is not None and error.retry_after is not None:
            line += f", Retry-After {format_duration(error.retry_after)}"
        if error is not None:
            line += f": {error.message}"
        self._settings.log(one_line(line))

    def forget_abort(self) -> None:
        """Before a new request: an abort was meant for the one before, however late it came."""
        self._is_aborted = False

    def abort(self) -> None:
        """Ends the request that is under way in another thread, or about to begin there.

        Its connection is shut down.
        """
        self._is_aborted = True
        with self._stream_lock:
            connection = self._stream.get_extra_info("socket") if self._stream else None
            if connection is not None:
                with contextlib.suppress(OSError):  # it may have ended by itself
                    connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Closes the connection, if there is one; the next request opens another."""
        self._transport = None
        with self._stream_lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def _response(self, method: str, url: str) -> Response:
        has_connected = self._transport is not None
        try:
            try:
                return self._exchange(method, url)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                if not has_connected or self._status is not None:
                    raise
            # That an idle connection was closed says nothing about the API: try a new one.
            self.close()
            return self._exchange(method, url)
        except Exception as error:
            self.close()
            if isinstance(error, (ApiError, UsageError)):
                raise
            raise self._in_words(error) from None

    def _in_words(self, error: Exception) -> Exception:
        """The error in words; it is the proxy's as long as there is no tunnel through it."""
        if self._is_aborted:
            return NoAnswer("no answer; the request was given up", transient=True)
        if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL, ValueError)):
            # What only httpx finds out about a URL.
            return UsageError("GCORE_BASE_URL or a proxy's variable is not a usable URL")
        peer, url = self._settings.host, self._settings.base_url
        if (proxy := self._settings.proxy) is not None and not self._is_past_proxy:
            peer, url = proxy.name, proxy.url
        if isinstance(error, (httpx.HTTPError, OSError)):
            is_plain, is_known = url.startswith("http:"), self._key.has_worked
            asks = self._proxy_asks
            return network_error(error, peer, asks, is_plain=is_plain, is_known=is_known)
        if url.startswith("socks"):
            if isinstance(error, ImportError):
                return UsageError(
                    f"gtask is installed without SOCKS support, which {peer} needs",
                    hint=_SOCKS_HINT,
                )
            # socksio's own errors, which httpx lets through
            return NoAnswer(f"{peer} answered with something that is not SOCKS", transient=True)
        return error

    def _exchange(self, method: str, url: str) -> Response:
        self._status = None
        transport = self._transport = self._transport or self._new_transport()
        headers = httpx.Headers(
            {"User-Agent": f"gtask/{__version__}", "Accept": "application/json"}
        )
        headers.update(self._settings.headers)
        headers["Authorization"] = f"APIKey {self._key.value}"
        headers["Accept-Encoding"] = "gzip"
        request = httpx.Request(
            method,
            url,
            headers=headers,
            extensions={"trace": self._trace, "timeout": {"connect": CONNECT_LIMIT_SECONDS}},
        )
        host, secrets = self._settings.host, self._key.secrets
        with contextlib.closing(transport.handle_request(request)) as response:
            self._status = response.status_code
            is_good = 200 <= response.status_code < 300
            limit = BODY_LIMIT_BYTES if is_good else _ERROR_BODY_LIMIT_BYTES
            said = {name: secrets.hide(value) for name, value in response.headers.items()}
            encoding = said.get("content-encoding", "")
            try:
                body = read_body(response.iter_raw(), encoding, limit, host)
                if is_good and len(body) > limit:
                    raise NoAnswer(f"the answer of {host} is larger than {limit // 2**20} MiB")
            except (ApiError, httpx.HTTPError, OSError):
                if is_good:
                    raise
                body = b""  # the status says enough, whatever is wrong with the rest
        # Before a message is cut: half a key would not be found.
        return Response(host, self._status, said, secrets.hide_in_body(body))

    def _new_transport(self) -> httpx.HTTPTransport:
        """A way to the API that follows no redirect, keeps no cookie and reads no variable."""
        proxy = self._settings.proxy
        proxy_tls = self._tls if proxy is not None and proxy.url.startswith("https:") else None
        return httpx.HTTPTransport(
            verify=self._tls or False,
            proxy=httpx.Proxy(proxy.url, ssl_context=proxy_tls) if proxy else None,
            trust_env=False,
        )

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Keeps a handle on each connection made, so that `abort` can reach it at any time."""
        if event in ("proxy.start_tls.started", "socks.start_tls.started"):
            self._is_past_proxy = True
        if event == "http11.receive_response_headers.complete" and not self._is_past_proxy:
            headers = info["return_value"][3]
            asked = [value for name, value in headers if name.lower() == b"proxy-authenticate"]
            self._proxy_asks = b", ".join(asked).decode("latin-1")
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            with self._stream_lock:
                self._stream = info["return_value"]
        # After the handle is kept: an abort that came too early for it is seen here.
        if self._is_aborted:
            raise OSError  # nobody waits for the answer any more
        if event.endswith("connect_tcp.started"):
            self._is_past_proxy = False
            if self._tls is None:
                _check_is_here(info["host"])


def _request(job: Job) -> tuple[str, str]:
    """The method and the path, with its query, that a job is over HTTP."""
    if isinstance(job, GetTask):
        return "GET", f"{_TASKS}/{path_segment(job.task_id)}"
    if isinstance(job, Acknowledge):
        return "POST", f"{_TASKS}/{path_segment(job.task_id)}/acknowledge"
    if isinstance(job, AcknowledgeAll):
        return "POST", f"{_TASKS}/acknowledge_all?{urlencode(job.parameters)}".rstrip("?")
    query = (*job.parameters, ("limit", str(job.limit)), ("offset", str(job.offset)))
    return "GET", f"{_TASKS}?{urlencode(query)}"


def _check_is_here(host: str) -> None:
    """Raises a UsageError unless the name leads to this machine only, where the key can be read."""
    for *_, address in socket.getaddrinfo(host, None):
        if not ip_address(address[0]).is_loopback:
            raise UsageError(
                f"the base URL is plain http to {host}, and that is {address[0]}, not this machine",
                hint="write 127.0.0.1 instead of the name, or use https",
            )
