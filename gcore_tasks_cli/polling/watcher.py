"""Drives tasks to their end with an injected way to ask and to wait; yields events.

Each ID gets exactly one of `Settled`, `Failed` and `Unfinished`, whatever the network does. A
settled task is never asked for again, and nothing is asked after the deadline.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from gcore_tasks_cli.answers import TaskAnswer
from gcore_tasks_cli.documents import Document
from gcore_tasks_cli.errors import ApiError, KeyRefused, TaskNotFound
from gcore_tasks_cli.fetcher import Reply
from gcore_tasks_cli.polling.events import (
    Changed,
    Event,
    Failed,
    Settled,
    Stopped,
    StopReason,
    Tick,
    TroubleBegan,
    TroubleOver,
    Unfinished,
)
from gcore_tasks_cli.polling.schedule import Schedule, Uniform, backoff
from gcore_tasks_cli.times import parse_epoch

# After so many failures in a row, whichever tasks they were for, one request at a time probes.
_PROBE_AFTER_FAILURES = 4


class Port(Protocol):
    """The way to the API, and the only place where time passes; `fetcher.Fetcher` is the real one.

    `wait` returns replies as soon as there are any, and none at the time `until` or once
    `interrupted` is set.
    """

    interrupted: int | None

    def now(self) -> float:
        """Seconds on a clock that never jumps."""
        ...

    def submit(self, task_id: str) -> None:
        """Asks for one task."""
        ...

    def wait(self, until: float) -> list[Reply[str, TaskAnswer]]:
        """Lets time pass."""
        ...


@dataclass(frozen=True, slots=True)
class Aim:
    """What ends a wait.

    `until_final` waits for FINISHED or ERROR; without it one answer for each task is enough, and
    then `most_tries` bounds the requests for each.
    """

    until_final: bool = True
    timeout_seconds: float = 7200.0
    fail_fast: bool = False
    any_one: bool = False
    most_tries: int | None = None


# `get` and its kin: one answer each, "a few times within 20 s".
ONE_ANSWER = Aim(until_final=False, timeout_seconds=20.0, most_tries=5)


@dataclass(slots=True)
class _Task:
    task_id: str
    document: Document | None = None
    born: float | None = None  # creation, on this process's clock
    failures: int = 0
    error: ApiError | None = None


class Watcher:
    """One wait for a set of tasks."""

    def __init__(
        self,
        task_ids: Sequence[str],
        port: Port,
        *,
        aim: Aim,
        schedule: Schedule,
        uniform: Uniform,
        tick_seconds: float = 1.0,
    ) -> None:
        self._port = port
        self._aim = aim
        self._schedule = schedule
        self._uniform = uniform
        self._tick_seconds = tick_seconds
        self._started = port.now()
        self._deadline = self._started + aim.timeout_seconds
        self._open = {task_id: _Task(task_id) for task_id in task_ids}
        self._due = [(self._started, order, task_id) for order, task_id in enumerate(self._open)]
        self._order = len(self._due)
        self._sent: dict[str, float] = {}  # when, of what is under way
        self._troubled: set[str] = set()
        self._trouble_began = 0.0
        self._failures_in_a_row = 0
        self._rounds_of_failure = 0
        self._round_began = self._started
        self._backoff_until = self._started
        self._retry_after_until = self._started
        self._stop: StopReason | None = None

    def run(self) -> Iterator[Event]:
        """The events of the wait; the last one is `Stopped`."""
        next_tick = self._started
        while self._open and self._stop is None:
            now = self._port.now()
            if self._port.interrupted is not None:
                self._stop = StopReason.INTERRUPTED
            elif now >= self._deadline:
                self._stop = StopReason.DEADLINE
            else:
                if now >= next_tick:
                    next_tick = now + self._tick_seconds
                    yield Tick(now)
                self._ask(now)
                for reply in self._port.wait(min(self._next_due(), next_tick, self._deadline)):
                    yield from self._take(reply)
                    if self._is_stopped():
                        break
        now = self._port.now()
        for task in self._open.values():
            yield Unfinished(now, task.task_id, task.document, task.error)
        yield Stopped(now, self._stop or StopReason.ALL_SETTLED)

    def _is_stopped(self) -> bool:
        return self._stop is not None

    def _ask(self, now: float) -> None:
        while self._due and max(self._due[0][0], self._not_before()) <= now:
            if self._is_probing() and self._sent:
                return
            _, _, task_id = heapq.heappop(self._due)
            if task_id in self._open:
                self._sent[task_id] = now
                self._port.submit(task_id)

    def _next_due(self) -> float:
        if not self._due or (self._is_probing() and self._sent):
            return self._deadline
        return max(self._due[0][0], self._not_before())

    def _not_before(self) -> float:
        return max(self._backoff_until, self._retry_after_until)

    def _is_probing(self) -> bool:
        return self._failures_in_a_row >= _PROBE_AFTER_FAILURES

    def _take(self, reply: Reply[str, TaskAnswer]) -> Iterator[Event]:
        sent = self._sent.pop(reply.job)
        now = self._port.now()
        task = self._open.get(reply.job)
        if task is None:
            return
        if isinstance(reply.answer, TaskAnswer):
            yield from self._take_document(now, task, reply.answer)
        else:
            if reply.answer.passing:
                self._count_failure(now, sent)
            yield from self._take_error(now, task, reply.answer)

    def _take_document(self, now: float, task: _Task, answer: TaskAnswer) -> Iterator[Event]:
        task.failures, task.error = 0, None
        self._failures_in_a_row = self._rounds_of_failure = 0
        self._backoff_until = now
        yield from self._trouble_over(now, task.task_id)
        previous, document = task.document, answer.document
        task.document = document
        if task.born is None:
            task.born = now - _age_seconds(answer)
        age = now - task.born
        if previous is None or _shown_state(previous) != _shown_state(document):
            yield Changed(now, task.task_id, document, previous, age)
        if document.is_final or not self._aim.until_final:
            del self._open[task.task_id]
            yield Settled(now, task.task_id, document)
            if document.is_final and self._aim.any_one:
                self._stop = StopReason.ANY
            elif document.state == "ERROR" and self._aim.fail_fast:
                self._stop = StopReason.FAIL_FAST
        else:
            self._schedule_at(self._schedule.next_check(now, age, self._deadline), task)

    def _take_error(self, now: float, task: _Task, error: ApiError) -> Iterator[Event]:
        task.failures += 1
        task.error = error
        if isinstance(error, KeyRefused) and error.status == 401:
            # The key is one for all of them: no other ID could fare better.
            for other in list(self._open.values()):
                yield from self._give_up(now, other, error)
            return
        pause = backoff(task.failures, self._uniform)
        may_pass = error.passing
        if isinstance(error, TaskNotFound) and task.document is not None and task.failures == 1:
            # What was there a moment ago may be missing in one replica; if the next check does
            # not find it either, it is gone.
            may_pass = True
            pause = self._schedule.gap(now - (task.born or now))
        if error.retry_after is not None:
            pause = max(error.retry_after, pause)
        if not may_pass or self._tries_are_over(now + pause, task):
            yield from self._give_up(now, task, error)
            return
        if error.passing:
            if not self._troubled:
                self._trouble_began = now
                yield TroubleBegan(now, error)
            self._troubled.add(task.task_id)
        if error.retry_after is not None:
            # Asked of this client, not of this task.
            self._retry_after_until = max(self._retry_after_until, now + error.retry_after)
        self._schedule_at(now + pause, task)

    def _count_failure(self, now: float, sent: float) -> None:
        """Those under way together fail together: that is one round, however many tasks it hit."""
        self._failures_in_a_row += 1
        if sent >= self._round_began:
            self._round_began = now
            self._rounds_of_failure += 1
            if self._is_probing():
                self._backoff_until = now + backoff(self._rounds_of_failure, self._uniform)

    def _tries_are_over(self, next_try: float, task: _Task) -> bool:
        if self._aim.most_tries is None:
            return False
        return task.failures >= self._aim.most_tries or next_try >= self._deadline

    def _give_up(self, now: float, task: _Task, error: ApiError) -> Iterator[Event]:
        del self._open[task.task_id]
        yield Failed(now, task.task_id, error, task.document)
        # Not `trouble over`: this task never answered again.
        self._troubled.discard(task.task_id)

    def _trouble_over(self, now: float, task_id: str) -> Iterator[Event]:
        if task_id in self._troubled:
            self._troubled.remove(task_id)
            if not self._troubled:
                yield TroubleOver(now, now - self._trouble_began)

    def _schedule_at(self, then: float, task: _Task) -> None:
        self._order += 1
        heapq.heappush(self._due, (then, self._order, task.task_id))


def _age_seconds(answer: TaskAnswer) -> float:
    """The task's age on the server's own clock; 0 where that cannot be told."""
    created = parse_epoch(answer.document.fields.get("created_on"))
    if created is None or answer.server_time is None:
        return 0.0
    return max(0.0, answer.server_time - created)


def _shown_state(document: Document) -> tuple[str, str | None]:
    return document.state, document.detailed_state
