"""The progress of a wait as lines of a log, for CI systems and pipes. Standard library only."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable

from gcore_tasks_cli.errors import ApiError
from gcore_tasks_cli.output.failure import failure
from gcore_tasks_cli.output.words import state_words
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    OutageBegan,
    OutageEnded,
    Settled,
    Stopped,
    Tick,
    Unfinished,
)
from gcore_tasks_cli.polling.pace.durations import Durations
from gcore_tasks_cli.polling.pace.expectations import Expectations
from gcore_tasks_cli.polling.retry import Outage
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import Document, duration_seconds
from gcore_tasks_cli.times import format_duration

_MOST_SINGLE_LINES = 25
_SUMMARY_SECONDS = 10.0
# A shorter wait needs no word: the backoff may be as long.
_LONG_RETRY_AFTER_SECONDS = 10.0


class LineProgress:
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
        expectations: Expectations | None = None,
        *,
        follows: bool = False,
        reports_failures: bool = True,
    ) -> None:
        self._write = write
        self._follows = follows
        self._reports_failures = reports_failures
        self._total = total
        self._ended = 0
        self._started = started
        self._heartbeat_seconds = heartbeat_seconds
        self._expectations = expectations or Expectations()
        self._last_line = started
        self._next_summary = started + _SUMMARY_SECONDS
        self._waiting: dict[str, tuple[Document, float]] = {}
        self._states: dict[str, str] = {}
        self._is_summary_due = False
        self._outage: Outage | None = None

    def take(self, event: Event) -> None:
        """Prints the event, if it is one for people."""
        if isinstance(event, Unfinished):
            return  # the ending counts them
        if isinstance(event, Tick):
            self._outage = event.outage
        if isinstance(event, (Settled, Failed)):
            self._ended += 1
            self._waiting.pop(event.task_id, None)
        elif isinstance(event, Changed):
            self._states[event.task_id] = event.document.state
            self._total = max(self._total, len(self._states))
            self._is_summary_due = True
            self._waiting[event.task_id] = (event.document, event.at - event.age_seconds)
        line = self._line(event)
        silent = event.at - self._last_line
        goes_on = not isinstance(event, Stopped) and (self._follows or self._ended < self._total)
        if line is None and goes_on and 0 < self._heartbeat_seconds <= silent:
            line = self._heartbeat(event.at)
        if line is not None:
            self._last_line = event.at
            self._write(one_line(line))
        if line is not None and isinstance(event, Changed) and event.document.state == "ERROR":
            failed = failure(event.document)
            if failed.advice:
                self._write(f"hint: {failed.advice}")
            if failed.support:
                self._write(failed.support)

    def close(self) -> None:
        """Nothing to put back: lines stay."""

    @property
    def _is_crowd(self) -> bool:
        return self._total > _MOST_SINGLE_LINES

    def _line(self, event: Event) -> str | None:
        if isinstance(event, Changed):
            is_failure = event.document.state == "ERROR"
            if self._reports_failures if is_failure else not self._is_crowd:
                return change_line(event, self._expectations)
        if isinstance(event, OutageBegan):
            return trouble_words(event.outage.error)
        if isinstance(event, OutageEnded):
            return f"the API answers again, after {format_duration(event.seconds)}"
        is_time = event.at >= self._next_summary or isinstance(event, Stopped)
        if self._is_crowd and self._is_summary_due and is_time:
            self._next_summary = event.at + _SUMMARY_SECONDS
            self._is_summary_due = False
            after = format_duration(event.at - self._started)
            return f"after {after}: {counted(self._states.values(), self._total)}"
        return None

    def _heartbeat(self, now: float) -> str:
        elapsed = format_duration(now - self._started)
        if self._ended == self._total:
            return f"still following after {elapsed}: no task is active"
        still = f"still waiting for {self._total - self._ended} of {self._total}"
        if self._outage is not None:
            return f"{still} after {elapsed}: {outage_words(self._outage, now)}"
        if not self._waiting:
            return f"{still} after {elapsed}: no answer of the API yet"
        document, born = min(self._waiting.values(), key=lambda entry: entry[1])
        kind = document.task_type or "task"
        age = format_duration(now - born)
        return f"{still} after {elapsed}: {kind} {document.id} {document.state} for {age}"


def counted(states: Collection[str], total: int) -> str:
    """`400 FINISHED, 588 RUNNING of 1000 tasks`, with those that nothing is known of yet."""
    known = dict(sorted(Counter(states).items()))
    if (unseen := total - len(states)) > 0:
        known["not seen yet"] = unseen
    return f"{', '.join(f'{count} {state}' for state, count in known.items())} of {total} tasks"


def change_line(event: Changed, expectations: Expectations) -> str:
    """`<id>  create_vm  RUNNING (NETWORK)  after 12 s, usually 15–30 s`."""
    document = event.document
    state = state_words(document)
    age = f"after {format_duration(event.age_seconds)}"
    if (took := duration_seconds(document)) is not None:
        age = f"took {format_duration(took)}"
    usual = usual_words(expectations.usual(document.task_type))
    if document.is_final:
        age += f": {failure(document).error}" if document.state == "ERROR" else ""
    elif usual is not None:
        age += f", {usual}"
    return f"{document.id}  {document.task_type or '-'}  {state}  {age}"


def usual_words(durations: Durations | None) -> str | None:
    """`usually 15–30 s`: nine of ten tasks of this type take so long, as far as is known."""
    if durations is None:
        return None
    low, high = durations.usual
    if round(high) >= 120:
        low, high, unit = low / 60, high / 60, "m"
    else:
        unit = "s"
    return f"usually {low:.0f}–{max(high, low + 1):.0f} {unit}"


def usual_duration_words(task_types: Iterable[str | None], expectations: Expectations) -> str:
    """` (create_vm: usually 15–30 s)`, of the type that usually takes longest; empty if unknown."""
    durations = {kind: expectations.usual(kind) for kind in task_types}
    known = [(found.usual[1], kind) for kind, found in durations.items() if found and kind]
    if not known:
        return ""
    _, longest = max(known)
    return f" ({longest}: {usual_words(durations[longest])})"


def trouble_words(error: ApiError) -> str:
    """What is wrong, and that it is being tried again: at once, or when the API asks for it."""
    if (asked := error.retry_after or 0.0) < _LONG_RETRY_AFTER_SECONDS:
        return f"{error.message}; trying again"
    return f"{error.message}; trying again after {format_duration(asked)}, as the API asks"


def outage_words(outage: Outage, now: float) -> str:
    """`connection refused; no answer for 36 s, next try in 4 s`; `now` is on the port's clock."""
    words = f"{outage.error.message}; no answer for {format_duration(max(0.0, now - outage.since))}"
    if outage.next_try is None or outage.next_try <= now:
        return f"{words}, trying again"
    return f"{words}, next try in {format_duration(outage.next_try - now)}"
