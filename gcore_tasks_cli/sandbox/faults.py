"""Which requests of a running sandbox get a fault of the scenario."""

import threading
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase

from gcore_tasks_cli.sandbox.scenario import Fault, Limit, Refuse, RequestFault


class FaultTable:
    """The faults of a scenario, and how many requests each has matched."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._refusals = [fault for fault in faults if isinstance(fault, Refuse)]
        of_requests = [fault for fault in faults if isinstance(fault, RequestFault)]
        # The counts are those of each second and, under None, of all requests.
        self._of_requests = [(fault, Counter[int | None]()) for fault in of_requests]
        self._lock = threading.Lock()

    def choose(self, method: str, target: str, now: float) -> RequestFault | None:
        """The fault that this request gets: of several that are due, the first of the file.

        All faults that match count the request.
        """
        path = target.partition("?")[0]
        due: list[RequestFault] = []
        with self._lock:
            for fault, matched in self._of_requests:
                is_match = fault.method in ("*", method) and fnmatchcase(path, fault.path)
                if is_match and fault.is_active(now):
                    matched.update((None, int(now)))
                    if _is_due(fault, matched[None], matched[int(now)]):
                        due.append(fault)
        return due[0] if due else None

    def refuses(self, now: float) -> bool:
        """Whether the port accepts no connection now."""
        return any(fault.is_active(now) for fault in self._refusals)


def _is_due(fault: RequestFault, number: int, in_second: int) -> bool:
    """Whether a matching request gets the fault.

    `number` counts the matching requests from 1, `in_second` only those of the current second.
    """
    first, last = fault.requests
    is_in_span = first <= number and (last is None or number <= last)
    is_beyond_limit = not isinstance(fault, Limit) or in_second > fault.per_second
    return is_in_span and is_beyond_limit and (number - first + 1) % fault.every == 0
