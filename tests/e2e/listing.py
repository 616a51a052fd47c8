"""Sandboxes with many tasks, for the tests of `list` and `ack`."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from gcore_tasks_cli.sandbox.server import SandboxServer
from gcore_tasks_cli.sandbox.tasks import NEVER, SimulatedTask
from tests.servers.rare_faults import scenario_of


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
    tasks: Sequence[SimulatedTask], faults: Sequence[Mapping[str, object]] = ()
) -> Iterator[SandboxServer]:
    """A sandbox with these tasks, and with faults as a scenario file describes them."""
    scenario = replace(scenario_of(defaults=False, faults=faults), tasks=tuple(tasks))
    with SandboxServer(scenario, from_first_request=True) as server:
        yield server
