"""Starts the installed `gtask` against a sandbox, for the tests of `list` and `ack`."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gcore_tasks_cli.sandbox.scenario import Fault, Scenario
from gcore_tasks_cli.sandbox.server import SandboxServer
from gcore_tasks_cli.sandbox.tasks import NEVER, SimulatedTask

GTASK = str(Path(sys.executable).with_name("gtask"))
_LIMIT_SECONDS = 60


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
    with SandboxServer(Scenario(tasks=tuple(tasks), faults=tuple(faults))) as server:
        yield server


def environment(server: SandboxServer, **more: str) -> dict[str, str]:
    """The environment of a user of this sandbox."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GCORE_", "GTASK_"))}
    here = {"GCORE_BASE_URL": server.base_url, "GCORE_API_KEY": server.api_key}
    path = os.pathsep.join([str(Path(GTASK).parent), os.environ["PATH"]])
    return {**kept, **here, "PATH": path, **more}


def gtask(
    server: SandboxServer, *arguments: str, stdin: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """What `gtask` says to these arguments."""
    return subprocess.run(
        [GTASK, *arguments],
        env=environment(server, **more),
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=_LIMIT_SECONDS,
        check=False,
    )


def shell(server: SandboxServer, command: str) -> subprocess.CompletedProcess[str]:
    """What a pipeline says; its status is that of the first command that failed."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env=environment(server),
        capture_output=True,
        encoding="utf-8",
        timeout=_LIMIT_SECONDS,
        check=False,
    )
