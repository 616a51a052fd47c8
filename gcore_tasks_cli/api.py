"""The thin HTTP layer: one request in, a document or one of `errors` out. The one owner of httpx.

A `Session` is one connection that one thread uses. Nothing here waits longer than
`REQUEST_LIMIT_SECONDS` between two bytes, and `abort` ends from outside what does not end by
itself (a server that drips headers, say): waiting stays in the hands of the caller.
"""

import contextlib
import json
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

from gcore_tasks_cli import __version__
from gcore_tasks_cli.documents import Document, decode_json, parse_json, parse_task
from gcore_tasks_cli.errors import ApiError, KeyRefused, NoAnswer, TaskNotFound, UsageError
from gcore_tasks_cli.settings import Settings
from gcore_tasks_cli.task_ids import path_segment

BODY_LIMIT_BYTES = 32 * 1024 * 1024
REQUEST_LIMIT_SECONDS = 30.0
CONNECT_LIMIT_SECONDS = 10.0
READ_LIMIT_SECONDS = 15.0
# An error body is read for its message only.
_ERROR_BODY_LIMIT_BYTES = 64 * 1024
_LONGEST_RETRY_AFTER_SECONDS = 366 * 86400.0
_PASSING_STATUSES = frozenset({408, 425, 429})
_ERROR_MESSAGE_KEYS = ("message", "detail", "error", "exception_class")


@dataclass(frozen=True, slots=True)
class TaskAnswer:
    """A task as the API answered it; `server_time` is its Date header in seconds since 1970."""

    document: Document
    server_time: float | None


@dataclass(frozen=True, slots=True)
class _Response:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Session:
    """One connection to the API. Its methods belong to one thread; `abort` to any.

    Every method that asks the API raises `ApiError`, and nothing else, for whatever the network
    or the API did.
    """

    def __init__(self, settings: Settings, tls: ssl.SSLContext | None) -> None:
        self._settings = settings
        self._tls = tls
        self._client: httpx.Client | None = None
        self._socket_lock = threading.Lock()
        self._socket: socket.socket | None = None

    def get_task(self, task_id: str) -> TaskAnswer:
        """The task of this ID.

        Raises:
            ApiError: `TaskNotFound`, `KeyRefused` or `NoAnswer`.
        """
        response = self._request("GET", f"/cloud/v1/tasks/{path_segment(task_id)}", task_id)
        return _task_answer(response, task_id, self._settings.host)

    def abort(self) -> None:
        """Ends the request that is under way in another thread: its connection is shut down."""
        with self._socket_lock:
            if self._socket is not None:
                _shut_down(self._socket)

    def close(self) -> None:
        """Closes the connection, if there is one; the next request opens another."""
        with self._socket_lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None
        if self._client is not None:
            self._client.close()
            self._client = None

    def _request(self, method: str, path: str, task_id: str | None = None) -> _Response:
        try:
            response = self._exchange(method, path)
        except ApiError:
            self.close()
            raise
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ImportError) as error:
            self.close()
            raise _network_error(error, self._settings.host) from None
        if response.status != HTTPStatus.OK:
            raise _status_error(response, self._settings.host, task_id)
        return response

    def _exchange(self, method: str, path: str) -> _Response:
        client = self._client = self._client or self._new_client()
        give_up_at = time.monotonic() + REQUEST_LIMIT_SECONDS
        with client.stream(
            method, self._settings.base_url + path, extensions={"trace": self._trace}
        ) as response:
            limit = BODY_LIMIT_BYTES if response.status_code == 200 else _ERROR_BODY_LIMIT_BYTES
            body = _read(response, limit, give_up_at, self._settings.host)
            return _Response(response.status_code, dict(response.headers), body)

    def _new_client(self) -> httpx.Client:
        # Plain http goes to this machine only, and so past every proxy: there the key would be
        # readable to it.
        return httpx.Client(
            verify=self._tls if self._tls is not None else False,
            trust_env=self._settings.uses_tls,
            follow_redirects=False,
            timeout=httpx.Timeout(READ_LIMIT_SECONDS, connect=CONNECT_LIMIT_SECONDS),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            headers={
                "Authorization": f"APIKey {self._settings.api_key}",
                "User-Agent": f"gtask/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
            },
        )

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Keeps a handle on each connection made, so that `abort` can reach it at any time.

        A duplicate, since TLS detaches the original object from the connection.
        """
        if not event.endswith("connect_tcp.complete"):
            return
        connection = info["return_value"].get_extra_info("socket")
        with self._socket_lock:
            if self._socket is not None:
                self._socket.close()
            self._socket = connection.dup()


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """The context for all sessions; None where the API is on plain http.

    Loading the roots costs some 25 ms: done once, and not per connection as httpx would.

    Raises:
        UsageError: if `SSL_CERT_FILE` or `SSL_CERT_DIR` holds no certificates.
    """
    if not settings.uses_tls:
        return None
    if settings.ca_file or settings.ca_dir:
        try:
            return ssl.create_default_context(cafile=settings.ca_file, capath=settings.ca_dir)
        except (ssl.SSLError, OSError) as error:
            reason = getattr(error, "reason", None) or error.strerror or error
            raise UsageError(
                f"cannot read certificates from SSL_CERT_FILE or SSL_CERT_DIR: {reason}"
            ) from None
    import certifi  # comes with httpx

    return ssl.create_default_context(cafile=certifi.where())


def retry_after_seconds(value: str | None, server_time: float | None) -> float | None:
    """What a `Retry-After` header asks for: seconds, or a date on the server's own clock.

    RFC 9110, section 10.2.3. None if it is absent or cannot be read.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:20]), _LONGEST_RETRY_AFTER_SECONDS)
    then = _http_date(text)
    if then is None:
        return None
    now = time.time() if server_time is None else server_time
    return min(max(0.0, then - now), _LONGEST_RETRY_AFTER_SECONDS)


def _http_date(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _task_answer(response: _Response, task_id: str, host: str) -> TaskAnswer:
    try:
        document = parse_task(decode_json(response.body))
    except ValueError as error:
        raise NoAnswer(f"{host} answered with no task: {error}", passing=True) from None
    if document.id != task_id and document.id.lower() != task_id.lower():
        raise NoAnswer(f"{host} answered with another task: {document.id}", passing=True)
    return TaskAnswer(document, _http_date(response.headers.get("date")))


def _read(response: httpx.Response, limit: int, give_up_at: float, host: str) -> bytes:
    """The decompressed body, never more than `limit` bytes of it in memory."""
    body = bytearray()
    for piece in _decompressed(response, limit, host):
        body += piece
        if len(body) > limit:
            if response.status_code != HTTPStatus.OK:
                break
            raise NoAnswer(f"the answer of {host} is larger than {limit // 2**20} MiB")
        if time.monotonic() > give_up_at:
            raise too_slow(host)
    return bytes(body[:limit])


def _decompressed(response: httpx.Response, limit: int, host: str) -> Iterator[bytes]:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        yield from response.iter_raw()
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise NoAnswer(f"{host} answered in an unknown encoding: {encoding[:50]}", passing=True)
    # +32: zlib finds out by itself whether it is gzip or zlib.
    inflate = zlib.decompressobj(zlib.MAX_WBITS + 32)
    try:
        for piece in response.iter_raw():
            yield inflate.decompress(piece, limit + 1)
            if inflate.unconsumed_tail:
                raise NoAnswer(f"the answer of {host} is larger than {limit // 2**20} MiB")
    except zlib.error:
        raise NoAnswer(f"{host} answered with broken compression", passing=True) from None
    if not inflate.eof:
        raise NoAnswer(f"the answer of {host} was cut short", passing=True)


def too_slow(host: str) -> NoAnswer:
    """The error of a request that went on for longer than its own limit."""
    return NoAnswer(f"{host} gave no whole answer in {REQUEST_LIMIT_SECONDS:.0f} s", passing=True)


def _network_error(error: Exception, host: str) -> NoAnswer:
    causes = list(_causes(error))
    untrusted = next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None)
    if untrusted is not None:
        return NoAnswer(
            f"the certificate of {host} is not trusted: {untrusted.verify_message}",
            hint="behind a proxy with its own authority, name its file in SSL_CERT_FILE",
        )
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL, ImportError)):
        return NoAnswer(f"cannot use the base URL or the proxy that is set: {error}")
    if isinstance(error, httpx.LocalProtocolError):
        return NoAnswer(f"cannot send the request to {host}: {error}")
    if isinstance(error, httpx.ProxyError):
        refused = str(error).startswith("407")
        return NoAnswer(f"the proxy on the way to {host} says: {error}", passing=not refused)
    if isinstance(error, httpx.ConnectTimeout):
        return NoAnswer(f"{host} took no connection in {CONNECT_LIMIT_SECONDS:.0f} s", passing=True)
    if isinstance(error, httpx.TimeoutException):
        return NoAnswer(f"{host} gave no answer in {READ_LIMIT_SECONDS:.0f} s", passing=True)
    if isinstance(error, httpx.RemoteProtocolError):
        return NoAnswer(f"{host} broke off its answer: {error}", passing=True)
    unresolved = next((c for c in causes if isinstance(c, socket.gaierror)), None)
    if unresolved is not None:
        return NoAnswer(
            f"cannot find {host}: {unresolved.strerror}",
            hint="check GCORE_BASE_URL and the network",
            passing=True,
        )
    system = next((c for c in causes if isinstance(c, OSError) and c.strerror), None)
    reason = system.strerror.lower() if system is not None and system.strerror else str(error)
    return NoAnswer(f"cannot reach {host}: {reason or type(error).__name__}", passing=True)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _status_error(response: _Response, host: str, task_id: str | None) -> ApiError:
    status = response.status
    said, request_id = _error_body(response)
    make, passing = _meaning(status)
    message = _sentence(status, said, response, host, task_id)
    server_time = _http_date(response.headers.get("date"))
    return make(
        message,
        hint=_hint(status, said),
        status=status,
        request_id=request_id,
        passing=passing,
        retry_after=retry_after_seconds(response.headers.get("retry-after"), server_time)
        if passing
        else None,
    )


def _meaning(status: int) -> tuple[Callable[..., ApiError], bool]:
    """Which error a status is, and whether it passes."""
    if status in (401, 403):
        return KeyRefused, False
    if status == 404:
        return TaskNotFound, False
    # Any 2xx but 200 brings no document, which is nonsense here, and nonsense may pass.
    return NoAnswer, status in _PASSING_STATUSES or status >= 500 or 200 < status < 300


def _sentence(status: int, said: str, response: _Response, host: str, task_id: str | None) -> str:
    if 300 <= status < 400:
        target = response.headers.get("location", "nowhere")[:200]
        return f"{host} redirects to {target} (HTTP {status}); gtask does not follow"
    if status == 404 and task_id is not None:
        return f"no such task: {task_id}" + (f" ({said})" if said else "")
    names = {401: "the API refused the key", 403: "the API forbids this"}
    begin = names.get(status, f"{host} answered HTTP {status}{_phrase(status)}")
    return f"{begin}: {said}" if said else begin


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""


def _hint(status: int, said: str) -> str | None:
    if status == 401 and "permanent token" in said.lower():
        return (
            "was the '$' of the key eaten by the shell? "
            "Set it in single quotes: export GCORE_API_KEY='1234$abcdef'"
        )
    return {
        401: "is GCORE_API_KEY right, and still valid?",
        403: "the key may lack rights for this project, or the task be another account's",
        404: "is the ID right, and of this key's account?",
        429: "too many requests: a longer --interval asks less often",
        **dict.fromkeys((301, 302, 303, 307, 308), "is GCORE_BASE_URL right?"),
    }.get(status)


def _error_body(response: _Response) -> tuple[str, str | None]:
    """What an error body says (in any of the shapes the API has), and its request ID."""
    try:
        body = parse_json(decode_json(response.body))
    except ValueError:
        body = None
    fields = body if isinstance(body, dict) else {}
    said = next((fields[key] for key in _ERROR_MESSAGE_KEYS if fields.get(key)), "")
    text = said if isinstance(said, str) else json.dumps(said)
    if invalid := fields.get("invalid_fields"):
        text = f"{text} ({json.dumps(invalid)})"
    request_id = fields.get("request_id") or response.headers.get("x-request-id")
    return text[:2000], str(request_id)[:200] if request_id else None


def _shut_down(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may have ended by itself
        connection.shutdown(socket.SHUT_RDWR)
