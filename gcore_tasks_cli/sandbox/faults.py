"""Faults: which requests they match, and which of them a request gets."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from gcore_tasks_cli.sandbox import fields
from gcore_tasks_cli.sandbox.fault_kinds import FaultKind
from gcore_tasks_cli.sandbox.fields import Fields, ScenarioError

_METHODS = ("*", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
_ALL_REQUESTS: tuple[int, int | None] = (1, None)
_ALWAYS: tuple[float, float | None] = (0.0, None)


@dataclass(frozen=True)
class Fault:
    """A fault and the requests that get it; `requests` counts those that match, from 1.

    `between` is in seconds since the sandbox's start; None means no end.
    """

    kind: FaultKind
    method: str = "*"
    path: str = "*"
    requests: tuple[int, int | None] = _ALL_REQUESTS
    between: tuple[float, float | None] = _ALWAYS
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def matches(self, method: str, path: str) -> bool:
        """Whether this is a request that it affects, at some time."""
        return self.method in ("*", method) and fnmatchcase(path, self.path)

    def is_on(self, now: float) -> bool:
        """Whether `now` is within `between`."""
        begin, end = self.between
        return begin <= now and (end is None or now < end)


def parse_fault(entry: Fields, kinds: Sequence[FaultKind]) -> Fault:
    """The fault of an entry in the scenario file.

    Raises:
        ScenarioError: for any mistake in it.
    """
    by_name = {kind.name: kind for kind in kinds}
    known = fields.one_of(*by_name)
    kind = by_name[entry.get("do", known, "") or known(f"{entry.place}.do", None)]
    of_requests = ("method", "path", "requests") if kind.act is not None else ()
    entry.only(("do", "between", *of_requests, *kind.keys))
    return Fault(
        kind,
        method=entry.get("method", fields.one_of(*_METHODS), "*"),
        path=entry.get("path", _glob, "*"),
        requests=entry.get("requests", _ordinals, _ALL_REQUESTS),
        between=entry.get("between", fields.span, _ALWAYS),
        parameters={
            name: entry.get(name, check, default) for name, (check, default) in kind.keys.items()
        },
    )


class FaultTable:
    """The faults of a scenario, each with the number of requests that it has matched."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._of_requests = [fault for fault in faults if fault.kind.act is not None]
        self._of_port = [fault for fault in faults if fault.kind.act is None]
        self._matched = [0] * len(self._of_requests)
        self._lock = threading.Lock()

    def meet(self, method: str, target: str, now: float) -> Fault | None:
        """The fault that this request gets: the first in the scenario's order, if several match.

        Every fault that matches counts the request, also where an earlier one is chosen.
        """
        path = target.partition("?")[0]
        first: Fault | None = None
        with self._lock:
            for n, fault in enumerate(self._of_requests):
                if not fault.matches(method, path) or not fault.is_on(now):
                    continue
                self._matched[n] += 1
                low, high = fault.requests
                is_due = low <= self._matched[n] and (high is None or self._matched[n] <= high)
                if is_due and first is None:
                    first = fault
        return first

    def refuses(self, now: float) -> bool:
        """Whether the port accepts no connection now."""
        return any(fault.is_on(now) for fault in self._of_port)


def _glob(place: str, value: Any) -> str:
    pattern = fields.text(place, value)
    if not pattern.startswith(("/", "*", "?", "[")):
        raise ScenarioError(f"{place} must be a path, or a pattern such as */tasks/*")
    return pattern


def _ordinals(place: str, value: Any) -> tuple[int, int | None]:
    low, high = fields.span(place, value)
    return int(low), None if high is None else int(high)
