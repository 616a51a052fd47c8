"""Sandboxes with many tasks, for the tests of `list` and `ack`."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from gcore_tasks_cli.sandbox.scenario import Fault, Scenario
from gcore_tasks_cli.sandbox.server import SandboxServer
from gcore_tasks_cli.sandbox.tasks import NEVER, SimulatedTask


def task_id(number: int) -> str:
    """The same ID for the same number."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"task {number}"))


def past(number: int, **more: object) -> SimulatedTask:
    """A task that is over, created `number` minutes and a bit ago."""
    fields = {"lasts": 5.0, "age": 60.0 * number + 30.0, **more}
    return SimulatedTask(task_id(number), **fields)  # type: ignore[arg-type]


def active(number: int, **more: object) -> SimulatedTask:
    """A task that does not end."""
    return past(number, ends=NEVER, **more)


def failed(number: int, error: str) -> SimulatedTask:
    """A task that ended in ERROR."""
    return past(number, ends="ERROR", error=error)


@contextmanager
def sandbox(
    tasks: Sequence[SimulatedTask], faults: Sequence[Fault] = ()
) -> Iterator[SandboxServer]:
    """A sandbox with these tasks."""
    scenario = Scenario(tasks=tuple(tasks), faults=tuple(faults))
    with SandboxServer(scenario, from_first_request=True) as server:
        yield server
