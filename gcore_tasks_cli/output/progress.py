"""How a wait stands: folded from its events, and printed as lines of a log. Standard library only.

Views and reports read one `Progress`, which takes each event in before they do.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from gcore_tasks_cli.errors import ApiError, ExitCode, GtaskError
from gcore_tasks_cli.output import words
from gcore_tasks_cli.output.streams import error_lines
from gcore_tasks_cli.output.views import NOT_SEEN, rank
from gcore_tasks_cli.polling import events
from gcore_tasks_cli.polling.events import Outage, StopReason
from gcore_tasks_cli.polling.finder import Search
from gcore_tasks_cli.sanitize import one_line
from gcore_tasks_cli.tasks.document import Document, duration_seconds
from gcore_tasks_cli.tasks.expectations import Expectations
from gcore_tasks_cli.times import format_duration, format_timeout

# With --follow, keep at most this many results.
_MOST_KEPT = 200
_MOST_SINGLE_LINES = 25
_SUMMARY_SECONDS = 10.0


class TaskProgress:
    """The last that was seen of a task, and why no more will be seen.

    `born` and `ended` are on the clock of the wait.
    """

    def __init__(self, task_id: str) -> None:
        self.document = Document({"id": task_id, "state": NOT_SEEN})
        self.born: float | None = None
        self.ended: float | None = None
        self.error: ApiError | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is expected."""
        return self.ended is not None or self.document.is_final

    @property
    def is_refused(self) -> bool:
        """Whether the API would not show it any more while it was under way."""
        is_gone = self.error is None or self.error.exit_code == ExitCode.NOT_FOUND
        return not is_gone and self.born is not None and not self.document.is_final

    @property
    def note(self) -> str:
        """What went wrong, if anything did."""
        return self.error.message if self.error else self.document.error or ""

    @property
    def urgency(self) -> tuple[int, float]:
        """Sorts failures first, then what runs the longest, then what has ended last."""
        failed = 2 if self.note else rank(self.document)
        since = self.born if self.ended is None else -self.ended
        return -failed, float("inf") if since is None else since

    def elapsed(self, now: float) -> float | None:
        """The task's age in seconds, or how long it took as far as the API says so."""
        took = duration_seconds(self.document) if self.is_over else None
        if took is not None or self.born is None:
            return took
        return max(0.0, (now if self.ended is None else self.ended) - self.born)


class Progress:
    """The tasks of a wait for these IDs or for what a search finds, its errors, and any outage.

    A wait that `follows` goes on while no task is active; of the tasks that have ended it keeps the
    last `most_ended`.
    """

    def __init__(self, source: Sequence[str] | Search, expectations: Expectations) -> None:
        self.expectations = expectations
        self.search = source if isinstance(source, Search) else None
        self.tasks = {} if isinstance(source, Search) else {i: TaskProgress(i) for i in source}
        self.found: events.Found | None = None
        self.outage: Outage | None = None
        self.errors: list[tuple[GtaskError, str]] = []  # with the ID that each is about
        self.codes: set[ExitCode] = set()  # those of errors and failed tasks
        self.stopped = events.Stopped(0.0, StopReason.ALL_SETTLED)
        self.follows = self.search is not None and self.search.follow
        self.most_ended = _MOST_KEPT if self.follows else None
        self._ended: deque[str] = deque()
        self._forgotten = 0

    def on(self, event: events.Event) -> None:
        """Takes the event in."""
        if isinstance(event, events.TaskEvent):
            self._on_task(event)
        elif isinstance(event, events.Found):
            self.found = event
        elif isinstance(event, events.Stopped):
            self.stopped = event
        self.outage = getattr(event, "outage", self.outage)
        if isinstance(event, (events.OutageEnded, events.Stopped)):
            self.outage = None

    @property
    def is_searching(self) -> bool:
        """Whether it is not known yet what to wait for."""
        return self.search is not None and self.found is None

    @property
    def has_found_nothing(self) -> bool:
        """Whether a search has looked to its end, and found no task."""
        is_over = self.stopped.reason in (StopReason.ALL_SETTLED, StopReason.NOTHING_FOUND)
        has_looked = is_over and self.stopped.outage is None
        return self.search is not None and has_looked and not self.tasks and not self.errors

    @property
    def count(self) -> int:
        """How many tasks there are, those included that are not kept any more."""
        return len(self.tasks) + self._forgotten

    @property
    def pending(self) -> list[TaskProgress]:
        """The tasks of which more is expected."""
        return [task for task in self.tasks.values() if not task.is_over]

    @property
    def by_urgency(self) -> list[TaskProgress]:
        """The tasks, those first that a window without room for all shows."""
        return sorted(self.tasks.values(), key=lambda task: task.urgency)

    def latest(self, tasks: Iterable[TaskProgress], now: float) -> str:
        """`create_vm <id> RUNNING for 12 s, usually 15–30 s`, of the task that is latest.

        With what support asks for where it takes longer than usual.
        """

        def lateness(task: TaskProgress) -> tuple[float, float]:
            if (age := task.elapsed(now)) is None:
                return 0.0, -1.0
            return self.expectations.overdue(task.document.task_type, age), age

        task = max(tasks, key=lateness)
        times, age = lateness(task)
        if age < 0.0:
            return "no answer of the API yet"
        document = task.document
        request_id = words.shown(document, "request_id") if times else ""
        support = f"; request ID for support: {request_id}" if request_id else ""
        so_far = _so_far(document, age, self.expectations)
        return f"{words.named(document)} {document.state} for {so_far}{support}"

    def _on_task(self, event: events.TaskEvent) -> None:
        if isinstance(event, events.Failed):
            self.errors.append((event.error, event.task_id))
            self.codes.add(event.error.exit_code)
            if event.task_id == events.LIST_ID:
                return
        task = self.tasks.setdefault(event.task_id, TaskProgress(event.task_id))
        task.document = event.document or task.document
        if isinstance(event, events.Changed):
            task.born = event.at - event.age_seconds
        elif not isinstance(event, events.Unfinished):
            task.ended = event.at
            if isinstance(event, events.Failed):
                task.error = event.error
            elif task.document.has_failed:
                self.codes.add(ExitCode.TASK_ERROR)
            self._forget_the_oldest(event.task_id)

    def _forget_the_oldest(self, ended: str) -> None:
        """With --follow, keeps the tasks that ended last: a wait without end must not grow."""
        self._ended.append(ended)
        if self.most_ended is not None and len(self._ended) > self.most_ended:
            del self.tasks[self._ended.popleft()]
            self._forgotten += 1


class ProgressLines:
    """One line on each change, and a heartbeat after `heartbeat_seconds` of silence.

    Of more than a few tasks, only failures have lines of their own, and a summary every ten
    seconds stands for all else. A wait that follows has heartbeats while no task is active too.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        progress: Progress,
        started: float,
        heartbeat_seconds: float,
    ) -> None:
        self._write = write
        self._progress = progress
        self._started = self._last_line = started
        self._next_summary = self._started + _SUMMARY_SECONDS
        self._counted = ""
        self._reported = 0
        self._reasons = words.Reasons()
        self._heartbeat_seconds = heartbeat_seconds
        self._awaited, self._opening = "the list of active tasks", list[str]()
        if progress.search is not None and progress.search.appear_seconds is not None:
            self._awaited = "the first task"
            limit = format_timeout(progress.search.appear_seconds)
            self._opening = [f"gtask: waiting up to {limit} for {self._awaited}"]

    def on(self, event: events.Event) -> None:
        """Prints the event, if it is one for people."""
        opening, self._opening = self._opening, []
        news = self._news(event) or self._summary(event) or self._heartbeat(event)
        for line in (*opening, *news):
            self._last_line = event.at
            self._write(one_line(line))

    def close(self) -> None:
        """Nothing to put back: lines stay."""

    def _news(self, event: events.Event) -> list[str]:
        if isinstance(event, events.OutageBegan):
            return [words.trouble_words(event.outage)]
        if isinstance(event, events.OutageEnded):
            failed = words.tasks(event.failures, "failed request")
            return [f"the API answers again, after {format_duration(event.seconds)} and {failed}"]
        if isinstance(event, events.Found):
            return found_lines(self._progress)
        if isinstance(event, events.Tick):
            # Once the wait is seen to go on: the error that ends it is printed at its end.
            errors = self._progress.errors[self._reported :]
            self._reported += len(errors)
            shared = words.shared_errors(errors, asked=self._progress.count)
            return [error.message for error in shared]
        return self._change(event) if isinstance(event, events.Changed) else []

    def _change(self, event: events.Changed) -> list[str]:
        document, expectations = event.document, self._progress.expectations
        if not document.has_failed:
            return [] if self._is_crowd else [change_line(event, expectations)]
        error = self._reasons.failure(document)
        return [change_line(event, expectations, error), *error_lines(error)[1:]]

    @property
    def _is_crowd(self) -> bool:
        return len(self._progress.tasks) > _MOST_SINGLE_LINES

    def _summary(self, event: events.Event) -> list[str]:
        is_time = event.at >= self._next_summary or isinstance(event, events.Stopped)
        if not (self._is_crowd and is_time):
            return []
        self._next_summary = event.at + _SUMMARY_SECONDS
        tasks = self._progress.tasks.values()
        each = words.each_state(
            "not seen yet" if task.born is None else task.document.state for task in tasks
        )
        before, self._counted = self._counted, each
        if each == before:
            return []
        after = format_duration(event.at - self._started)
        return [f"after {after}: {each} of {words.tasks(len(tasks))}"]

    def _heartbeat(self, event: events.Event) -> list[str]:
        is_silent = 0 < self._heartbeat_seconds <= event.at - self._last_line
        if not is_silent or isinstance(event, (events.Unfinished, events.Stopped)):
            return []  # the ending counts what is not finished
        progress, waiting, outage = self._progress, self._progress.pending, self._progress.outage
        after = f"after {format_duration(event.at - self._started)}"
        if not progress.is_searching and not waiting:
            return [f"still following {after}: no task is active"] if progress.follows else []
        awaited = f"{len(waiting)} of {len(progress.tasks)}"
        if progress.is_searching:
            awaited = self._awaited
        trouble = words.retry_words(outage, event.at) if outage else ""
        state = ""
        if waiting and not (outage and outage.is_total):
            state = progress.latest(waiting, event.at)
        what = "; ".join(filter(None, (state, trouble)))
        return [f"still waiting for {awaited} {after}" + (f": {what}" if what else "")]


def found_lines(progress: Progress) -> list[str]:
    """What a search has found, where that is worth a line."""
    if progress.search is None or progress.found is None or progress.follows:
        return []
    return [f"gtask: {words.found_words(progress.search, progress.found)}"]


def change_line(
    event: events.Changed, expectations: Expectations, failure: ApiError | None = None
) -> str:
    """`<id>  create_vm  RUNNING (NETWORK)  after 12 s, usually 15–30 s`.

    The `failure` is that of a task that has failed.
    """
    document, age = event.document, f"after {format_duration(event.age_seconds)}"
    if (took := duration_seconds(document)) is not None:
        age = f"took {format_duration(took)}"
    elif not document.is_final:
        age = f"after {_so_far(document, event.age_seconds, expectations)}"
    reason = f": {failure.message}" if failure else ""
    kind = document.task_type or "-"
    return f"{document.id}  {kind}  {words.state_words(document)}  {age}{reason}"


def _so_far(document: Document, age: float, expectations: Expectations) -> str:
    """`12 s, usually 15–30 s, with the error: …`: how it stands with a task under way."""
    usual, error = words.usual_words(expectations, document.task_type, age), words.failure(document)
    return words.joined(
        format_duration(age), usual, f"with the error: {error.message}" if error else ""
    )
