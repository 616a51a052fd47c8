"""The beginning of a wait that searches for its tasks: from its start until they are found."""

from collections.abc import Iterator

from gcore_tasks_cli.errors import DeadlinePassed, Interrupted
from gcore_tasks_cli.invocation import Invocation
from gcore_tasks_cli.operations.fetch import waiting_line
from gcore_tasks_cli.output.list_notes import scope_words
from gcore_tasks_cli.output.progress_lines import outage_words, trouble_words
from gcore_tasks_cli.polling.events import (
    Event,
    Failed,
    Found,
    OutageBegan,
    OutageEnded,
    Stopped,
    StopReason,
    Tick,
)
from gcore_tasks_cli.polling.goal import Search
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.times import format_duration, format_timeout, steady_seconds


def find(
    events: Iterator[Event], search: Search, invocation: Invocation, *, heartbeat_seconds: float
) -> Event | None:
    """Follows the events until the tasks are known, and prints how many there are.

    The next event, for a wait that goes on; None if no task is active, which is no failure.

    Raises:
        ApiError: if the list cannot be read.
        Interrupted: by a signal.
        DeadlinePassed: if nothing was found in time.
    """
    log = _Log(search, invocation, heartbeat_seconds)
    for event in events:
        if isinstance(event, Found):
            if not search.follow:
                log.note(f"gtask: {found_text(search, event)}")
            return next(events) if event.tasks or search.follow else None
        if isinstance(event, Failed):
            raise event.error
        if isinstance(event, Stopped):
            raise _nothing_found(event, search, invocation)
        log.on(event)
    return None


class _Log:
    """Reports an outage as a wait does, and prints heartbeats."""

    def __init__(self, search: Search, invocation: Invocation, heartbeat_seconds: float) -> None:
        self._invocation = invocation
        self._is_silent = invocation.is_quiet
        # At a terminal nobody needs to see that a job is alive.
        self._heartbeat_seconds = 0.0 if invocation.streams.err.isatty() else heartbeat_seconds
        self._waiting_line = waiting_line(invocation)
        self._awaited = "the list of active tasks"
        self._began = self._last_line = steady_seconds()
        if search.appear_seconds is not None:
            self._awaited = "the first task"
            limit = min(search.appear_seconds, invocation.deadline.timeout_seconds)
            self.note(f"gtask: waiting up to {format_timeout(limit)} for the first task")

    def note(self, text: str) -> None:
        """Prints a line, unless only errors are wanted."""
        self._last_line = steady_seconds()
        if not self._is_silent:
            self._invocation.streams.note(one_line(text))

    def on(self, event: Event) -> None:
        """Prints the event, if it is one for people."""
        if isinstance(event, OutageBegan):
            self.note(trouble_words(event.outage.error))
        elif isinstance(event, OutageEnded):
            self.note(f"the API answers again, after {format_duration(event.seconds)}")
        elif isinstance(event, Tick) and self._waiting_line is not None:
            self._waiting_line(event.at, None)
        elif isinstance(event, Tick) and 0 < self._heartbeat_seconds <= event.at - self._last_line:
            trouble = f": {outage_words(event.outage, event.at)}" if event.outage else ""
            after = format_duration(event.at - self._began)
            self.note(f"still waiting for {self._awaited} after {after}{trouble}")


def found_text(search: Search, found: Found) -> str:
    """How many tasks were found and where, or what was searched if none was."""
    query, where = search.query, scope_words(search.query)
    if found.tasks:
        kind = "recent" if found.is_recent else "active"
        return f"waiting for {found.tasks} {kind} task{'' if found.tasks == 1 else 's'}{where}"
    if not query.filters_here:
        return f"no task is active{where}"
    tasks = f"{found.searched:,} active task{'' if found.searched == 1 else 's'}"
    resources = ", ".join(query.resources)
    about = f"is about {resources}" if resources else "matches"
    elsewhere = "; gtask list --resource finds those that are over" if resources else ""
    return f"no active task {about}: searched {tasks}{where}{elsewhere}"


def _nothing_found(
    stopped: Stopped, search: Search, invocation: Invocation
) -> DeadlinePassed | Interrupted:
    if stopped.reason is StopReason.INTERRUPTED:
        return Interrupted(stopped.signal_number or 2)
    deadline, outage = invocation.deadline, stopped.outage
    if search.appear_seconds is None:
        why = f": {outage.error.message}" if outage else ""
        return DeadlinePassed(
            f"no list of the active tasks after {deadline.timeout_words}{why}",
            hint="to go on waiting, run the same command again",
        )
    limit = format_timeout(min(search.appear_seconds, deadline.timeout_seconds))
    message = f"no task appeared{scope_words(search.query)} in {limit}"
    if outage is not None:
        return DeadlinePassed(f"{message}, and the last look failed: {outage.error.message}")
    return DeadlinePassed(message, hint="was it started? gtask list shows the newest tasks")
