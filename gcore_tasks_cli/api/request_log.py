"""`--verbose`: every request as a line on standard error."""

from collections.abc import Callable

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.times import format_duration


def log_request(
    write: Callable[[str], None],
    request: str,
    seconds: float,
    status: int | None,
    request_id: str | None,
    error: ApiError | None,
) -> None:
    """Logs `GET https://… 503 in 120 ms, request ID req-…: what is wrong`.

    `request` is the method and the whole URL; `status` is None where no answer came.
    """
    answered = "no answer" if status is None else str(status)
    took = f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
    line = f"{request} {answered} in {took}"
    if request_id:
        line += f", request ID {request_id}"
    if error is not None and error.retry_after is not None:
        line += f", Retry-After {format_duration(error.retry_after)}"
    if error is not None:
        line += f": {error.message}"
    write(one_line(line))
