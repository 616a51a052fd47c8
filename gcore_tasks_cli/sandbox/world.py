"""The tasks of a running sandbox, and what write calls have done to them."""

import threading
import uuid
from dataclasses import replace
from typing import Any

from gcore_tasks_cli.sandbox.builtin_tasks import live_tasks
from gcore_tasks_cli.sandbox.scenario import Scenario
from gcore_tasks_cli.sandbox.tasks import USER_ID, SimulatedTask, timestamp


class World:
    """All tasks of a sandbox, as requests have changed them. Hold `lock` while using it."""

    def __init__(self, scenario: Scenario, epoch: float) -> None:
        self.api_key = scenario.api_key
        self._started = scenario.started
        self.epoch = epoch
        self.lock = threading.Lock()
        # Newest first, as the API lists them.
        self._tasks = {
            task.id: task
            for task in sorted((*scenario.tasks, *scenario.past), key=lambda task: task.age)
        }
        self._acknowledged: dict[str, str] = {}
        self._rendered: dict[tuple[str, int, str | None], dict[str, Any]] = {}

    def find(self, task_id: str, now: float) -> SimulatedTask | None:
        """The task with this ID, unless it has vanished."""
        task = self._tasks.get(task_id)
        return task if task is not None and _is_there(task, now) else None

    def all(self, now: float) -> list[SimulatedTask]:
        """All tasks, newest first."""
        return [task for task in self._tasks.values() if _is_there(task, now)]

    def document(self, task: SimulatedTask, now: float) -> dict[str, Any]:
        """The task's document now; the same object until something changes."""
        key = (task.id, task.phase(now), self._acknowledged.get(task.id))
        if key not in self._rendered:
            document = task.document_at(now, self.epoch)
            if key[2] is not None:
                document |= {"acknowledged_at": key[2], "acknowledged_by": USER_ID}
            self._rendered[key] = document
        return self._rendered[key]

    def acknowledge(self, task: SimulatedTask, now: float) -> None:
        """Marks the task as acknowledged."""
        self._acknowledged.setdefault(task.id, timestamp(self.epoch + now))

    def start(self, action: str, kind: str, now: float, resource_id: str = "") -> SimulatedTask:
        """A new task, as a write call of the API starts one, with what the scenario changes.

        `action` is create or delete, `kind` vm, volume or network.
        """
        usual = _successful(action, kind, resource_id)
        task = replace(usual, **{**self._started, "id": str(uuid.uuid4()), "age": -now})
        self._tasks = {task.id: task, **self._tasks}
        return task


def _is_there(task: SimulatedTask, now: float) -> bool:
    return task.vanishes_after is None or now < task.vanishes_after


def _successful(action: str, kind: str, resource_id: str) -> SimulatedTask:
    """A task that ends well, like the built-in one of its type, with a resource of its own."""
    task_type = f"{action}_{kind}"
    model = next((t for t in live_tasks() if t.task_type == task_type), live_tasks()[0])
    task = replace(model, task_type=task_type, ends="FINISHED", error=None)
    if action == "delete":
        name = "instance_id" if kind == "vm" else f"{kind}_id"
        return replace(task, created_resources={}, document={"data": {name: resource_id}})
    created = "instances" if kind == "vm" else f"{kind}s"
    return replace(task, created_resources={created: [str(uuid.uuid4())]})
