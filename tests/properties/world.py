"""An API with faults and rate limits in simulated time: a `Port` whose clock moves only in `wait`.

Times of tasks and faults are in seconds since the world began. It records what is asked of it,
and asserts what must hold for every request: none after the deadline, never more than 16 in
flight, no busy loop.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from gcore_tasks_cli.errors import ApiError, KeyRefused, NoAnswer, TaskNotFound
from gcore_tasks_cli.polling.jobs import (
    Acknowledge,
    AcknowledgeAll,
    Answer,
    GetTask,
    Job,
    ListPage,
)
from gcore_tasks_cli.tasks.document import Document, parse_task

# The port's clock and the server's have nothing in common but their speed.
START = 1000.0
EPOCH = 1_780_000_000
MOST_IN_FLIGHT = 16
MOST_A_PAGE = 1000
_MOST_WAITS_AT_ONCE = 300
_SAME_INSTANT = 1e-6
FOR_GOOD = 1e9
# Where a fault may be: in every request, in lists, in requests for single tasks, or in those for
# the task of this ID.
EVERYTHING, LISTS, SINGLES = "everything", "lists", "singles"
_PERMANENT: dict[str, tuple[int, type[ApiError]]] = {
    "302": (302, NoAnswer),
    "400": (400, NoAnswer),
    "401": (401, KeyRefused),
    "403": (403, KeyRefused),
    "404": (404, TaskNotFound),
}
_TRANSIENT = {"reset": None, "cut short": 200, "nonsense": 200, "odd 404": 404}
# With how many tasks they say that there are.
_ODD_LISTS = {"hidden": 0, "empty": 0, "endless": 10**9}


class SimulatedTask(NamedTuple):
    """A task that is `active` from its creation (negative: before the world began) to its end."""

    id: str
    end: float = math.inf
    created: float = 0.0
    final: str = "FINISHED"
    active: str = "RUNNING"
    task_type: str | None = None


class Fault(NamedTuple):
    """What goes wrong from `begin` to `end`: with each `every`-th request, at most `times`.

    `kind` is a status; `reset`, `cut short` or `nonsense`, which the port reports as transient;
    `hang`, which gives no answer; `odd 404`, which is not the API's own; or of lists `hidden`
    (each second task is missing), `empty`, `endless` (of a billion tasks). With status 200 the
    answer is good.
    """

    begin: float
    end: float
    kind: str = "503"
    on: str = EVERYTHING
    retry_after: float | None = None
    every: int = 1
    times: float = math.inf

    def concerns(self, job: Job) -> bool:
        """Whether this request may meet the fault."""
        if self.on in (EVERYTHING, LISTS) or not isinstance(job, (GetTask, Acknowledge)):
            return self.on == EVERYTHING or (self.on == LISTS) == isinstance(job, ListPage)
        return self.on in (SINGLES, job.task_id)

    def error(self) -> ApiError:
        """What a request that meets it gets."""
        message = f"simulated: {self.kind}"
        if self.kind in _PERMANENT:
            code, noun = _PERMANENT[self.kind]
            return noun(message, status=code, retry_after=self.retry_after)
        status = _TRANSIENT[self.kind] if self.kind in _TRANSIENT else int(self.kind)
        return NoAnswer(message, status=status, transient=True, retry_after=self.retry_after)


@dataclass
class RateLimit:
    """So many requests a second: a bucket that holds one second's worth, or fixed windows.

    `retry_after` is what a 429 says: seconds, None, or `date`, which has whole seconds only.
    """

    rate: float
    is_window: bool = False
    retry_after: float | str | None = None
    _used: float = 0.0
    _seen: float = 0.0

    def refuses(self, at: float) -> bool:
        """Takes in a request: whether it is one too many."""
        if self.is_window:
            self._used = self._used if int(at) == int(self._seen) else 0.0
        else:
            self._used = max(0.0, self._used - (at - self._seen) * self.rate)
        self._seen = at
        if self._used > self.rate - 1 + 1e-9:
            return True
        self._used += 1
        return False

    def error(self, at: float) -> ApiError:
        """The 429 of a request at this time."""
        after = self.retry_after
        seconds = math.ceil(at + 1e-9) - at if isinstance(after, str) else after
        return Fault(0, 0, "429", retry_after=seconds).error()


class Request(NamedTuple):
    """A request that was sent at this time of the world: did it meet no fault and no limit?

    If it did, may another try help (`is_transient`)?
    """

    at: float
    job: Job
    is_good: bool
    is_transient: bool


@dataclass
class World:
    """The API, and a port to it."""

    tasks: Sequence[SimulatedTask]
    faults: Sequence[Fault] = ()
    limit: RateLimit | None = None
    latency: float = 0.05
    interrupt_at: float = math.inf
    suspend_at: float = math.inf  # the machine sleeps from then on, for so long
    suspend_seconds: float = 0.0
    last_look_seconds: float = 0.0  # how long may be asked after a suspend beyond the deadline

    interrupted: int | None = None
    deadline: float = math.inf
    requests: list[Request] = field(default_factory=list)
    cancels: list[tuple[float, int]] = field(default_factory=list)
    waits: list[tuple[float, float, int]] = field(default_factory=list)  # at, until, replies
    retry_afters: list[tuple[float, float]] = field(default_factory=list)  # said at, over at
    idle_wakes: list[float] = field(default_factory=list)
    _clock: float = START
    _numbers: set[int] = field(default_factory=set)
    _in_flight: dict[int, tuple[float, Answer | ApiError]] = field(default_factory=dict)
    _hits: dict[int, int] = field(default_factory=dict)
    _waits_here: int = 0
    _has_progress: bool = True

    def __post_init__(self) -> None:
        self._by_id = {task.id: task for task in self.tasks}
        self._newest_first = sorted(self.tasks, key=lambda task: -task.created)

    @property
    def time(self) -> float:
        """Seconds since the world began."""
        return self._clock - START

    def made_progress(self) -> None:
        """Takes in that a wake-up was good for something."""
        self._has_progress = True

    def singles(self, task_id: str | None = None) -> list[float]:
        """When tasks were asked for one by one, or this one was."""
        asked = (r for r in self.requests if isinstance(r.job, GetTask))
        return [r.at for r in asked if task_id in (None, r.job.task_id)]  # type: ignore[union-attr]

    def lists(self) -> list[Request]:
        """The requests for a list, without those for the history of one type of task."""
        pages = [r for r in self.requests if isinstance(r.job, ListPage)]
        return [r for r in pages if "task_type" not in dict(r.job.parameters)]  # type: ignore[union-attr]

    # The port

    def now(self) -> float:
        return self._clock

    def submit(self, number: int, job: Job) -> None:
        assert self._clock < self.deadline, f"{job} is asked for after the deadline"
        assert number not in self._numbers, f"request {number} is not the only one"
        assert len(self._in_flight) < MOST_IN_FLIGHT, f"{job} is one too many in flight"
        self._numbers.add(number)
        self._has_progress = True
        fault = self._fault_of(job)
        hangs = fault is not None and fault.kind == "hang"
        answer = self._answer(job, fault)
        is_good = not hangs and not isinstance(answer, ApiError)
        is_transient = hangs or (isinstance(answer, ApiError) and answer.transient)
        self.requests.append(Request(self.time, job, is_good, is_transient))
        due = math.inf if hangs else self._clock + self.latency
        self._in_flight[number] = (due, answer)
        if answer is not None and answer.retry_after is not None:
            self.retry_afters.append((self.time, due - START + answer.retry_after))

    def cancel(self, number: int) -> None:
        # Its reply may be on its way already.
        assert number in self._numbers, f"request {number} was never sent"
        self._in_flight.pop(number, None)
        self.cancels.append((self.time, number))
        self._has_progress = True

    def wait(self, until: float) -> dict[int, Answer | ApiError]:
        began = self._clock
        if not self._has_progress:
            self.idle_wakes.append(self.time)
        if self.interrupted is None:
            self._pass_time(until)
        due = sorted((at, n) for n, (at, _) in self._in_flight.items() if at <= self._clock)
        replies = {number: self._in_flight.pop(number)[1] for _, number in due}
        self._watch_for_busy_loops(began, until, len(replies))
        return replies

    def _pass_time(self, until: float) -> None:
        target = min([until, *(due for due, _ in self._in_flight.values())])
        if target >= START + self.interrupt_at:
            self.interrupted = 2
            target = START + self.interrupt_at
        if target >= START + self.suspend_at:
            self.suspend_at, woken = math.inf, START + self.suspend_at + self.suspend_seconds
            if woken > self.deadline:
                self.deadline = woken + self.last_look_seconds
            target = max(target, woken)
        assert target < math.inf, "waits for nothing, for ever"
        self._clock = max(self._clock, target)

    def _watch_for_busy_loops(self, began: float, until: float, replies: int) -> None:
        is_same = bool(self.waits) and self._clock - self.waits[-1][0] <= _SAME_INSTANT
        self._waits_here = self._waits_here + 1 if is_same else 0
        assert self._waits_here < _MOST_WAITS_AT_ONCE, f"a busy loop at {self.time}"
        is_idle = not replies and self.interrupted is None and self._clock == began
        assert not (is_idle and not self._has_progress), f"waits twice for nothing at {self.time}"
        self.waits.append((self._clock, until, replies))
        self._has_progress = replies > 0

    # The API

    def _fault_of(self, job: Job) -> Fault | None:
        for place, fault in enumerate(self.faults):
            if fault.begin <= self.time < fault.end and fault.concerns(job):
                self._hits[place] = met = self._hits.get(place, 0) + 1
                if met % fault.every == 0 and met <= fault.times * fault.every:
                    return fault
        return None

    def _answer(self, job: Job, fault: Fault | None) -> Answer | ApiError:
        if fault is None and self.limit is not None and self.limit.refuses(self.time):
            return self.limit.error(self.time)
        good = self._good(job)
        if fault is None or fault.kind == "hang":
            return good
        if fault.kind == "200" and isinstance(good, Answer):
            return good._replace(retry_after=fault.retry_after)
        if fault.kind not in _ODD_LISTS:
            return fault.error()
        if not isinstance(job, ListPage) or isinstance(good, ApiError):
            return good
        kept = good.documents[::2] if fault.kind == "hidden" else []
        return good._replace(documents=kept, total=max(len(kept), _ODD_LISTS[fault.kind]))

    def _good(self, job: Job) -> Answer | ApiError:
        server_time = float(int(EPOCH + self.time))
        if isinstance(job, AcknowledgeAll):
            return Answer([], 0, server_time)
        if isinstance(job, ListPage):
            assert 0 < job.limit <= MOST_A_PAGE
            assert job.offset >= 0
            listed = list(self._listed(job))
            page = listed[job.offset : job.offset + job.limit]
            now = self.time
            documents = [_document(task, task.end <= now) for task in page]
            return Answer(documents, len(listed), server_time)
        task = self._by_id.get(job.task_id)
        if task is None or task.created > self.time:
            return TaskNotFound("no such task", status=404)
        return Answer([_document(task, task.end <= self.time)], 1, server_time)

    def _listed(self, page: ListPage) -> Iterable[SimulatedTask]:
        chosen = dict(page.parameters)
        states = {value for name, value in page.parameters if name == "state"}
        first = _seconds(chosen.get("from_timestamp"), -math.inf)
        last = _seconds(chosen.get("to_timestamp"), math.inf)
        in_order = chosen.get("order_by", "desc") == "desc"
        now = self.time
        for task in self._newest_first if in_order else reversed(self._newest_first):
            state = task.final if task.end <= now else task.active
            if (
                first <= math.floor(task.created) <= last
                and task.created <= now
                and (not states or state in states)
                and chosen.get("task_type", task.task_type) == task.task_type
            ):
                yield task


def _seconds(time: object, default: float) -> float:
    return default if time is None else datetime.fromisoformat(str(time)).timestamp() - EPOCH


def _timestamp(seconds: float) -> str:
    # Whole seconds, as the API has them.
    return datetime.fromtimestamp(EPOCH + math.floor(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(maxsize=10_000)
def _document(task: SimulatedTask, has_ended: bool) -> Document:
    fields = {
        "id": task.id,
        "state": task.final if has_ended else task.active,
        "task_type": task.task_type,
        "created_on": _timestamp(task.created),
        "finished_on": _timestamp(task.end) if has_ended else None,
    }
    return parse_task(json.dumps(fields))
