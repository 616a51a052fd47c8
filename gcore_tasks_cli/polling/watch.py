"""One wait: tasks in, events out; with an injected way to the API, and no clock of its own.

Few tasks are asked for one by one, each at its best time; many by lists, and one by one
what a list does not show. Each ID gets exactly one of `Settled`, `Failed` and `Unfinished`,
whatever the network does. A task that has ended is never asked for again, and nothing is asked
after the deadline.
"""

import math
from collections.abc import Iterator, Sequence, Set
from datetime import timedelta

from gcore_tasks_cli.errors import ApiError, TaskNotFound
from gcore_tasks_cli.polling import events
from gcore_tasks_cli.polling.events import LIST_ID, Event, Goal, StopReason
from gcore_tasks_cli.polling.finder import Finder, Search
from gcore_tasks_cli.polling.jobs import MOST_A_PAGE, Answer, GetTask, Job, ListPage, history_of
from gcore_tasks_cli.polling.pages import Reading
from gcore_tasks_cli.polling.requests import ONCE, Requests
from gcore_tasks_cli.polling.schedule import LAST_LOOK_SECONDS, SHORTEST_GAP_SECONDS, Schedule
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.query import TaskQuery
from gcore_tasks_cli.times import format_duration, parse_time

# Fewer tasks are asked for one by one: then each is checked at its own best time.
_FEWEST_TASKS = 6
_SHORTEST_ROUND_SECONDS = 2.0
# A list that hides most tasks is read again so often.
_HIDDEN_SECONDS = 5.0
# Of tasks that are not waited for, so many times more are read before the rest is given up.
_MOST_FOREIGN_SHARE = 3
# Clocks and rounding: the window of creation times is a little wider than it need be.
_SLACK = timedelta(seconds=2)
# Of what is nearer to the ends of the calendar, no window can be computed.
_YEARS = range(2, 9999)
# If we wake up this late, the process was suspended; a last look may then take as long.
_SUSPENDED_SECONDS = 5.0


class _Task:
    """A task that is waited for; times are in seconds on the port's clock."""

    def __init__(self, task_id: str, due: float) -> None:
        self.task_id = task_id
        self.document: Document | None = None
        self.born: float | None = None  # creation
        self.seen = 0.0  # when the document came
        self.due = due  # the next check


class Watch:
    """One wait for a set of tasks, IDs or a search for active ones, until the requests' deadline.

    `once` checks each task once.
    """

    def __init__(
        self,
        source: Sequence[str] | Search,
        requests: Requests,
        schedule: Schedule,
        *,
        goal: Goal | None = None,
        once: bool = False,
        tick_seconds: float = 1.0,
    ) -> None:
        self._requests = requests
        self._goal = goal or Goal()
        self._schedule = schedule
        self._once = once
        self._tick_seconds = tick_seconds
        now = self._next_tick = self._requests.port.now()
        # By ID in lower case: lists may spell one in another case than it was asked for.
        self._tasks: dict[str, _Task] = {}
        self._adopted: set[str] = set()
        # Those that are asked for one by one, until a list shows them; lists answer for the others.
        self._alone: set[str] = set()
        self._reading = Reading(requests, (), most=0)
        self._sought: set[str] = set()  # by this reading
        self._round_began = -math.inf
        self._stop: StopReason | None = None
        self._has_unfinished = False
        self._finder: Finder | None = None
        if isinstance(source, Search):
            self._finder = Finder(source, requests, now)
        else:
            for task_id in source:
                self._adopt(now, task_id)

    def run(self) -> Iterator[Event]:
        """The events of the wait; the last one is `Stopped`."""
        while self._stop is None and (self._tasks or self._finder):
            now = self._requests.port.now()
            if self._requests.port.interrupted is not None:
                self._stop = StopReason.INTERRUPTED
            elif now >= self._requests.deadline:
                self._stop = StopReason.DEADLINE
            else:
                self._ask(now)
                if now >= self._next_tick:
                    self._next_tick = now + self._tick_seconds
                    yield events.Tick(now, self._requests.outage())
                yield from self._take_all(self._next_wake())
        yield from self._end(self._requests.port.now())

    def _end(self, now: float) -> Iterator[Event]:
        outages, outage = self._requests.outages, self._requests.outage(at_least=0.0)
        if outage is None:
            yield from outages.news(None, now, is_end=True)
        for task in self._tasks.values():
            yield events.Unfinished(now, task.task_id, task.document)
        ended = StopReason.DEADLINE if self._has_unfinished else StopReason.ALL_SETTLED
        reason, signal_number = self._stop or ended, self._requests.port.interrupted
        yield events.Stopped(now, reason, outage, signal_number, outages.was_reached)

    def _take_all(self, until: float) -> Iterator[Event]:
        answers = self._requests.wait(until)
        now = self._requests.port.now()
        if now >= self._requests.deadline and now - until >= _SUSPENDED_SECONDS:
            self._look_once_more(now)
        yield from self._requests.outages.news(self._requests.outage(), now)
        for job, answer in answers.items():
            if self._stop is None:
                yield from self._take(now, job, answer)
        if self._finder is not None and self._stop is None:
            yield from self._take_finds(self._finder, now)

    def _look_once_more(self, now: float) -> None:
        """The deadline passed while the process stood still: one last look is taken."""
        self._requests.deadline = now + _SUSPENDED_SECONDS
        self._round_began = -math.inf
        self._reading.cancel()
        self._alone.clear()
        for task in self._tasks.values():
            self._requests.cancel(GetTask(task.task_id))
            task.due = now

    # Asking

    def _adopt(self, now: float, task_id: str) -> None:
        """Waits for this task too."""
        key = task_id.lower()
        if key not in self._adopted:
            self._adopted.add(key)
            self._tasks[key] = _Task(task_id, now)

    def _ask(self, now: float) -> None:
        if not self._once and self._schedule.interval is None:
            self._requests.gate.pace_singles(len(self._tasks))
        if self._finder is not None:
            self._finder.look(now)
        if not self._goes_by_list():
            for key in [key for key in self._tasks if key not in self._alone]:
                self._ask_alone(key, self._tasks[key].due)
        elif now >= self._round_at():
            self._begin_round(now)

    def _goes_by_list(self) -> bool:
        """Whether a list pays, and works: it answers for enough tasks at once."""
        if self._once or len(self._tasks) < _FEWEST_TASKS:
            return False
        return not any(map(self._requests.is_stuck, self._reading.pending))

    def _round_at(self) -> float:
        """When to read the list next, once that is over which is being read."""
        if len(self._tasks) < _FEWEST_TASKS or self._reading.pending or self._once:
            return math.inf
        due = min(
            (self._tasks[key].due for key in self._tasks.keys() - self._alone), default=math.inf
        )
        if 2 * len(self._alone) > len(self._tasks):  # the list may show them again
            due = min(due, self._round_began + _HIDDEN_SECONDS)
        pace = min(self._schedule.interval or math.inf, _SHORTEST_ROUND_SECONDS)
        return max(due, self._round_began + pace)

    def _next_wake(self) -> float:
        search = math.inf if self._finder is None else self._finder.due_at
        return min(self._next_tick, self._requests.deadline, self._round_at(), search)

    def _begin_round(self, now: float) -> None:
        self._round_began = now
        self._sought = set(self._tasks)
        # Not the old ones that the last list was too short for: they would make this one longer.
        shown = self._sought - self._alone or self._sought
        window = _window([self._tasks[key].document for key in shown])
        self._reading = Reading(
            self._requests,
            window.parameters(),
            most=2 * MOST_A_PAGE + _MOST_FOREIGN_SHARE * len(self._adopted),
            first=MOST_A_PAGE,
        )

    def _ask_alone(self, key: str, due: float) -> None:
        """Asks for the task by itself then, until a list shows it."""
        self._alone.add(key)
        task = self._tasks[key]
        was_seen = task.document is not None
        self._requests.submit(GetTask(task.task_id), at=due, was_seen=was_seen)

    # Taking in

    def _take(self, now: float, job: Job, answer: Answer | ApiError) -> Iterator[Event]:
        finder = self._finder
        if isinstance(job, GetTask):
            yield from self._take_single(now, job.task_id.lower(), answer)
        elif not isinstance(job, ListPage):
            return
        elif finder is not None and job in finder.reading.pending:
            if isinstance(answer, ApiError):
                self._finder = None
                yield events.Failed(now, LIST_ID, answer, None)
            else:
                finder.take(now, job, answer)
        elif job in self._reading.pending:
            if isinstance(answer, ApiError):  # refused: then it shows no task
                self._end_round(now, set())
            else:
                yield from self._take_round_page(now, job, answer)
        elif not isinstance(answer, ApiError):
            # The history of a type; without it the schedule does without it.
            self._schedule.expectations.learn(answer.documents)

    def _take_single(self, now: float, key: str, answer: Answer | ApiError) -> Iterator[Event]:
        if (task := self._tasks.get(key)) is None:
            return
        if isinstance(answer, ApiError):
            self._forget(key)
            yield events.Failed(now, task.task_id, _in_context(answer, task, now), task.document)
        else:
            yield from self._take_document(now, answer.documents[0], answer)

    def _take_finds(self, finder: Finder, now: float) -> Iterator[Event]:
        if (finds := finder.finds(now)) is not None:
            found, answers = finds
            yield found
            if not finder.follows:
                self._finder = None
            for task_id, (document, answer) in answers.items():
                if task_id.lower() not in self._adopted and self._stop is None:
                    self._adopt(now, task_id)
                    yield from self._take_document(now, document, answer)
        elif finder.is_over(now):
            self._stop = StopReason.NOTHING_FOUND

    def _take_round_page(self, now: float, page: ListPage, answer: Answer) -> Iterator[Event]:
        for document in answer.documents:
            if (key := document.id.lower()) in self._tasks and self._stop is None:
                self._alone.discard(key)
                yield from self._take_document(now, document, answer)
        self._reading.take(page, answer)
        self._reading.ask_ahead()
        if not self._reading.pending:
            self._end_round(now, self._reading.shown)

    def _end_round(self, now: float, shown: Set[str]) -> None:
        """The list only saves requests: nothing is concluded from a task's absence."""
        self._reading.cancel()
        for key in (self._sought & self._tasks.keys()) - self._alone - shown:
            self._ask_alone(key, now)

    def _take_document(self, now: float, document: Document, answer: Answer) -> Iterator[Event]:
        task = self._tasks[key := document.id.lower()]
        previous, task.document, task.seen = task.document, document, now
        self._requests.cancel(GetTask(task.task_id))  # a list has answered it
        if task.born is None:
            task.born = now - answer.age_seconds(document)
        age = now - task.born
        if previous is None or document.look != previous.look:
            yield events.Changed(now, task.task_id, document, previous, age)
        if document.is_final:
            self._forget(key)
            self._schedule.expectations.saw_end(document)
            yield events.Settled(now, task.task_id, document)
            if self._goal.any_one:
                self._stop = StopReason.ANY
            elif document.state != "FINISHED" and self._goal.fail_fast:
                self._stop = StopReason.FAIL_FAST
        elif self._once:
            self._forget(key)
            self._has_unfinished = True
            yield events.Unfinished(now, task.task_id, document)
        else:
            self._look_again(now, age, key, document.task_type, answer.retry_after or 0.0)

    def _look_again(
        self, now: float, age: float, key: str, task_type: str | None, retry_after: float
    ) -> None:
        schedule = self._schedule
        if schedule.interval is None and schedule.expectations.asks_for_history(task_type, age):
            self._requests.submit(history_of(task_type or ""), policy=ONCE)
        is_by_list = key not in self._alone and self._goes_by_list()
        then = now + schedule.gap(age, task_type, tasks=len(self._tasks), is_by_list=is_by_list)
        last_look = self._requests.deadline - LAST_LOOK_SECONDS
        if then > last_look > now + SHORTEST_GAP_SECONDS:
            then = last_look
        self._tasks[key].due = due = max(then, now + retry_after)
        if key in self._alone:
            self._ask_alone(key, due)

    def _forget(self, key: str) -> None:
        task = self._tasks.pop(key)
        self._alone.discard(key)
        self._requests.cancel(GetTask(task.task_id))


def _window(documents: Sequence[Document | None]) -> TaskQuery:
    """All that was created between the first and the last of these tasks.

    Whatever their state, so that an end shows too.
    """
    times = [parse_time(each.created_on) if each is not None else None for each in documents]
    known = [time for time in times if time is not None and time.year in _YEARS]
    if not known or len(known) < len(times):
        return TaskQuery()
    return TaskQuery(since=min(known) - _SLACK, until=max(known) + _SLACK)


def _in_context(error: ApiError, task: _Task, now: float) -> ApiError:
    """The error of a task that was seen and is no longer there: its ID was right."""
    if not isinstance(error, TaskNotFound) or task.document is None:
        return error
    return TaskNotFound(
        f"task {task.task_id} is gone: it was {task.document.state} "
        f"{format_duration(now - task.seen)} ago, and the API does not know it any more",
        status=error.status,
        request_id=error.request_id,
    )
