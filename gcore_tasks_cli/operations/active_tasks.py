"""The tasks that are active now: what `watch` without IDs waits for."""

import itertools
import time

from gcore_tasks_cli.api.settings import Settings
from gcore_tasks_cli.errors import ApiError, DeadlinePassed
from gcore_tasks_cli.operations.read_list import read_pages
from gcore_tasks_cli.output.streams import Streams
from gcore_tasks_cli.polling.retry import Observer, Patience
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.ids import can_be_asked_for
from gcore_tasks_cli.tasks.query import TaskQuery
from gcore_tasks_cli.times import format_duration

# A wait of no time at all would mean to look only once.
_LEAST_SECONDS = 0.1


class _Told(Observer):
    """Tells trouble as a wait does, and gives signs of life."""

    def __init__(self, streams: Streams, heartbeat_seconds: float) -> None:
        self._streams = streams
        self._heartbeat_seconds = heartbeat_seconds
        self._began = self._last_line = time.monotonic()

    def trouble(self, error: ApiError) -> None:
        self._note(f"{error.message}; trying again")

    def trouble_over(self, seconds: float) -> None:
        self._note(f"the API answers again, after {format_duration(seconds)}")

    def waiting(self, now: float) -> None:
        if 0 < self._heartbeat_seconds <= now - self._last_line:
            after = format_duration(now - self._began)
            self._note(f"still waiting for the list of active tasks after {after}")

    def _note(self, line: str) -> None:
        self._last_line = time.monotonic()
        self._streams.note(one_line(line))


def active_ids(
    query: TaskQuery,
    settings: Settings,
    streams: Streams,
    timeout_seconds: float,
    *,
    quiet: bool,
    heartbeat_seconds: float,
) -> tuple[list[str], float]:
    """The IDs of the query's tasks, and how many seconds of the time-out are left.

    Passing faults end it no sooner than the wait itself: at the deadline. A time-out of 0 looks
    once, with the patience of `list`.

    Raises:
        ApiError: for a lasting fault.
        Interrupted: by a signal.
        DeadlinePassed: where there was no list in time.
    """
    deadline = time.monotonic() + timeout_seconds
    patience = Patience()
    if timeout_seconds > 0:
        patience = Patience(seconds=float("inf"), most_tries=None, deadline=deadline)
    observer = None if quiet else _Told(streams, heartbeat_seconds)
    pages = read_pages(query, settings, patience=patience, observer=observer, tells_interrupts=True)
    found: list[str] = []
    try:
        for page in pages:
            kept = [document.id for document in page.documents if query.keeps(document)]
            found += filter(can_be_asked_for, kept)
            for odd in itertools.filterfalse(can_be_asked_for, kept):
                streams.note(
                    one_line(f"gtask: left out a task that no ID can ask for: {odd[:50]!r}")
                )
    except ApiError as error:
        if not error.transient or timeout_seconds <= 0:
            raise
        raise DeadlinePassed(
            f"no list of the active tasks after {format_duration(timeout_seconds)}; "
            f"the last trouble: {error.message}",
            hint="to go on waiting, run the same command again",
        ) from None
    if timeout_seconds <= 0:
        return found, 0.0
    return found, max(_LEAST_SECONDS, deadline - time.monotonic())
