"""`--verbose`: every request as a line on standard error. Standard library only."""

import threading
from collections.abc import Callable

from gcore_tasks_cli.api.request_record import Exchange
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.times import format_duration


class RequestLog:
    """Logs each request that is over, with how often the same one had failed just before."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._lock = threading.Lock()  # all threads log
        self._failures: dict[tuple[str, str], int] = {}

    def take(self, exchange: Exchange) -> None:
        """Logs the request."""
        request = (exchange.method, exchange.url)
        with self._lock:
            retry = self._failures.pop(request, 0)
            if exchange.problem is not None:
                self._failures[request] = retry + 1
            self._write(exchange_line(exchange, retry))


def exchange_line(exchange: Exchange, retry: int) -> str:
    """`GET https://… 503 in 120 ms, retry 1, request ID req-…: what is wrong`."""
    status = "no answer" if exchange.status is None else str(exchange.status)
    parts = [f"{exchange.method} {exchange.url} {status} in {_time(exchange.seconds)}"]
    if retry:
        parts.append(f"retry {retry}")
    if exchange.request_id:
        parts.append(f"request ID {exchange.request_id}")
    if exchange.retry_after is not None:
        parts.append(f"Retry-After {format_duration(exchange.retry_after)}")
    line = ", ".join(parts)
    return one_line(f"{line}: {exchange.problem}" if exchange.problem else line)


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
