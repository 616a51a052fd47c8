"""The thin HTTP layer: one request in, a document or one of `errors` out.

A `Session` is one connection that one thread uses. How long a request may take is up to the
caller: `abort` ends it from outside.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlencode

from gcore_tasks_cli import __version__
from gcore_tasks_cli.api.lean_httpx import httpx
from gcore_tasks_cli.api.network_errors import CONNECT_LIMIT_SECONDS, network_error
from gcore_tasks_cli.api.request_record import Exchange
from gcore_tasks_cli.api.response_body import BODY_LIMIT_BYTES, read_body
from gcore_tasks_cli.api.responses import (
    Response,
    page_answer,
    request_id_of,
    status_error,
    task_answer,
)
from gcore_tasks_cli.errors import ApiError, NoAnswer, UsageError
from gcore_tasks_cli.polling.jobs import Acknowledge, AcknowledgeAll, Answer, GetTask, Job, ListPage
from gcore_tasks_cli.sanitize import Secrets
from gcore_tasks_cli.settings.key import CurrentKey
from gcore_tasks_cli.settings.settings import Settings
from gcore_tasks_cli.tasks.ids import path_segment

# An error body is read for its message only.
_ERROR_BODY_LIMIT_BYTES = 64 * 1024
_TASKS = "/cloud/v1/tasks"
_LOCATION = "gtask.location"


class _Request(NamedTuple):
    """What a job is over HTTP; `task_id` where it is about one task."""

    method: str
    path: str
    task_id: str | None = None


class Session:
    """One connection to the API. Its methods belong to one thread; `abort` to any.

    Every method that asks the API raises `ApiError`, and nothing else, for whatever the network
    or the API did.
    """

    def __init__(
        self, settings: Settings, tls: ssl.SSLContext | None, key: CurrentKey | None = None
    ) -> None:
        self._settings = settings
        self._key = key or CurrentKey(settings.api_key, Secrets(settings.secrets))
        self._secrets = self._key.secrets
        self._host = settings.host
        self._tls = tls
        self._client: httpx.Client | None = None
        self._has_answered = self._is_past_proxy = False
        self._status: int | None = None  # of the answer to the last request, if there was one
        self._is_aborted = False
        self._is_reused = False  # the connection has served a request before
        self._stream_lock = threading.Lock()
        self._stream: Any = None  # the connection, as httpx has it

    def do(self, job: Job) -> Answer:
        """What the API answers to the job; reported to the listener, whatever the outcome.

        Raises:
            ApiError: `TaskNotFound`, `KeyRefused` or `NoAnswer`.
        """
        request = _request(job)
        began = time.monotonic()
        response: Response | None = None
        error: ApiError | None = None
        try:
            key = self._key.value
            response = self._checked_response(request)
            if response.status == HTTPStatus.UNAUTHORIZED and self._key.is_renewed(key):
                response = self._checked_response(request)
            if not 200 <= response.status < 300:
                hint = self._settings.refused_key_hint
                raise status_error(response, self._host, request.task_id, hint, self._hide)
            self._key.worked()
            if isinstance(job, ListPage):
                return page_answer(response, self._host, job.offset)
            if request.task_id is None:
                return None
            return task_answer(response, request.task_id, self._host)
        except ApiError as failure:
            error = failure
            error.message = self._hide(error.message)  # an answer may repeat the key
            error.status = error.status or self._status
            raise error from None
        finally:
            self._report(request, time.monotonic() - began, response, error)

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
        if self._client is not None:
            self._client.close()
            self._client = None
        with self._stream_lock:
            stream, self._stream = self._stream, None
        if stream is not None:  # httpx forgets it where a SOCKS proxy refuses
            stream.close()

    def _response(self, request: _Request) -> Response:
        try:
            return self._exchange(request)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if not self._is_reused or self._status is not None:
                self.close()
                raise
        # A connection that was idle was closed by its other end: that says nothing of the API.
        self.close()
        return self._exchange(request)

    def _checked_response(self, request: _Request) -> Response:
        try:
            return self._response(request)
        except ApiError:
            self.close()
            raise
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, ValueError):
            # What only httpx finds out about a URL.
            raise UsageError("GCORE_BASE_URL or a proxy's variable is not a usable URL") from None
        except (httpx.HTTPError, OSError) as error:
            self.close()
            if self._is_aborted:
                raise NoAnswer("no answer; the request was given up", transient=True) from None
            raise self._network_error(error) from None
        except Exception:  # socksio's own errors, which httpx lets through
            proxy = self._settings.proxy
            if proxy is None or not proxy.url.startswith("socks") or self._is_past_proxy:
                raise
            self.close()
            message = f"{proxy.name} answered with something that is not SOCKS"
            raise NoAnswer(message, transient=True) from None

    def _network_error(self, error: Exception) -> NoAnswer:
        """The error in words; until there is a tunnel through it, a proxy is who is asked."""
        proxy = self._settings.proxy
        peer, url = self._host, self._settings.base_url
        if proxy is not None and not self._is_past_proxy:
            peer, url = proxy.name, proxy.url
        is_known = self._has_answered
        if self._tls is not None:
            is_known = self._tls.session_stats()["connect_good"] > 0
        is_plain = url.startswith("http:")
        return network_error(error, peer, is_plain=is_plain, is_known=is_known)

    def _report(
        self,
        request: _Request,
        seconds: float,
        response: Response | None,
        error: ApiError | None,
    ) -> None:
        if self._settings.on_exchange is None or self._is_aborted:
            return  # what was given up is no exchange
        self._settings.on_exchange(
            Exchange(
                request.method,
                self._settings.base_url + request.path,
                seconds,
                status=response.status if response else None,
                request_id=(error.request_id if error else None)
                or (request_id_of(response, self._hide) if response else None),
                problem=error.message if error else None,
                retry_after=error.retry_after if error else None,
            )
        )

    def _hide(self, text: str) -> str:
        return self._secrets.hide(text)

    def _exchange(self, request: _Request) -> Response:
        self._status = None
        self._is_reused = self._client is not None
        client = self._client = self._client or self._new_client()
        url = self._settings.base_url + request.path
        authorization = {"Authorization": f"APIKey {self._key.value}"}
        with client.stream(
            request.method, url, headers=authorization, extensions={"trace": self._trace}
        ) as response:
            self._has_answered = True
            self._status = response.status_code
            headers = dict(response.headers) | response.extensions.get(_LOCATION, {})
            if 200 <= response.status_code < 300:
                body = read_body(response, BODY_LIMIT_BYTES, self._host)
                return Response(response.status_code, headers, self._secrets.hide_in_body(body))
            try:
                body = read_body(response, _ERROR_BODY_LIMIT_BYTES, self._host)
            except (ApiError, httpx.HTTPError, OSError):
                body = b""  # the status says enough, whatever is wrong with the rest
            return Response(response.status_code, headers, self._secrets.hide_in_body(body))

    def _new_client(self) -> httpx.Client:
        # Plain http goes to this machine only, and so past every proxy: there the key would be
        # readable to it.
        proxy = self._settings.proxy
        proxy_tls = self._tls if proxy is not None and proxy.url.startswith("https:") else None
        return httpx.Client(
            verify=self._tls or False,
            proxy=httpx.Proxy(proxy.url, ssl_context=proxy_tls) if proxy else None,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=CONNECT_LIMIT_SECONDS),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # keeps none, sends none
            event_hooks={"response": [_keep_location]},
            headers={
                "User-Agent": f"gtask/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
            },
        )

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Keeps a handle on each connection made, so that `abort` can reach it at any time."""
        if event in ("proxy.start_tls.started", "socks.start_tls.started"):
            self._is_past_proxy = True
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            with self._stream_lock:
                self._stream = info["return_value"]
        # After the handle is kept: an abort that came too early for it is seen here.
        if self._is_aborted:
            raise OSError  # nobody waits for the answer any more
        if event.endswith("connect_tcp.started"):
            self._is_reused = self._is_past_proxy = False
            if self._tls is None:
                found = socket.getaddrinfo(info["host"], None)
                _check_is_here(info["host"], [str(address[0]) for *_, address in found])


def _request(job: Job) -> _Request:
    if isinstance(job, GetTask):
        return _Request("GET", f"{_TASKS}/{path_segment(job.task_id)}", job.task_id)
    if isinstance(job, Acknowledge):
        path = f"{_TASKS}/{path_segment(job.task_id)}/acknowledge"
        return _Request("POST", path, job.task_id)
    if isinstance(job, AcknowledgeAll):
        return _Request("POST", f"{_TASKS}/acknowledge_all{_encoded(job.parameters)}")
    query = (*job.parameters, ("limit", str(job.limit)), ("offset", str(job.offset)))
    return _Request("GET", _TASKS + _encoded(query))


def _check_is_here(host: str, addresses: Iterable[str]) -> None:
    """What plain http goes to is this machine, and so can no name be that leads elsewhere.

    Raises:
        UsageError: if one of the host's addresses is not a loopback one.
    """
    for address in addresses:
        if not ip_address(address).is_loopback:
            raise UsageError(
                f"the base URL is plain http to {host}, and that is {address}, not this machine",
                hint="write 127.0.0.1 instead of the name, or use https",
            )


def _keep_location(response: httpx.Response) -> None:
    """Puts aside where a redirect leads: httpx reads that even if it is not to follow.

    It takes nonsense there for a broken answer, which would pass; a redirect does not.
    """
    if (location := response.headers.pop("location", None)) is not None:
        response.extensions[_LOCATION] = {"location": location}


def _encoded(parameters: Iterable[tuple[str, str]]) -> str:
    query = urlencode(list(parameters))
    return f"?{query}" if query else ""
