"""`--verbose`: every request as a line on standard error."""

import threading
from collections.abc import Callable

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.times import format_duration


class RequestLog:
    """Logs each request that is over, with how often the same one had failed just before."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._lock = threading.Lock()  # all threads log
        self._failures: dict[str, int] = {}

    def add(
        self,
        request: str,
        seconds: float,
        status: int | None,
        request_id: str | None,
        error: ApiError | None,
    ) -> None:
        """Logs `GET https://… 503 in 120 ms, retry 1, request ID req-…: what is wrong`.

        `request` is the method and the whole URL; `status` is None where no answer came.
        """
        answered = "no answer" if status is None else str(status)
        took = f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
        line = f"{request} {answered} in {took}"
        with self._lock:
            if retry := self._failures.pop(request, 0):
                line += f", retry {retry}"
            if request_id:
                line += f", request ID {request_id}"
            if error is not None:
                self._failures[request] = retry + 1
                if error.retry_after is not None:
                    line += f", Retry-After {format_duration(error.retry_after)}"
                line += f": {error.message}"
            self._write(one_line(line))
