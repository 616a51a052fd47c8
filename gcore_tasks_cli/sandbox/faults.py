"""Faults: their keys in a scenario file, which requests get them, and what they do."""

import json
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from gcore_tasks_cli.sandbox.entry import (
    Entry,
    Header,
    PathPattern,
    Positive,
    Seconds,
    Share,
    Span,
    StatusCode,
    Whole,
)

if TYPE_CHECKING:
    from gcore_tasks_cli.sandbox.server import HttpConnection


class Fault(Entry):
    """A fault; `between` is when it is active, and None means no end."""

    do: str
    between: Span = (0.0, None)

    def is_active(self, now: float) -> bool:
        """Whether `now` is within `between`."""
        begin, end = self.between
        return begin <= now and (end is None or now < end)


class Refuse(Fault):
    """The port is closed."""

    do: Literal["refuse"]


class RequestFault(Fault):
    """A fault of single requests; `requests` counts those that match, from 1."""

    method: Literal["*", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = "*"
    path: PathPattern = "*"
    requests: Span = (1, None)
    every: Positive = 1

    def matches(self, method: str, path: str, now: float) -> bool:
        """Whether it counts this request."""
        return self.method in ("*", method) and fnmatchcase(path, self.path) and self.is_active(now)

    def is_due(self, number: int, _in_second: int) -> bool:
        """Whether a request that matches gets it: the first has number 1, in each second too."""
        first, last = self.requests
        is_within = first <= number and (last is None or number <= last)
        return is_within and (number - first + 1) % self.every == 0

    def act(self, connection: "HttpConnection") -> None:
        """Does to the connection what this kind of fault does."""
        raise NotImplementedError


class Close(RequestFault):
    """The connection ends without a response."""

    do: Literal["close", "reset"]

    def act(self, connection: "HttpConnection") -> None:
        connection.end(reset=self.do == "reset")


class Silent(RequestFault):
    """No response ever comes."""

    do: Literal["silent"]

    def act(self, connection: "HttpConnection") -> None:
        connection.hang()


class Status(RequestFault):
    """This response instead of the normal one."""

    do: Literal["status", "body"]
    status: StatusCode | None = None
    body: Any = ""
    headers: Mapping[Header, Header] = {}
    content_type: Header = "application/json"

    def act(self, connection: "HttpConnection") -> None:
        status = self.status or (503 if self.do == "status" else 200)
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        headers = {"Content-Type": self.content_type, **self.headers}
        connection.respond(status, text.encode("utf-8", "surrogatepass"), headers)


class Limit(RequestFault):
    """A rate limit: a 429 beyond so many requests in each second."""

    do: Literal["limit"]
    per_second: Positive = 10
    retry_after: Whole | None = None

    def is_due(self, number: int, in_second: int) -> bool:
        return super().is_due(number, in_second) and in_second > self.per_second

    def act(self, connection: "HttpConnection") -> None:
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        body = {"exception_class": "TooManyRequests", "message": "too many requests"}
        connection.respond(429, json.dumps(body).encode(), headers)


class Delay(RequestFault):
    """The normal response, later."""

    do: Literal["delay"]
    seconds: Seconds = 1.0

    def act(self, connection: "HttpConnection") -> None:
        connection.pause(self.seconds)
        connection.respond(*connection.normal_response())


class Drip(RequestFault):
    """The normal response byte by byte."""

    do: Literal["drip"]
    interval: Seconds = 1.0

    def act(self, connection: "HttpConnection") -> None:
        status, body = connection.normal_response()
        connection.send_head(status, {"Content-Length": str(len(body))})
        for byte in body:
            connection.send(bytes((byte,)))
            connection.pause(self.interval)
        connection.end()


class Truncate(RequestFault):
    """A part of the normal response."""

    do: Literal["truncate"]
    keep: Share = 0.5

    def act(self, connection: "HttpConnection") -> None:
        status, body = connection.normal_response()
        connection.send_head(status, {"Content-Length": str(len(body))})
        connection.send(body[: int(len(body) * self.keep)])
        connection.end()


AnyFault = Refuse | Close | Silent | Status | Limit | Delay | Drip | Truncate


class FaultTable:
    """The faults of a scenario, and how many requests each has matched: in all, in each second."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._of_port = [fault for fault in faults if isinstance(fault, Refuse)]
        self._of_requests = [fault for fault in faults if isinstance(fault, RequestFault)]
        self._matched: Counter[tuple[int, int | None]] = Counter()
        self._lock = threading.Lock()

    def choose(self, method: str, target: str, now: float) -> RequestFault | None:
        """The fault that this request gets: the first in the scenario's order, if several match.

        Every fault that matches counts the request, also where an earlier one is chosen.
        """
        path = target.partition("?")[0]
        chosen: RequestFault | None = None
        with self._lock:
            for n, fault in enumerate(self._of_requests):
                if not fault.matches(method, path, now):
                    continue
                self._matched.update([(n, None), (n, int(now))])
                number, in_second = self._matched[n, None], self._matched[n, int(now)]
                if chosen is None and fault.is_due(number, in_second):
                    chosen = fault
        return chosen

    def refuses(self, now: float) -> bool:
        """Whether the port accepts no connection now."""
        return any(fault.is_active(now) for fault in self._of_port)
