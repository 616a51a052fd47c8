"""What came of a wait, and its exit statuses."""

import signal
from collections.abc import Iterable

from gcore_tasks_cli.errors import ApiError, ExitCode
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    Settled,
    Stopped,
    StopReason,
    Unfinished,
)


class Outcome:
    """What came of a wait, folded from its events."""

    def __init__(self, task_ids: Iterable[str]) -> None:
        self.known = dict.fromkeys(task_ids)
        self.reason = StopReason.ALL_SETTLED
        self.has_failed_task = self.has_answers = False
        self.errors: list[tuple[str, ApiError]] = []
        self.unfinished: list[Unfinished] = []

    def on(self, event: Event) -> None:
        """Takes the event in."""
        if isinstance(event, (Changed, Unfinished)):
            self.known[event.task_id] = None  # one that was added later, perhaps
        self.has_answers |= isinstance(event, (Changed, Failed))
        if isinstance(event, Settled):
            self.has_failed_task |= event.document.state == "ERROR"
        elif isinstance(event, Failed):
            self.errors.append((event.task_id, event.error))
        elif isinstance(event, Unfinished):
            self.unfinished.append(event)
        elif isinstance(event, Stopped):
            self.reason = event.reason

    def codes(self, signal_number: int | None) -> set[ExitCode]:
        """The exit statuses of all that happened."""
        codes = {error.exit_code for _, error in self.errors}
        if self.has_failed_task:
            codes.add(ExitCode.TASK_ERROR)
        if self.reason is StopReason.DEADLINE and self.unfinished:
            codes.add(ExitCode.NOT_FINISHED)
        if self.reason is StopReason.INTERRUPTED:
            is_sigterm = signal_number not in (None, signal.SIGINT)
            codes.add(ExitCode.TERMINATED if is_sigterm else ExitCode.INTERRUPTED)
        return codes
