"""The progress of a wait as lines of a log, for CI systems and pipes. Standard library only."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from gcore_tasks_cli.output import words
from gcore_tasks_cli.output.list_notes import found_words
from gcore_tasks_cli.output.progress import Progress
from gcore_tasks_cli.output.streams import Streams, error_lines
from gcore_tasks_cli.polling import events
from gcore_tasks_cli.polling.goal import Search
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import duration_seconds
from gcore_tasks_cli.tasks.expectations import Expectations
from gcore_tasks_cli.times import format_duration, format_timeout, steady_seconds

if TYPE_CHECKING:
    from gcore_tasks_cli.output.live import LiveView

_MOST_SINGLE_LINES = 25
_SUMMARY_SECONDS = 10.0


class ProgressLines(Progress):
    """One line on each change, and a heartbeat after `heartbeat_seconds` of silence.

    Of more than a few tasks, only failures have lines of their own, and a summary every ten
    seconds stands for all else. A wait that follows has heartbeats while no task is active too.
    Without `reports_failures` another output prints those at once.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        source: Sequence[str] | Search,
        started: float,
        heartbeat_seconds: float,
        expectations: Expectations,
        *,
        reports_failures: bool = True,
    ) -> None:
        super().__init__(source)
        self._write = write
        self._reports_failures = reports_failures
        self._started = self._last_line = started
        self._next_summary = self._started + _SUMMARY_SECONDS
        self._is_summary_due = False
        self._errors: set[str] = set()
        self._given_up: list[str] = []
        self._heartbeat_seconds = heartbeat_seconds
        self._expectations = expectations
        self._first_awaited = "the list of active tasks"
        if self.search is not None and self.search.appear_seconds is not None:
            self._first_awaited = "the first task"
            limit = format_timeout(self.search.appear_seconds)
            write(f"gtask: waiting up to {limit} for the first task")

    def on(self, event: events.Event) -> None:
        """Prints the event, if it is one for people."""
        super().on(event)
        for line in self._news(event) or self._summary(event) or self._heartbeat(event):
            self._last_line = event.at
            self._write(one_line(line))

    def close(self) -> None:
        """Nothing to put back: lines stay."""

    def _news(self, event: events.Event) -> list[str]:
        if isinstance(event, events.OutageBegan):
            return [words.trouble_words(event.outage.error)]
        if isinstance(event, events.OutageEnded):
            return [f"the API answers again, after {format_duration(event.seconds)}"]
        if isinstance(event, events.Found) and self.search is not None:
            return [] if self.follows else [f"gtask: {found_words(self.search, event)}"]
        if isinstance(event, events.Failed):
            self._give_up(event)
            return []
        if isinstance(event, events.Tick) and self._given_up:
            self._given_up, given_up = [], self._given_up
            return given_up
        self._is_summary_due |= isinstance(event, events.Changed)
        if isinstance(event, events.Changed) and event.document.has_failed:
            _, *what_helps = error_lines(words.task_error(event.document))
            line = change_line(event, self._expectations)
            return [line, *what_helps] if self._reports_failures else []
        if isinstance(event, events.Changed) and not self._is_crowd:
            return [change_line(event, self._expectations)]
        return []

    def _give_up(self, event: events.Failed) -> None:
        """A line once the wait is seen to go on, else the ending has it; of a shared error one."""
        message = event.error.message
        shared = message.replace(event.task_id, "") if event.task_id else message
        if shared not in self._errors:
            self._errors.add(shared)
            self._given_up.append(message)

    @property
    def _is_crowd(self) -> bool:
        return len(self.tasks) > _MOST_SINGLE_LINES

    def _summary(self, event: events.Event) -> list[str]:
        is_time = event.at >= self._next_summary or isinstance(event, events.Stopped)
        if not (self._is_crowd and self._is_summary_due and is_time):
            return []
        self._next_summary = event.at + _SUMMARY_SECONDS
        self._is_summary_due = False
        each = words.each_state(
            "not seen yet" if task.born is None else task.document.state
            for task in self.tasks.values()
        )
        after = format_duration(event.at - self._started)
        return [f"after {after}: {each} of {words.tasks(len(self.tasks))}"]

    def _heartbeat(self, event: events.Event) -> list[str]:
        is_silent = 0 < self._heartbeat_seconds <= event.at - self._last_line
        if not is_silent or isinstance(event, (events.Unfinished, events.Stopped)):
            return []  # the ending counts what is not finished
        after = f"after {format_duration(event.at - self._started)}"
        waiting = [task for task in self.tasks.values() if not task.is_over]
        if self.is_found and not waiting:
            return [f"still following {after}: no task is active"] if self.follows else []
        awaited = f"{len(waiting)} of {len(self.tasks)}" if self.is_found else self._first_awaited
        still = f"still waiting for {awaited} {after}"
        trouble = words.outage_words(self.outage, event.at) if self.outage is not None else ""
        if not waiting or (self.outage is not None and self.outage.is_total):
            return [f"{still}: {trouble}" if trouble else still]
        oldest = max(waiting, key=lambda task: task.elapsed(event.at) or -1.0)
        age = oldest.elapsed(event.at)
        if age is None:
            return [f"{still}: no answer of the API yet"]
        document, kind = oldest.document, oldest.document.task_type or "task"
        state = f"{kind} {document.id} {document.state} for {format_duration(age)}"
        return [f"{still}: {state}; {trouble}" if trouble else f"{still}: {state}"]


def change_line(event: events.Changed, expectations: Expectations) -> str:
    """`<id>  create_vm  RUNNING (NETWORK)  after 12 s, usually 15–30 s`."""
    document = event.document
    age = f"after {format_duration(event.age_seconds)}"
    if (took := duration_seconds(document)) is not None:
        age = f"took {format_duration(took)}"
    usual = expectations.usual(document.task_type)
    if document.has_failed:
        age += f": {words.failure(document).error}"
    elif usual is not None and not document.is_final:
        age += f", {words.usual_words(usual)}"
    kind = document.task_type or "-"
    return f"{document.id}  {kind}  {words.state_words(document)}  {age}"


def progress_of(
    streams: Streams,
    env: Mapping[str, str],
    source: Sequence[str] | Search,
    expectations: Expectations,
    *,
    shown: str,
    is_plain: bool,
    heartbeat_seconds: float,
    reports_failures: bool,
) -> "ProgressLines | LiveView | None":
    """What shows a wait on standard error: a live view, lines, or nothing."""
    if shown == "none":
        return None
    # CI systems show what a live view repaints.
    is_plain = bool(is_plain or env.get("TERM") == "dumb" or env.get("CI"))
    if shown == "live" or (shown == "auto" and streams.err.isatty() and not is_plain):
        from gcore_tasks_cli.output.live import LiveView

        return LiveView(streams, env, source, expectations)
    return ProgressLines(
        streams.note,
        source,
        steady_seconds(),
        heartbeat_seconds,
        expectations,
        reports_failures=reports_failures,
    )
