"""Sandboxes with many tasks, for the tests of `list` and `ack`."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tests.servers.sandbox import SandboxServer, scenario_of


def task_id(number: int) -> str:
    """The same ID for the same number."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"task {number}"))


def past(number: int, **more: object) -> dict[str, Any]:
    """A task that is over, created `number` minutes and a bit ago."""
    return {"id": task_id(number), "lasts": 5.0, "age": 60.0 * number + 30.0, **more}


def active(number: int, **more: object) -> dict[str, Any]:
    """A task that does not end."""
    return past(number, ends="NEVER", **more)


def failed(number: int, error: str) -> dict[str, Any]:
    """A task that ended in ERROR."""
    return past(number, ends="ERROR", error=error)


@contextmanager
def sandbox(
    tasks: Sequence[Mapping[str, object]], faults: Sequence[Mapping[str, object]] = ()
) -> Iterator[SandboxServer]:
    """A sandbox with these tasks, and with faults as a scenario file describes them."""
    with SandboxServer(scenario_of(tasks=tasks, faults=faults), from_first_request=True) as server:
        yield server
