"""The thin HTTP layer: one request in, a document or one of `errors` out.

A `Session` is one connection that one thread uses. Nothing here waits longer than
`REQUEST_LIMIT_SECONDS` between two bytes, and `abort` ends from outside what does not end by
itself (a server that drips headers, say): waiting stays in the hands of the caller.
"""

import contextlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlencode

from gcore_tasks_cli import __version__
from gcore_tasks_cli.api.lean_httpx import httpx
from gcore_tasks_cli.api.network_errors import network_error
from gcore_tasks_cli.api.request_limits import (
    CONNECT_LIMIT_SECONDS,
    READ_LIMIT_SECONDS,
    REQUEST_LIMIT_SECONDS,
)
from gcore_tasks_cli.api.request_record import Exchange
from gcore_tasks_cli.api.response_body import BODY_LIMIT_BYTES, read_body
from gcore_tasks_cli.api.responses import (
    Response,
    page_answer,
    request_id_of,
    status_error,
    task_answer,
)
from gcore_tasks_cli.api.settings import Settings
from gcore_tasks_cli.errors import ApiError, NoAnswer, UsageError
from gcore_tasks_cli.polling.port import PageAnswer, TaskAnswer
from gcore_tasks_cli.sanitize import Secrets
from gcore_tasks_cli.tasks.ids import path_segment
from gcore_tasks_cli.tasks.page_request import PageRequest, Parameters

_Answer = TypeVar("_Answer")

# An error body is read for its message only.
_ERROR_BODY_LIMIT_BYTES = 64 * 1024
_TASKS = "/cloud/v1/tasks"
_LOCATION = "gtask.location"
_SPARE_DESCRIPTORS = 3


class Session:
    """One connection to the API. Its methods belong to one thread; `abort` to any.

    Every method that asks the API raises `ApiError`, and nothing else, for whatever the network
    or the API did.
    """

    def __init__(self, settings: Settings, tls: ssl.SSLContext | None) -> None:
        self._settings = settings
        self._secrets = Secrets(settings.secrets)
        self._host = settings.host
        self._tls = tls
        self._client: httpx.Client | None = None
        self._has_answered = self._is_past_proxy = False
        self._status: int | None = None  # of the answer to the last request, if there was one
        self._socket_lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._stream: Any = None  # of httpx, which forgets it where a SOCKS proxy refuses

    def get_task(self, task_id: str) -> TaskAnswer:
        """The task of this ID.

        Raises:
            ApiError: `TaskNotFound`, `KeyRefused` or `NoAnswer`.
        """
        return self._task("GET", f"{_TASKS}/{path_segment(task_id)}", task_id)

    def list_tasks(self, page: PageRequest) -> PageAnswer:
        """A page of the list of tasks.

        Raises:
            ApiError: `KeyRefused` or `NoAnswer`.
        """
        query = (*page.parameters, ("limit", str(page.limit)), ("offset", str(page.offset)))
        return self._request(
            "GET",
            _TASKS + _encoded(query),
            lambda response: page_answer(response, self._host, page.offset),
        )

    def acknowledge(self, task_id: str) -> TaskAnswer:
        """Acknowledges the task; answers it.

        Safe to ask again when no answer came: acknowledging what is acknowledged changes nothing.

        Raises:
            ApiError: `TaskNotFound`, `KeyRefused` or `NoAnswer`.
        """
        return self._task("POST", f"{_TASKS}/{path_segment(task_id)}/acknowledge", task_id)

    def acknowledge_all(self, parameters: Parameters) -> None:
        """Acknowledges every task that the parameters choose (`project_id`, `region_id`).

        Safe to ask again when no answer came: a second time it finds nothing left to do, save for
        what came about in between, and that is part of "all" too.

        Raises:
            ApiError: `KeyRefused` or `NoAnswer`.
        """
        path = f"{_TASKS}/acknowledge_all{_encoded(parameters)}"
        good = (HTTPStatus.NO_CONTENT, HTTPStatus.OK)
        self._request("POST", path, lambda _: None, good=good)

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
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _task(self, method: str, path: str, task_id: str) -> TaskAnswer:
        return self._request(
            method, path, lambda response: task_answer(response, task_id, self._host), task_id
        )

    def _request(
        self,
        method: str,
        path: str,
        read: Callable[[Response], _Answer],
        task_id: str | None = None,
        good: tuple[int, ...] = (HTTPStatus.OK,),
    ) -> _Answer:
        """What `read` makes of the answer; reported to the listener, whatever the outcome."""
        began = time.monotonic()
        response: Response | None = None
        error: ApiError | None = None
        try:
            response = self._response(method, path)
            if response.status not in good:
                hint = self._settings.refused_key_hint
                raise status_error(response, self._host, task_id, hint, self._hide)
            return read(response)
        except ApiError as failure:
            error = failure
            error.message = self._hide(error.message)  # an answer may repeat the key
            error.status = error.status or self._status
            raise error from None
        finally:
            self._tell(method, path, time.monotonic() - began, response, error)

    def _response(self, method: str, path: str) -> Response:
        try:
            return self._exchange(method, path)
        except ApiError:
            self.close()
            raise
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, ValueError):
            # What only httpx finds out about a URL.
            raise UsageError("GCORE_BASE_URL or a proxy's variable is no usable URL") from None
        except (httpx.HTTPError, OSError) as error:
            self.close()
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

    def _tell(
        self,
        method: str,
        path: str,
        seconds: float,
        response: Response | None,
        error: ApiError | None,
    ) -> None:
        if self._settings.on_exchange is None:
            return
        self._settings.on_exchange(
            Exchange(
                method,
                self._settings.base_url + path,
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

    def _exchange(self, method: str, path: str) -> Response:
        self._status = None
        client = self._client = self._client or self._new_client()
        give_up_at = time.monotonic() + REQUEST_LIMIT_SECONDS
        with client.stream(
            method, self._settings.base_url + path, extensions={"trace": self._trace}
        ) as response:
            self._has_answered = True
            self._status = response.status_code
            headers = dict(response.headers) | response.extensions.get(_LOCATION, {})
            if response.status_code == HTTPStatus.OK:
                body = read_body(response, BODY_LIMIT_BYTES, give_up_at, self._host)
                return Response(response.status_code, headers, self._secrets.hide_in_body(body))
            try:
                body = read_body(response, _ERROR_BODY_LIMIT_BYTES, give_up_at, self._host)
            except (ApiError, httpx.HTTPError, OSError):
                body = b""  # the status says enough, whatever is wrong with the rest
            return Response(response.status_code, headers, body)

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
            timeout=httpx.Timeout(READ_LIMIT_SECONDS, connect=CONNECT_LIMIT_SECONDS),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # keeps none, sends none
            event_hooks={"response": [_keep_location]},
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
        if event in ("proxy.start_tls.started", "socks.start_tls.started"):
            self._is_past_proxy = True
        if event.endswith("connect_tcp.started") and self._tls is None:
            found = socket.getaddrinfo(info["host"], None)
            _check_is_here(info["host"], [str(address[0]) for *_, address in found])
        if not event.endswith("connect_tcp.complete"):
            return
        self._is_past_proxy = False
        stream = self._stream = info["return_value"]
        _find_spare_descriptors()
        with self._socket_lock:
            if self._socket is not None:
                self._socket.close()
            self._socket = stream.get_extra_info("socket").dup()


def _find_spare_descriptors() -> None:
    """Leaves some for what has to be opened later: a module, a file of the user's.

    Raises:
        OSError: if the system has no more.
    """
    found: list[int] = []
    try:
        found.extend(os.open(os.devnull, os.O_RDONLY) for _ in range(_SPARE_DESCRIPTORS))
    finally:
        for descriptor in found:
            os.close(descriptor)


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


def _shut_down(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may have ended by itself
        connection.shutdown(socket.SHUT_RDWR)
