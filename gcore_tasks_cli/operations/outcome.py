"""What came of a wait or of several requests: errors, and exit statuses."""

import signal
from collections.abc import Iterable
from copy import copy

from gcore_tasks_cli.errors import ApiError, ExitCode, GtaskError
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    Outage,
    Settled,
    Stopped,
    StopReason,
    Unfinished,
)

# More IDs than this are counted, not named.
_MOST_NAMED = 5


class Outcome:
    """What came of a wait, folded from its events."""

    def __init__(self, task_ids: Iterable[str]) -> None:
        self.known = dict.fromkeys(task_ids)
        self.reason = StopReason.ALL_SETTLED
        self.outage: Outage | None = None
        self.signal_number: int | None = None
        self.has_failed_task = self.has_answers = False
        self.errors: list[tuple[str, ApiError]] = []
        self.unfinished: list[Unfinished] = []

    def take(self, event: Event) -> None:
        """Takes the event in."""
        if isinstance(event, (Changed, Unfinished)):
            self.known[event.task_id] = None  # one that was added later, perhaps
        self.has_answers |= isinstance(event, (Changed, Failed))
        if isinstance(event, Settled):
            self.has_failed_task |= event.document.has_failed
        elif isinstance(event, Failed):
            self.errors.append((event.task_id, event.error))
        elif isinstance(event, Unfinished):
            self.unfinished.append(event)
        elif isinstance(event, Stopped):
            self.reason, self.outage = event.reason, event.outage
            self.signal_number = event.signal_number

    @property
    def codes(self) -> set[ExitCode]:
        """The exit statuses of all that happened."""
        codes = {error.exit_code for _, error in self.errors}
        if self.has_failed_task:
            codes.add(ExitCode.TASK_ERROR)
        if self.reason is StopReason.DEADLINE and self.unfinished:
            codes.add(ExitCode.NOT_FINISHED)
        if self.reason is StopReason.INTERRUPTED:
            is_sigterm = self.signal_number not in (None, signal.SIGINT)
            codes.add(ExitCode.TERMINATED if is_sigterm else ExitCode.INTERRUPTED)
        return codes


class ErrorReport:
    """Errors of several tasks, one that they share only once; `codes` are their exit statuses."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._groups: dict[str, tuple[GtaskError, list[str]]] = {}
        self.codes: set[ExitCode] = set()

    def add(self, error: GtaskError, task_id: str) -> None:
        """Keeps the error of this task for the end."""
        self.codes.add(error.exit_code)
        message = error.message.replace(task_id, "…") if task_id else error.message
        self._groups.setdefault(message, (error, []))[1].append(task_id)

    def print(self) -> list[GtaskError]:
        """Prints each error once, with the tasks that it is of; those that it printed."""
        printed = []
        for message, (error, task_ids) in self._groups.items():
            shown = copy(error)
            if len(task_ids) > 1:
                names = ", ".join(task_ids[:_MOST_NAMED])
                if len(task_ids) > _MOST_NAMED:
                    names += f" and {len(task_ids) - _MOST_NAMED} more"
                names_it = "…" in message and message != error.message
                shown.message = (
                    message.replace("…", names, 1) if names_it else f"{message} ({names})"
                )
            self._streams.error(shown)
            printed.append(shown)
        return printed
