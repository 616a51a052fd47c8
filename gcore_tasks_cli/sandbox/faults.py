"""Which fault meets which request. Pure: the server tells what came and when."""

import threading
from collections.abc import Sequence
from fnmatch import fnmatchcase

from gcore_tasks_cli.sandbox.scenario import Fault


class FaultTable:
    """The faults of a scenario, each counting the requests that it matches."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = [fault for fault in faults if fault.do != "refuse"]
        self._refusals = [fault for fault in faults if fault.do == "refuse"]
        self._met = [0] * len(self._faults)
        self._lock = threading.Lock()

    def meet(self, method: str, target: str, now: float) -> Fault | None:
        """The first fault, in the scenario's order, for this request; all that match count it."""
        path = target.partition("?")[0]
        first: Fault | None = None
        with self._lock:
            for n, fault in enumerate(self._faults):
                if not _matches(fault, method, path) or not _is_between(fault, now):
                    continue
                self._met[n] += 1
                low, high = fault.requests
                if first is None and low <= self._met[n] and (high is None or self._met[n] <= high):
                    first = fault
        return first

    def refuses(self, now: float) -> bool:
        """Whether nobody listens on the port now."""
        return any(_is_between(fault, now) for fault in self._refusals)


def _matches(fault: Fault, method: str, path: str) -> bool:
    return fault.method in ("*", method) and fnmatchcase(path, fault.path)


def _is_between(fault: Fault, now: float) -> bool:
    begin, end = fault.between
    return begin <= now and (end is None or now < end)
