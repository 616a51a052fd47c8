"""Drives tasks to their end with an injected way to ask and to wait; yields events.

Few tasks are asked for one by one, each at its best time; many by lists (`roster`). Each ID gets
exactly one of `Settled`, `Failed` and `Unfinished`, whatever the network does. A settled task is
never asked for again, and nothing is asked after the deadline.
"""

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gcore_tasks_cli.errors import ApiError, KeyRefused, TaskNotFound
from gcore_tasks_cli.polling.batch import FEWEST_TASKS, SHORTEST_ROUND_SECONDS, Roster, Round
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
from gcore_tasks_cli.polling.goal import Following, Goal
from gcore_tasks_cli.polling.outage import Outage
from gcore_tasks_cli.polling.pace.schedule import Schedule, Uniform, backoff
from gcore_tasks_cli.polling.port import Answer, Job, PageAnswer, Port, Reply, TaskAnswer
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.ids import can_be_asked_for
from gcore_tasks_cli.tasks.page_request import PageRequest
from gcore_tasks_cli.times import parse_epoch

# A round of lists may take so long; then single requests go on without it for so long.
_LATE_SECONDS = 3.0
_REST_OF_LISTS_SECONDS = 60.0
# How often a wait that follows looks for new tasks.
_ADOPTION_SECONDS = 5.0
# Stands for the list where IDs of tasks stand else; no ID is empty.
_LIST = ""


@dataclass(slots=True)
class _Task:
    task_id: str
    document: Document | None = None
    born: float | None = None  # creation, on this process's clock
    failures: int = 0
    times_missing: int = 0  # since it was last seen
    error: ApiError | None = None
    entry: int = 0  # which of its entries in the queue is the right one
    alone: bool = False  # to be asked for by itself, whatever a list may say


class Watcher:
    """One wait for a set of tasks."""

    def __init__(
        self,
        task_ids: Sequence[str],
        port: Port[Job, Answer],
        *,
        goal: Goal,
        schedule: Schedule,
        uniform: Uniform,
        tick_seconds: float = 1.0,
    ) -> None:
        self._port = port
        self._goal = goal
        self._schedule = schedule
        self._uniform = uniform
        self._tick_seconds = tick_seconds
        self._started = port.now()
        self._deadline = self._started + goal.timeout_seconds
        self._following = goal.following
        self._next_adoption = self._started + _ADOPTION_SECONDS
        self._adopted: set[str] = set()
        self._open: dict[str, _Task] = {}
        self._due: list[tuple[float, int, str]] = []
        self._entries = 0
        self._roster = Roster()
        # Lists are compared in lower case; of IDs that differ in case only, one is looked up there.
        self._listed: dict[str, str] = {}
        self._hidden: set[str] = set()
        for task_id in task_ids:
            self._adopt(self._started, task_id)
        self._next_round = self._late_at = self._lists_again_at = self._started
        self._list_error: ApiError | None = None
        self._sent: dict[Job, float] = {}  # when, of what is under way
        self._outage = Outage(self._started, uniform)
        self._stop: StopReason | None = None

    def run(self) -> Iterator[Event]:
        """The events of the wait; the last one is `Stopped`."""
        next_tick = self._started
        while (self._open or self._following) and self._stop is None:
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
                until = min(self._next_due(), self._adoption_due(), next_tick, self._deadline)
                for reply in self._port.wait(until):
                    yield from self._take(reply)
                    if self._is_stopped():
                        break
        now = self._port.now()
        for task in self._open.values():
            yield Unfinished(now, task.task_id, task.document, task.error or self._list_error)
        yield Stopped(now, self._stop or StopReason.ALL_SETTLED)

    def _is_stopped(self) -> bool:
        return self._stop is not None

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
        if self._following is None or self._following.page in self._sent:
            return self._deadline
        return max(self._next_adoption, self._outage.not_before)

    def _ask(self, now: float) -> None:
        if self._roster.is_reading and now >= self._late_at:
            # Nobody shall wait for a list that hangs: one by one, for a while.
            self._roster.fail(transient=True)
            self._lists_again_at = now + _REST_OF_LISTS_SECONDS
        if self._following is not None and self._adoption_due() <= now:
            self._next_adoption = now + _ADOPTION_SECONDS
            self._submit(self._following.page, now)
        while (task := self._first_due()) is not None:
            if self._next_due() > now:
                return
            if self._goes_by_list(task):
                self._begin_round(now)
                return
            heapq.heappop(self._due)
            self._submit(task.task_id, now)

    def _submit(self, job: Job, now: float) -> None:
        self._sent[job] = now
        self._port.submit(job)

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
        if task is None or (self._outage.is_probing and self._sent):
            return self._deadline
        then = max(self._due[0][0], self._outage.not_before)
        if not self._goes_by_list(task):
            return then
        return self._late_at if self._roster.is_reading else max(then, self._next_round)

    def _goes_by_list(self, task: _Task) -> bool:
        return not task.alone and task.task_id not in self._hidden and self._are_many()

    def _are_many(self) -> bool:
        """Whether a list pays: it answers for enough tasks at once."""
        if self._port.now() < self._lists_again_at:
            return False
        is_worth_it = len(self._open) - len(self._hidden) >= FEWEST_TASKS
        return is_worth_it and self._roster.is_useful and self._goal.until_final

    def _begin_round(self, now: float) -> None:
        self._next_round = now + (self._schedule.interval or SHORTEST_ROUND_SECONDS)
        self._late_at = now + _LATE_SECONDS
        wanted = {
            key: self._open[task_id].document
            for key, task_id in self._listed.items()
            if task_id in self._open
        }
        self._listed = {key: self._listed[key] for key in wanted}
        for request in self._roster.begin(wanted):
            self._submit(request, now)

    def _take(self, reply: Reply[Job, Answer]) -> Iterator[Event]:
        job, answer = reply.job, reply.answer
        now = self._port.now()
        sent = self._sent.pop(job, now)  # a page may be asked for again before it comes
        if isinstance(job, PageRequest):
            yield from self._take_page(now, sent, job, answer)
            return
        task = self._open.get(job)
        if task is None:
            return
        if isinstance(answer, TaskAnswer):
            yield from self._take_single(now, task, answer)
        elif isinstance(answer, ApiError):
            if answer.transient:
                self._outage.failed(now, sent, is_told_when=answer.retry_after is not None)
            yield from self._take_error(now, task, answer)

    def _take_single(self, now: float, task: _Task, answer: TaskAnswer) -> Iterator[Event]:
        if task.alone and not answer.document.is_final and self._goal.until_final:
            # It is under way, and the list does not show it.
            self._hidden.add(task.task_id)
            if 2 * len(self._hidden) > len(self._open):
                self._roster.is_useful = False
        task.alone = False
        self._roster.single_worked()
        yield from self._take_document(now, task, answer)

    def _take_page(
        self, now: float, sent: float, request: PageRequest, answer: object
    ) -> Iterator[Event]:
        if self._following is not None and request == self._following.page:
            yield from self._take_following(now, sent, self._following, answer)
            return
        if not self._roster.owns(request):
            if isinstance(answer, PageAnswer):
                self._schedule.expectations.learn(answer.documents)
            return  # what could not be learned is done without
        if isinstance(answer, ApiError):
            yield from self._take_list_error(now, sent, answer)
        elif isinstance(answer, PageAnswer):
            for more in self._roster.take(request, answer):
                self._submit(more, now)
            if (result := self._roster.result()) is not None:
                yield from self._take_round(now, result)

    def _take_following(
        self, now: float, sent: float, following: Following, answer: object
    ) -> Iterator[Event]:
        if isinstance(answer, PageAnswer):
            yield from self._trouble_over(now, _LIST)
            for document in answer.documents:
                if document.is_final or not can_be_asked_for(document.id):
                    continue
                if following.keeps(document):
                    self._adopt(now, document.id)
        elif isinstance(answer, ApiError) and answer.transient:
            self._outage.failed(now, sent)
            if self._outage.trouble(now, _LIST):
                yield TroubleBegan(now, answer)
        elif isinstance(answer, ApiError):
            self._following = None
            yield Failed(now, _LIST, answer, None)

    def _take_round(self, now: float, result: Round) -> Iterator[Event]:
        self._list_error = None
        yield from self._trouble_over(now, _LIST)
        for key, answer in result.answers.items():
            task = self._open.get(self._listed[key])
            if task is not None and self._stop is None:
                self._hidden.discard(task.task_id)
                yield from self._take_document(now, task, answer)
        for key in result.to_ask:
            task = self._open.get(self._listed[key])
            if task is not None and task.task_id not in self._sent:
                if task.task_id not in self._hidden:
                    self._schedule_at(now, task)
                task.alone = True

    def _take_list_error(self, now: float, sent: float, error: ApiError) -> Iterator[Event]:
        self._roster.fail(transient=error.transient)
        if not error.transient:
            return  # one by one, then; what is wrong shows there, if it is wrong for tasks too
        if not self._roster.is_useful:
            yield from self._trouble_over(now, _LIST)
            return
        self._list_error = error
        self._outage.failed(now, sent)
        if self._outage.trouble(now, _LIST):
            yield TroubleBegan(now, error)
        if error.retry_after is not None:
            self._outage.retry_after(now, error.retry_after)
        self._next_round = now + self._outage.pause()
        # One task by itself tells whether it is the list or the network: before all that is due.
        probe = self._first_due()
        if probe is not None and not self._sent:
            probe.alone = True
            self._schedule_at(-math.inf, probe)

    def _take_document(self, now: float, task: _Task, answer: TaskAnswer) -> Iterator[Event]:
        task.failures, task.times_missing, task.error = 0, 0, None
        self._outage.answered(now)
        yield from self._trouble_over(now, task.task_id)
        previous, document = task.document, answer.document
        task.document = document
        if task.born is None:
            task.born = now - _age_seconds(answer)
        age = now - task.born
        if previous is None or _shown_state(previous) != _shown_state(document):
            yield Changed(now, task.task_id, document, previous, age)
        if document.is_final or not self._goal.until_final:
            del self._open[task.task_id]
            self._hidden.discard(task.task_id)
            self._schedule.expectations.saw_end(document)
            yield Settled(now, task.task_id, document)
            if document.is_final and self._goal.any_one:
                self._stop = StopReason.ANY
            elif document.state == "ERROR" and self._goal.fail_fast:
                self._stop = StopReason.FAIL_FAST
        else:
            self._look_again(now, age, task, document.task_type)

    def _look_again(self, now: float, age: float, task: _Task, task_type: str | None) -> None:
        if self._schedule.interval is None:
            question = self._schedule.expectations.question(task_type, age)
            if question is not None:
                self._submit(question, now)
        sharing = len(self._open) if self._are_many() else 1
        then = self._schedule.next_check(now, age, self._deadline, task_type, sharing)
        self._schedule_at(then, task)

    def _take_error(self, now: float, task: _Task, error: ApiError) -> Iterator[Event]:
        task.failures += 1
        task.error = error
        if isinstance(error, KeyRefused) and error.status == 401:
            # The key is one for all of them: no other ID could fare better.
            for other in list(self._open.values()):
                yield from self._give_up(now, other, error)
            return
        pause = backoff(task.failures, self._uniform)
        task.alone = True  # a list says nothing about what is wrong with it
        may_pass = error.transient
        if isinstance(error, TaskNotFound):
            task.times_missing += 1
        if isinstance(error, TaskNotFound) and task.document and task.times_missing == 1:
            # What was there a moment ago may be missing in one replica; if the next check does
            # not find it either, it is gone.
            may_pass = True
            pause = self._schedule.gap(now - (task.born or now))
        if error.retry_after is not None:
            pause = max(error.retry_after, backoff(1, self._uniform))
        if not may_pass or self._tries_are_over(now + pause, task):
            yield from self._give_up(now, task, error)
            return
        if error.transient and self._outage.trouble(now, task.task_id):
            yield TroubleBegan(now, error)
        if error.retry_after is not None:
            # Asked of this client, not of this task.
            self._outage.retry_after(now, error.retry_after)
        self._schedule_at(now + pause, task)

    def _tries_are_over(self, next_try: float, task: _Task) -> bool:
        if self._goal.most_tries is None:
            return False
        return task.failures >= self._goal.most_tries or next_try >= self._deadline

    def _give_up(self, now: float, task: _Task, error: ApiError) -> Iterator[Event]:
        del self._open[task.task_id]
        self._hidden.discard(task.task_id)
        yield Failed(now, task.task_id, error, task.document)
        # Not `trouble over`: this task never answered again.
        self._outage.forget(task.task_id)

    def _trouble_over(self, now: float, task_id: str) -> Iterator[Event]:
        if (seconds := self._outage.recovered(now, task_id)) is not None:
            yield TroubleOver(now, seconds)

    def _schedule_at(self, then: float, task: _Task) -> None:
        self._entries += 1
        task.entry = self._entries
        heapq.heappush(self._due, (then, task.entry, task.task_id))


def _age_seconds(answer: TaskAnswer) -> float:
    """The task's age on the server's own clock; 0 where that cannot be told."""
    created = parse_epoch(answer.document.fields.get("created_on"))
    if created is None or answer.server_time is None:
        return 0.0
    return max(0.0, answer.server_time - created)


def _shown_state(document: Document) -> tuple[str, str | None]:
    return document.state, document.detailed_state
