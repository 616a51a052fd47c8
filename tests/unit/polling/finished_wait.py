"""A wait that is over, in simulated time, and the answers that tests write down for it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from gcore_tasks_cli.polling.events import Event, Failed, Settled, Tick, Unfinished
from gcore_tasks_cli.polling.goal import Goal
from gcore_tasks_cli.polling.pace.schedule import Schedule
from gcore_tasks_cli.polling.port import Answer, Job, PageAnswer, TaskAnswer
from gcore_tasks_cli.polling.watcher import Watcher
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.times import Deadline
from tests.unit.documents import CREATED, document
from tests.unit.polling.scripted import Said, ScriptedPort

EventT = TypeVar("EventT", bound=Event)
# What the API says at a time about a task, or to a list, that is asked for the n-th time.
Say = Callable[[float, Job, int], Said[Answer]]
SIX = ["t0", "t1", "t2", "t3", "t4", "t5"]


class Wait:
    """A wait that is over: what was asked and what happened."""

    def __init__(
        self,
        say: Say,
        task_ids: Sequence[str] = ("a",),
        *,
        goal: Goal | None = None,
        timeout: float = 600.0,
        interval: float | None = 2.0,
        interrupt_at: float = float("inf"),
        suspended: tuple[float, float] | None = None,
        tick_seconds: float = 1.0,
    ) -> None:
        port: ScriptedPort[Job, Answer] = ScriptedPort(
            lambda job, n: say(port.clock, job, n), interrupt_at=interrupt_at, suspended=suspended
        )
        self.schedule = Schedule(interval)
        watcher = Watcher(
            task_ids,
            port,
            goal=goal or Goal(),
            deadline=Deadline.after(timeout, 0.0),
            schedule=self.schedule,
            uniform=lambda _low, high: high,
            tick_seconds=tick_seconds,
        )
        everything = list(watcher.run())
        self.ticks = [event for event in everything if isinstance(event, Tick)]
        self.events = [event for event in everything if not isinstance(event, Tick)]
        self.sent = port.sent

    def of(self, kind: type[EventT]) -> list[EventT]:
        return [event for event in self.events if isinstance(event, kind)]

    def asked(self, job: Job) -> list[float]:
        """When this was asked for."""
        return [time for time, sent in self.sent if sent == job]

    def lists(self) -> list[float]:
        """When the list of active tasks was asked for."""
        return [
            t for t, job in self.sent if not isinstance(job, str) and ("state", "NEW") in job[0]
        ]


def task(task_id: str, state: str = "RUNNING", **fields: object) -> Document:
    return document(task_id, state, created_on=CREATED.isoformat(), **fields)


def seen(document: Document, age: float | None = None) -> Said[Answer]:
    """The task, half a second later, and how old it is by the API's clock."""
    return 0.5, TaskAnswer(document, None if age is None else CREATED.timestamp() + age)


def page(*documents: Document) -> Said[Answer]:
    return 0.5, PageAnswer(list(documents), len(documents), CREATED.timestamp())


def state_at(time: float, *, ends: float, state: str = "FINISHED") -> str:
    return state if time >= ends else "RUNNING"


def outcomes(wait: Wait) -> list[tuple[str, str]]:
    endings = (Settled, Failed, Unfinished)
    return [(type(e).__name__, e.task_id) for e in wait.events if isinstance(e, endings)]
