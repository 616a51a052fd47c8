"""The progress of a wait as lines of a log, for CI systems and pipes. Standard library only."""

from collections.abc import Callable

from gcore_tasks_cli.output import words
from gcore_tasks_cli.output.streams import error_lines
from gcore_tasks_cli.polling import events
from gcore_tasks_cli.polling.pace.expectations import Expectations
from gcore_tasks_cli.polling.retry import Outage
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import Document, duration_seconds
from gcore_tasks_cli.times import format_duration

_MOST_SINGLE_LINES = 25
_SUMMARY_SECONDS = 10.0


class ProgressLines:
    """One line on each change, and a heartbeat after `heartbeat_seconds` of silence.

    Of more than a few tasks, only failures have lines of their own, and a summary every ten
    seconds stands for all else. A wait that `follows` goes on while no task is active, and has
    heartbeats then too. Without `reports_failures` another output prints those at once.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        total: int,
        started: float,
        heartbeat_seconds: float,
        expectations: Expectations,
        *,
        follows: bool = False,
        reports_failures: bool = True,
    ) -> None:
        self._write = write
        self._follows = follows
        self._reports_failures = reports_failures
        self._total = total
        self._ended = 0
        self._started = self._last_line = started
        self._next_summary = started + _SUMMARY_SECONDS
        self._heartbeat_seconds = heartbeat_seconds
        self._expectations = expectations
        self._waiting: dict[str, tuple[Document, float]] = {}
        self._states: dict[str, str] = {}
        self._is_summary_due = False
        self._outage: Outage | None = None

    def on(self, event: events.Event) -> None:
        """Prints the event, if it is one for people."""
        if isinstance(event, events.Unfinished):
            return  # the ending counts them
        if isinstance(event, events.Tick):
            self._outage = event.outage
        elif isinstance(event, (events.Settled, events.Failed)):
            self._ended += 1
            self._waiting.pop(event.task_id, None)
        elif isinstance(event, events.Changed):
            self._states[event.task_id] = event.document.state
            self._total = max(self._total, len(self._states))
            self._is_summary_due = True
            self._waiting[event.task_id] = (event.document, event.at - event.age_seconds)
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
        if isinstance(event, events.Changed) and event.document.state == "ERROR":
            _, *what_helps = error_lines(words.task_error(event.document))
            line = change_line(event, self._expectations)
            return [line, *what_helps] if self._reports_failures else []
        if isinstance(event, events.Changed) and not self._is_crowd:
            return [change_line(event, self._expectations)]
        return []

    @property
    def _is_crowd(self) -> bool:
        return self._total > _MOST_SINGLE_LINES

    def _summary(self, event: events.Event) -> list[str]:
        is_time = event.at >= self._next_summary or isinstance(event, events.Stopped)
        if not (self._is_crowd and self._is_summary_due and is_time):
            return []
        self._next_summary = event.at + _SUMMARY_SECONDS
        self._is_summary_due = False
        unseen = ["not seen yet"] * (self._total - len(self._states))
        each = words.each_state([*self._states.values(), *unseen])
        after = format_duration(event.at - self._started)
        return [f"after {after}: {each} of {self._total} tasks"]

    def _heartbeat(self, event: events.Event) -> list[str]:
        goes_on = not isinstance(event, events.Stopped) and (
            self._follows or self._ended < self._total
        )
        if not goes_on or not 0 < self._heartbeat_seconds <= event.at - self._last_line:
            return []
        after = f"after {format_duration(event.at - self._started)}"
        if self._ended == self._total:
            return [f"still following {after}: no task is active"]
        still = f"still waiting for {self._total - self._ended} of {self._total} {after}"
        if self._outage is not None:
            return [f"{still}: {words.outage_words(self._outage, event.at)}"]
        if not self._waiting:
            return [f"{still}: no answer of the API yet"]
        document, born = min(self._waiting.values(), key=lambda entry: entry[1])
        age = format_duration(event.at - born)
        kind = document.task_type or "task"
        return [f"{still}: {kind} {document.id} {document.state} for {age}"]


def change_line(event: events.Changed, expectations: Expectations) -> str:
    """`<id>  create_vm  RUNNING (NETWORK)  after 12 s, usually 15–30 s`."""
    document = event.document
    age = f"after {format_duration(event.age_seconds)}"
    if (took := duration_seconds(document)) is not None:
        age = f"took {format_duration(took)}"
    usual = expectations.usual(document.task_type)
    if document.state == "ERROR":
        age += f": {words.failure(document).error}"
    elif usual is not None and not document.is_final:
        age += f", {words.usual_words(usual)}"
    kind = document.task_type or "-"
    return f"{document.id}  {kind}  {words.state_words(document)}  {age}"
