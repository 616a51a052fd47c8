"""One wait: tasks in, events out; with an injected way to the API, and no clock of its own.

Few tasks are asked for one by one, each at its best time; many by lists (`rounds`), and one by one
what a list does not show. Each ID gets exactly one of `Settled`, `Failed` and `Unfinished`,
whatever the network does. A task that has ended is never asked for again, and nothing is asked
after the deadline.
"""

import math
from collections.abc import Iterable, Iterator, Sequence

from gcore_tasks_cli.errors import ApiError, TaskNotFound
from gcore_tasks_cli.polling import events
from gcore_tasks_cli.polling.due import DueQueue
from gcore_tasks_cli.polling.events import LIST_ID, Event, Outage, StopReason
from gcore_tasks_cli.polling.finder import Finder
from gcore_tasks_cli.polling.goal import Goal, Search
from gcore_tasks_cli.polling.jobs import (
    Answer,
    GetTask,
    Job,
    ListPage,
    PageAnswer,
    Port,
    TaskAnswer,
)
from gcore_tasks_cli.polling.requests import ONE_ANSWER, UNTIL_DEADLINE, Requests, Uniform
from gcore_tasks_cli.polling.rounds import FEWEST_TASKS, Reading, most_rows, round_parameters
from gcore_tasks_cli.polling.schedule import Schedule
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.times import format_duration

_SHORTEST_ROUND_SECONDS = 2.0
# A list that hides most tasks is read again so often.
_HIDDEN_SECONDS = 5.0
# If we wake up this late, the process was suspended; a last look may then take so long.
_SUSPENDED_SECONDS = 5.0
_LAST_LOOK_SECONDS = 5.0

# The history of a type: its last tasks that have ended.
_TASKS_OF_HISTORY = 20
_ENDED = (("state", "FINISHED"), ("state", "ERROR"))


class _Task:
    """A task that is waited for; times are in seconds on the port's clock."""

    def __init__(self, task_id: str) -> None:
        self.task_id = task_id
        self.document: Document | None = None
        self.born: float | None = None  # creation
        self.seen = 0.0  # when the document came


class Watch:
    """One wait for a set of tasks: IDs, or a search for active ones.

    `deadline` is on the port's clock; `once` checks each task once, and retries as `get` does.
    """

    def __init__(
        self,
        source: Sequence[str] | Search,
        port: Port,
        *,
        deadline: float,
        schedule: Schedule,
        uniform: Uniform,
        goal: Goal | None = None,
        once: bool = False,
        tick_seconds: float = 1.0,
    ) -> None:
        self._port = port
        self._requests = Requests(port, ONE_ANSWER if once else UNTIL_DEADLINE, uniform)
        self._goal = goal or Goal()
        self._schedule = schedule
        self._once = once
        self._tick_seconds = tick_seconds
        self._deadline = math.inf if once else deadline
        now = self._next_tick = port.now()
        self._finder = Finder(source, now, deadline) if isinstance(source, Search) else None
        self._tasks: dict[str, _Task] = {}
        self._adopted: set[str] = set()
        # Tasks that lists answer for, by when they are to be checked; and those that are asked for
        # one by one, until a list shows them.
        self._due: DueQueue[str] = DueQueue()
        self._alone: set[str] = set()
        # Lists are compared in lower case; of IDs that differ in case only, one is found there.
        self._by_lower: dict[str, str] = {}
        self._reading: Reading | None = None
        self._sought: list[_Task] = []
        self._round_began = -math.inf
        self._outage: Outage | None = None
        self._stop: StopReason | None = None
        self._has_unfinished = False
        if not isinstance(source, Search):
            for task_id in dict.fromkeys(source):
                self._adopt(now, task_id)

    def run(self) -> Iterator[Event]:
        """The events of the wait; the last one is `Stopped`."""
        while self._stop is None and (self._tasks or self._finder):
            now = self._port.now()
            if self._port.interrupted is not None:
                self._stop = StopReason.INTERRUPTED
            elif now >= self._deadline:
                self._stop = StopReason.DEADLINE
            else:
                self._ask(now)
                if now >= self._next_tick:
                    self._next_tick = now + self._tick_seconds
                    yield events.Tick(now, self._outage if self._requests.is_failing else None)
                yield from self._take_all(self._next_wake())
        yield from self._end(self._port.now())

    def _end(self, now: float) -> Iterator[Event]:
        outage = self._outage
        if outage is not None and not self._requests.is_failing:
            yield events.OutageEnded(
                now, self._requests.failing_until - outage.since, outage.failures
            )
        outage = self._requests.trouble if self._requests.is_failing else None
        for task in self._tasks.values():
            yield events.Unfinished(now, task.task_id, task.document, outage)
        ended = StopReason.DEADLINE if self._has_unfinished else StopReason.ALL_SETTLED
        yield events.Stopped(now, self._stop or ended, outage, self._port.interrupted)

    def _take_all(self, until: float) -> Iterator[Event]:
        answers = self._requests.wait(until)
        now = self._port.now()
        if now >= self._deadline and now - until >= _SUSPENDED_SECONDS:
            self._look_once_more(now)
        before, self._outage = self._outage, self._requests.outage
        if before is None and self._outage is not None:
            yield events.OutageBegan(now, self._outage)
        elif before is not None and self._outage is None:
            yield events.OutageEnded(
                now, self._requests.failing_until - before.since, before.failures
            )
        for job, answer in answers:
            if self._stop is None:
                yield from self._take(now, job, answer)
        if self._finder is not None and self._stop is None:
            yield from self._take_finds(self._finder, now)

    def _look_once_more(self, now: float) -> None:
        """The deadline passed while the process stood still: one last look is taken."""
        self._deadline = now + _LAST_LOOK_SECONDS
        self._round_began = -math.inf
        self._cancel_reading()
        for task_id in self._tasks:
            self._requests.cancel(GetTask(task_id))
            self._due.put(task_id, now)

    # Asking

    def _adopt(self, now: float, task_id: str) -> _Task:
        """Waits for this task too."""
        self._adopted.add(task_id)
        task = self._tasks[task_id] = _Task(task_id)
        self._due.put(task_id, now)
        if self._by_lower.setdefault(task_id.lower(), task_id) != task_id:
            self._ask_alone(now, task_id)
        return task

    def _ask(self, now: float) -> None:
        if not self._once and self._schedule.interval is None:
            self._requests.gate.pace_singles(len(self._tasks))
        if self._finder is not None:
            self._submit(self._finder.due_pages(now))
        if not self._goes_by_list():
            while (first := self._due.pop()) is not None:
                self._ask_alone(*first)
        elif self._reading is None and now >= self._round_at():
            self._begin_round(now)
        self._requests.send_due(now)

    def _submit(self, pages: Iterable[ListPage], *, for_good: bool = False) -> None:
        for page in pages:
            self._requests.submit(page, for_good=for_good)

    def _goes_by_list(self) -> bool:
        """Whether a list pays, and works: it answers for enough tasks at once."""
        if self._once or len(self._tasks) < FEWEST_TASKS:
            return False
        return self._reading is None or not any(map(self._requests.is_stuck, self._reading.pending))

    def _round_at(self) -> float:
        """When to read the list next, once that is over which is being read."""
        if len(self._tasks) < FEWEST_TASKS or self._reading is not None or self._once:
            return math.inf
        first = self._due.first()
        due = math.inf if first is None else first[0]
        if 2 * len(self._alone) > len(self._tasks):  # the list may show them again
            due = min(due, self._round_began + _HIDDEN_SECONDS)
        pace = min(self._schedule.interval or math.inf, _SHORTEST_ROUND_SECONDS)
        return max(due, self._round_began + pace)

    def _next_wake(self) -> float:
        search = math.inf if self._finder is None else self._finder.due_at
        return min(self._next_tick, self._deadline, self._round_at(), search)

    def _begin_round(self, now: float) -> None:
        self._round_began = now
        self._sought = [
            task
            for task in self._tasks.values()
            if self._by_lower[task.task_id.lower()] == task.task_id
        ]
        # Not the old ones that the last list was too short for: they would make this one longer.
        shown = [task for task in self._sought if task.task_id not in self._alone]
        seen = [task.document for task in shown or self._sought]
        created = [document.created_on if document else None for document in seen]
        self._reading = Reading(round_parameters(created), most_rows(len(self._adopted)))
        self._submit(self._reading.pending, for_good=True)

    def _cancel_reading(self) -> None:
        for page in self._reading.pending if self._reading else ():
            self._requests.cancel(page)
        self._reading = None

    def _ask_alone(self, due: float, task_id: str) -> None:
        """Asks for the task by itself then, until a list shows it."""
        self._alone.add(task_id)
        self._due.drop(task_id)
        was_seen = self._tasks[task_id].document is not None
        self._requests.submit(GetTask(task_id), at=due, was_seen=was_seen)

    # Taking in

    def _take(self, now: float, job: Job, answer: Answer | ApiError) -> Iterator[Event]:
        finder, reading = self._finder, self._reading
        if isinstance(job, GetTask):
            yield from self._take_single(now, job.task_id, answer)
        elif not isinstance(job, ListPage):
            return
        elif finder is not None and finder.owns(job):
            if isinstance(answer, PageAnswer):
                self._submit(finder.take(now, job, answer))
            elif isinstance(answer, ApiError):
                self._finder = None
                yield events.Failed(now, LIST_ID, answer, None)
        elif reading is not None and job in reading.pending:
            if isinstance(answer, PageAnswer):
                yield from self._take_round_page(now, reading, job, answer)
            else:  # the API refuses everything
                self._reading = None
        elif isinstance(answer, PageAnswer):
            # The history of a type; without it the schedule does without it.
            self._schedule.expectations.learn(answer.documents)

    def _take_single(self, now: float, task_id: str, answer: Answer | ApiError) -> Iterator[Event]:
        task = self._tasks.get(task_id)
        if task is not None and isinstance(answer, TaskAnswer):
            yield from self._take_document(now, task, answer)
        elif task is not None and isinstance(answer, ApiError):
            self._forget(task)
            yield events.Failed(now, task_id, _in_context(answer, task, now), task.document)

    def _take_finds(self, finder: Finder, now: float) -> Iterator[Event]:
        if (finds := finder.finds(now)) is not None:
            found, answers = finds
            yield found
            if not finder.follows:
                self._finder = None
            for task_id, answer in answers.items():
                if task_id not in self._adopted and self._stop is None:
                    yield from self._take_document(now, self._adopt(now, task_id), answer)
        elif finder.is_over(now):
            self._stop = StopReason.NOTHING_FOUND

    def _take_round_page(
        self, now: float, reading: Reading, page: ListPage, answer: PageAnswer
    ) -> Iterator[Event]:
        for document in answer.documents:
            task = self._tasks.get(self._by_lower.get(document.id.lower(), ""))
            if task is not None and self._stop is None:
                self._alone.discard(task.task_id)
                single = TaskAnswer(document, answer.server_time, answer.retry_after)
                yield from self._take_document(now, task, single)
        self._submit(reading.take(page, answer), for_good=True)
        if not reading.pending:
            self._end_round(now, reading)

    def _end_round(self, now: float, reading: Reading) -> None:
        self._reading = None
        for task_id in {task.task_id for task in self._sought} & self._tasks.keys() - self._alone:
            if task_id.lower() not in reading.shown:
                # The list only saves requests: nothing is concluded from a task's absence.
                self._ask_alone(now, task_id)

    def _take_document(self, now: float, task: _Task, answer: TaskAnswer) -> Iterator[Event]:
        previous, document = task.document, answer.document
        task.document, task.seen = document, now
        self._requests.cancel(GetTask(task.task_id))  # a list has answered it
        if task.born is None:
            task.born = now - answer.age_seconds
        age = now - task.born
        if previous is None or not document.looks_like(previous):
            yield events.Changed(now, task.task_id, document, previous, age)
        if document.is_final:
            self._forget(task)
            self._schedule.expectations.saw_end(document)
            yield events.Settled(now, task.task_id, document)
            if self._goal.any_one:
                self._stop = StopReason.ANY
            elif document.state != "FINISHED" and self._goal.fail_fast:
                self._stop = StopReason.FAIL_FAST
        elif self._once:
            self._forget(task)
            self._has_unfinished = True
            yield events.Unfinished(now, task.task_id, document, None)
        else:
            self._look_again(now, age, task, answer)

    def _look_again(self, now: float, age: float, task: _Task, answer: TaskAnswer) -> None:
        task_type = answer.document.task_type
        if self._schedule.interval is None:
            asked = self._schedule.expectations.question(task_type, age)
            if asked is not None:
                history = (("task_type", asked), *_ENDED)
                self._requests.submit(ListPage(history, _TASKS_OF_HISTORY, 0), once=True)
        then = self._schedule.next_check(
            now,
            age,
            self._deadline,
            task_type,
            tasks=len(self._tasks),
            is_by_list=task.task_id not in self._alone and self._goes_by_list(),
        )
        then = max(then, now + (answer.retry_after or 0.0))
        if task.task_id in self._alone:
            self._ask_alone(then, task.task_id)
        else:
            self._due.put(task.task_id, then)

    def _forget(self, task: _Task) -> None:
        del self._tasks[task.task_id]
        self._alone.discard(task.task_id)
        self._due.drop(task.task_id)
        self._requests.cancel(GetTask(task.task_id))


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
