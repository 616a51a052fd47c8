"""Waits for tasks with an injected way to ask and to let time pass; yields events.

Few tasks are asked for one by one, each at its best time; many by lists (`batch`). Each ID gets
exactly one of `Settled`, `Failed` and `Unfinished`, whatever the network does. A task that has
ended is never asked for again, and nothing is asked after the deadline.
"""

import heapq
from collections.abc import Iterator, Sequence
from copy import copy

from gcore_tasks_cli.errors import ApiError, KeyRefused, TaskNotFound
from gcore_tasks_cli.polling.batch import FEWEST_TASKS, SHORTEST_ROUND_SECONDS, Batch, Round
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    OutageBegan,
    OutageEnded,
    Settled,
    Stopped,
    StopReason,
    Tick,
    Unfinished,
)
from gcore_tasks_cli.polling.goal import Following, Goal
from gcore_tasks_cli.polling.pace.schedule import Schedule
from gcore_tasks_cli.polling.port import (
    Answer,
    Job,
    PageAnswer,
    Port,
    Reply,
    TaskAnswer,
    age_seconds,
)
from gcore_tasks_cli.polling.retry import UNTIL_DEADLINE, Outage, RetryingPort, Uniform
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.ids import can_be_asked_for
from gcore_tasks_cli.tasks.page_request import PageRequest
from gcore_tasks_cli.times import Deadline, format_duration

# A round of lists may take so long; then single requests go on without it for so long.
_LATE_SECONDS = 3.0
_REST_OF_LISTS_SECONDS = 60.0
# How often a wait that follows looks for new tasks.
_ADOPTION_SECONDS = 5.0
# Who wakes up so much too late was stopped (Ctrl-Z, a suspend); a last look may then take so long.
_STOPPED_SECONDS = 5.0
_LAST_LOOK_SECONDS = 5.0
# A task that was seen and is missing is looked for again after at least so long.
_MISSING_SECONDS = 2.0
# Hundreds of thousands of tasks may be due together: between so many of them, time is looked at.
_MOST_AT_ONCE = 1000
# Key for the task list; real IDs are never empty.
LIST_ID = ""


class _Task:
    __slots__ = ("alone", "born", "document", "entry", "seen", "task_id", "times_missing")

    def __init__(self, task_id: str) -> None:
        self.task_id = task_id
        self.document: Document | None = None
        self.born: float | None = None  # creation, on this process's clock
        self.seen = 0.0  # when the document came
        self.times_missing = 0  # 404s since it was last seen
        self.entry = 0  # its valid entry in the queue
        self.alone = False  # to be asked for by itself, whatever a list may say


class Watcher:
    """One wait for a set of tasks."""

    def __init__(
        self,
        task_ids: Sequence[str],
        port: Port[Job, Answer],
        *,
        goal: Goal,
        deadline: Deadline,
        schedule: Schedule,
        uniform: Uniform,
        tick_seconds: float = 1.0,
    ) -> None:
        self._requests = RetryingPort(port, UNTIL_DEADLINE, uniform)
        self._goal = goal
        self._schedule = schedule
        self._tick_seconds = tick_seconds
        self._deadline = deadline.at
        self._next_tick = started = port.now()
        self._following = goal.following
        self._next_adoption = started + _ADOPTION_SECONDS
        self._adopted: set[str] = set()
        self._open: dict[str, _Task] = {}
        self._due: list[tuple[float, int, str]] = []
        self._entries = 0
        self._batch = Batch()
        # Lists are compared in lower case; of IDs that differ in case only, one is looked up there.
        self._listed: dict[str, str] = {}
        self._hidden: set[str] = set()
        for task_id in task_ids:
            self._adopt(started, task_id)
        self._next_round = self._late_at = self._lists_again_at = started
        self._list_failed_at: float | None = None
        self._outage: Outage | None = None
        self._stop: StopReason | None = None

    def run(self) -> Iterator[Event]:
        """The events of the wait; the last one is `Stopped`."""
        while (self._open or self._following) and self._stop is None:
            now = self._requests.now()
            self._stop = self._reason_to_stop(now)
            if self._stop is None:
                self._ask(now)
                if now >= self._next_tick:
                    self._next_tick = now + self._tick_seconds
                    yield Tick(now, self._requests.outage)
                until = min(self._next_due(), self._adoption_due(), self._next_tick, self._deadline)
                replies = self._requests.wait(until)
                self._notice_a_stop(max(until, now))
                yield from self._outage_events()
                for reply in replies:
                    if self._stop is None:
                        yield from self._take(reply)
        now = self._requests.now()
        outage = self._requests.outage
        for task in self._open.values():
            yield Unfinished(now, task.task_id, task.document, outage)
        yield Stopped(now, self._stop or StopReason.ALL_SETTLED)

    def _reason_to_stop(self, now: float) -> StopReason | None:
        if self._requests.interrupted is not None:
            return StopReason.INTERRUPTED
        return StopReason.DEADLINE if now >= self._deadline else None

    def _notice_a_stop(self, until: float) -> None:
        """Takes one last look where the deadline passed while the process stood still."""
        now = self._requests.now()
        if now >= self._deadline and now - until >= _STOPPED_SECONDS:
            self._deadline = now + _LAST_LOOK_SECONDS
            self._next_round = now
            if self._batch.is_reading:
                self._end_round(transient=True)
            for task in self._open.values():
                if not self._requests.is_open(task.task_id):
                    self._schedule_at(now, task)

    def _outage_events(self) -> Iterator[Event]:
        now, began, outage = self._requests.now(), self._outage, self._requests.outage
        if began is None and outage is not None:
            self._outage = outage
            yield OutageBegan(now, outage)
        elif began is not None and outage is None and self._requests.answered > began.since:
            self._outage = None
            yield OutageEnded(now, self._requests.answered - began.since)

    # Asking

    def _adopt(self, now: float, task_id: str) -> None:
        """Waits for this task too, unless it already does or did."""
        if task_id in self._adopted:
            return
        self._adopted.add(task_id)
        self._open[task_id] = _Task(task_id)
        if self._listed.setdefault(task_id.lower(), task_id) != task_id:
            self._hidden.add(task_id)
        self._schedule_at(now, self._open[task_id])

    def _adoption_due(self) -> float:
        if self._following is None or self._requests.is_open(self._following.page):
            return self._deadline
        return self._next_adoption

    def _ask(self, now: float) -> None:
        if self._batch.is_reading and now >= self._late_at:
            # A list that hangs must not delay the tasks: one by one, for a while.
            self._end_round(transient=True)
            self._lists_again_at = now + _REST_OF_LISTS_SECONDS
        if self._following is not None and self._adoption_due() <= now:
            self._next_adoption = now + _ADOPTION_SECONDS
            self._requests.submit(self._following.page)
        for _ in range(_MOST_AT_ONCE):
            task = self._first_due()
            if task is None or self._next_due() > now:
                return
            if self._goes_by_list(task):
                self._begin_round(now)
                return
            heapq.heappop(self._due)
            self._requests.submit(task.task_id)

    def _first_due(self) -> _Task | None:
        """The task that is due first; entries that no longer hold are dropped."""
        while self._due:
            _, entry, task_id = self._due[0]
            task = self._open.get(task_id)
            if task is not None and task.entry == entry:
                return task
            heapq.heappop(self._due)
        return None

    def _next_due(self) -> float:
        task = self._first_due()
        if task is None:
            return self._deadline
        then = self._due[0][0]
        if not self._goes_by_list(task):
            return then
        if self._batch.is_reading:
            return self._late_at
        return self._deadline if self._is_list_failing() else max(then, self._next_round)

    def _goes_by_list(self, task: _Task) -> bool:
        return not task.alone and task.task_id not in self._hidden and self._are_many()

    def _are_many(self) -> bool:
        """Whether a list pays: it answers for enough tasks at once."""
        if self._requests.now() < self._lists_again_at:
            return False
        return self._batch.is_useful and len(self._open) - len(self._hidden) >= FEWEST_TASKS

    def _is_list_failing(self) -> bool:
        """Whether a list failed, and nothing has been answered since."""
        return self._list_failed_at is not None and self._list_failed_at >= self._requests.answered

    def _begin_round(self, now: float) -> None:
        self._next_round = now + (self._schedule.interval or SHORTEST_ROUND_SECONDS)
        self._late_at = now + _LATE_SECONDS
        wanted = {
            key: self._open[task_id].document
            for key, task_id in self._listed.items()
            if task_id in self._open
        }
        self._listed = {key: self._listed[key] for key in wanted}
        for request in self._batch.begin(wanted):
            self._requests.submit(request, once=True)

    def _end_round(self, *, transient: bool) -> None:
        for request in self._batch.fail(transient=transient):
            self._requests.abandon(request)

    # Taking in

    def _take(self, reply: Reply[Job, Answer]) -> Iterator[Event]:
        job, answer = reply.job, reply.answer
        now = self._requests.now()
        if isinstance(job, PageRequest):
            yield from self._take_page(now, job, answer)
        elif (task := self._open.get(job)) is not None:
            if isinstance(answer, TaskAnswer):
                yield from self._take_single(now, task, answer)
            elif isinstance(answer, ApiError):
                yield from self._take_error(now, task, answer)

    def _take_single(self, now: float, task: _Task, answer: TaskAnswer) -> Iterator[Event]:
        if task.alone and not answer.document.is_final:
            # It is under way, and the list does not show it.
            self._hidden.add(task.task_id)
            if 2 * len(self._hidden) > len(self._open):
                self._batch.is_useful = False
        task.alone = False
        self._batch.single_worked()
        yield from self._take_document(now, task, answer)

    def _take_page(self, now: float, request: PageRequest, answer: object) -> Iterator[Event]:
        if self._following is not None and request == self._following.page:
            yield from self._take_following(now, self._following, answer)
        elif not self._batch.owns(request):
            if isinstance(answer, PageAnswer):
                self._schedule.expectations.learn(answer.documents)
            # Without the history of a type the schedule does without it.
        elif isinstance(answer, ApiError):
            self._take_list_error(now, answer)
        elif isinstance(answer, PageAnswer):
            for more in self._batch.take(request, answer):
                self._requests.submit(more, once=True)
            if (result := self._batch.result()) is not None:
                yield from self._take_round(now, result)

    def _take_following(self, now: float, following: Following, answer: object) -> Iterator[Event]:
        if isinstance(answer, PageAnswer):
            for document in answer.documents:
                if document.is_final or not can_be_asked_for(document.id):
                    continue
                if following.keeps(document):
                    self._adopt(now, document.id)
        elif isinstance(answer, ApiError):
            self._following = None
            yield Failed(now, LIST_ID, answer, None)

    def _take_round(self, now: float, result: Round) -> Iterator[Event]:
        self._list_failed_at = None
        for key, answer in result.answers.items():
            task = self._open.get(self._listed[key])
            if task is not None and self._stop is None:
                self._hidden.discard(task.task_id)
                yield from self._take_document(now, task, answer)
        for key in result.to_ask:
            task = self._open.get(self._listed[key])
            if task is not None and not self._requests.is_open(task.task_id):
                if task.task_id not in self._hidden:
                    self._schedule_at(now, task)
                task.alone = True

    def _take_list_error(self, now: float, error: ApiError) -> None:
        """Without the list, one by one: what is wrong shows there, if it is wrong for tasks too."""
        self._end_round(transient=error.transient)
        self._list_failed_at = now
        # One task by itself finds out whether it is the list or the network.
        probe = self._first_due()
        if probe is not None:
            heapq.heappop(self._due)
            self._requests.submit(probe.task_id)

    def _take_document(self, now: float, task: _Task, answer: TaskAnswer) -> Iterator[Event]:
        previous, document = task.document, answer.document
        task.document, task.seen, task.times_missing = document, now, 0
        if task.born is None:
            task.born = now - age_seconds(answer)
        age = now - task.born
        if previous is None or _shown_state(previous) != _shown_state(document):
            yield Changed(now, task.task_id, document, previous, age)
        if not document.is_final:
            self._look_again(now, age, task, document.task_type)
            return
        self._forget(task)
        self._schedule.expectations.saw_end(document)
        yield Settled(now, task.task_id, document)
        if self._goal.any_one:
            self._stop = StopReason.ANY
        elif document.state == "ERROR" and self._goal.fail_fast:
            self._stop = StopReason.FAIL_FAST

    def _look_again(self, now: float, age: float, task: _Task, task_type: str | None) -> None:
        if self._schedule.interval is None:
            question = self._schedule.expectations.question(task_type, age)
            if question is not None:
                self._requests.submit(question, once=True)
        then = self._schedule.next_check(
            now,
            age,
            self._deadline,
            task_type,
            tasks=len(self._open),
            is_by_list=self._are_many(),
        )
        self._schedule_at(then, task)

    def _take_error(self, now: float, task: _Task, error: ApiError) -> Iterator[Event]:
        if isinstance(error, KeyRefused) and error.status == 401:
            # The key is one for all of them: no other ID could fare better.
            for other in list(self._open.values()):
                yield from self._give_up(now, other, error)
            return
        if isinstance(error, TaskNotFound) and task.document is not None:
            task.times_missing += 1
            if task.times_missing == 1:
                # What was there a moment ago may be missing in one replica; if the next check
                # does not find it either, it is gone.
                gap = self._schedule.gap(now - (task.born or now))
                self._schedule_at(now + max(gap, _MISSING_SECONDS), task)
                return
            error = _gone(error, task, task.document.state, now)
        yield from self._give_up(now, task, error)

    def _give_up(self, now: float, task: _Task, error: ApiError) -> Iterator[Event]:
        self._forget(task)
        yield Failed(now, task.task_id, error, task.document)

    def _forget(self, task: _Task) -> None:
        del self._open[task.task_id]
        self._hidden.discard(task.task_id)
        self._requests.abandon(task.task_id)

    def _schedule_at(self, then: float, task: _Task) -> None:
        self._entries += 1
        task.entry = self._entries
        heapq.heappush(self._due, (then, task.entry, task.task_id))


def _shown_state(document: Document) -> tuple[str, str | None]:
    return document.state, document.detailed_state


def _gone(error: TaskNotFound, task: _Task, state: str, now: float) -> TaskNotFound:
    """The error of a task that was seen and is no longer there: its ID was right."""
    gone = copy(error)
    gone.message = (
        f"task {task.task_id} is gone: it was {state} {format_duration(now - task.seen)} ago, "
        "and the API does not know it any more"
    )
    gone.hint = None
    return gone
