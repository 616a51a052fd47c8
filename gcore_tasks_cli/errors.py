"""What can go wrong, each with its exit status.

    GtaskError
    ├── UsageError          2  wrong arguments, settings or standard input
    ├── DeadlinePassed    124  the time-out passed
    ├── Stopped                a signal or an option ended the wait before its tasks had ended
    └── ApiError               the API, or the way to it
        ├── KeyRefused      3  401, 403
        ├── TaskNotFound    4  404
        └── NoAnswer        5  network, TLS, 5xx, redirects, nonsense

An `ApiError` is `transient` (another try may help) or permanent.
"""

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit statuses of `gtask`; of several at once, the first in this order is the one."""

    TERMINATED = 143
    # 128 + SIGPIPE, as a shell reports other programs whose reader has left.
    OUTPUT_CLOSED = 141
    INTERRUPTED = 130
    # EX_SOFTWARE of sysexits.h.
    INTERNAL_ERROR = 70
    USAGE = 2
    KEY_REFUSED = 3
    NO_ANSWER = 5
    NOT_FOUND = 4
    TASK_ERROR = 1
    NOT_FINISHED = 124
    OK = 0


def most_important(codes: Iterable[ExitCode]) -> ExitCode:
    """The one status for several: the first of 3, 5, 4, 1, 124, else 0."""
    return min(codes, key=list(ExitCode).index, default=ExitCode.OK)


class GtaskError(Exception):
    """An error with one clear sentence for the user, its exit status, and perhaps a hint."""

    exit_code = ExitCode.NO_ANSWER

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GtaskError):
    """Wrong arguments, settings or standard input; nothing was sent."""

    exit_code = ExitCode.USAGE


class DeadlinePassed(GtaskError):  # noqa: N818  (errors are nouns here)
    """The time-out passed before the tasks had ended, or before it was known which to wait for."""

    exit_code = ExitCode.NOT_FINISHED


class Stopped(GtaskError):  # noqa: N818  (errors are nouns here)
    """A signal, or an option such as --any, ended the wait before its tasks had ended."""

    def __init__(self, message: str, exit_code: ExitCode) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class ApiError(GtaskError):
    """The API refused, or no usable answer came; `retry_after` is what it asked for, in seconds."""

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        transient: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.request_id = request_id
        self.transient = transient
        self.retry_after = retry_after


class KeyRefused(ApiError):  # noqa: N818  (errors are nouns here)
    """401 or 403: the API refuses this key, or this key for this task."""

    exit_code = ExitCode.KEY_REFUSED


class TaskNotFound(ApiError):  # noqa: N818
    """404: there is no such task, or not for this account."""

    exit_code = ExitCode.NOT_FOUND


class NoAnswer(ApiError):  # noqa: N818
    """No usable answer: the network, TLS, a 5xx, a redirect, or nonsense."""


class OutputClosed(Exception):  # noqa: N818
    """The reader closed the pipe: there is nothing left to print to."""
