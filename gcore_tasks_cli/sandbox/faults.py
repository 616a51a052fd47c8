"""Faults: which requests get them, and what they do to the connection."""

import json
import threading
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gcore_tasks_cli.sandbox import scenario

if TYPE_CHECKING:
    from gcore_tasks_cli.sandbox.server import HttpConnection


class FaultTable:
    """The faults of a scenario, and how many requests each has matched: in all, in each second."""

    def __init__(self, faults: Sequence[scenario.Fault]) -> None:
        self._faults = faults
        self._matched: Counter[tuple[int, int | None]] = Counter()
        self._lock = threading.Lock()

    def choose(self, method: str, target: str, now: float) -> scenario.RequestFault | None:
        """The fault that this request gets: of several that match, the first of the file.

        All faults that match count the request.
        """
        path = target.partition("?")[0]
        chosen: scenario.RequestFault | None = None
        with self._lock:
            for n, fault in enumerate(self._faults):
                if not isinstance(fault, scenario.RequestFault) or not _is_active(fault, now):
                    continue
                if fault.method not in ("*", method) or not fnmatchcase(path, fault.path):
                    continue
                self._matched.update([(n, None), (n, int(now))])
                number, in_second = self._matched[n, None], self._matched[n, int(now)]
                if chosen is None and _is_due(fault, number, in_second):
                    chosen = fault
        return chosen

    def refuses(self, now: float) -> bool:
        """Whether the port accepts no connection now."""
        of_port = (fault for fault in self._faults if isinstance(fault, scenario.Refuse))
        return any(_is_active(fault, now) for fault in of_port)


def _is_active(fault: scenario.Fault, now: float) -> bool:
    begin, end = fault.between
    return begin <= now and (end is None or now < end)


def _is_due(fault: scenario.RequestFault, number: int, in_second: int) -> bool:
    """Whether a matching request gets the fault.

    `number` counts the matching requests from 1, `in_second` only those of the current second.
    """
    first, last = fault.requests
    if number < first or (last is not None and number > last):
        return False
    if isinstance(fault, scenario.Limit) and in_second <= fault.per_second:
        return False
    return (number - first + 1) % fault.every == 0


def act(fault: scenario.RequestFault, connection: "HttpConnection") -> None:
    """Responds, or breaks the connection, as this kind of fault does."""
    match fault:
        case scenario.Close():
            connection.end(reset=fault.do == "reset")
        case scenario.Silent():
            connection.hang()
        case scenario.Status():
            status = fault.status or (503 if fault.do == "status" else 200)
            text = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
            headers = {"Content-Type": fault.content_type, **fault.headers}
            connection.respond(status, text.encode("utf-8", "surrogatepass"), headers)
        case scenario.Limit():
            after = fault.retry_after
            error = {"exception_class": "TooManyRequests", "message": "too many requests"}
            headers = {} if after is None else {"Retry-After": str(after)}
            connection.respond(429, json.dumps(error).encode(), headers)
        case scenario.Delay():
            connection.pause(fault.seconds)
            connection.respond(*connection.normal_response())
        case scenario.Drip():
            for byte in connection.begin_normal_response():
                connection.send(bytes((byte,)))
                connection.pause(fault.interval)
            connection.end()
        case scenario.Truncate():
            body = connection.begin_normal_response()
            connection.send(body[: int(len(body) * fault.keep)])
            connection.end()
