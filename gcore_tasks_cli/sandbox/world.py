"""The tasks of a running sandbox: their documents at any time, and what requests changed."""

import threading
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gcore_tasks_cli.sandbox.scenario import Scenario, SimulatedTask
from gcore_tasks_cli.tasks.meant import RESOURCE_TYPES

PROJECT_ID, REGION_ID, CLIENT_ID, USER_ID = 1234, 76, 8, 4321


class ApiError(Exception):
    """A response that reports an error."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        request_id = f"req-{uuid.uuid4()}"
        error = {"exception_class": kind, "message": message, "request_id": request_id}
        self.answer = status, error


class World:
    """All tasks of a sandbox, as requests have changed them. Hold `lock` while using it.

    `now` is in seconds since the sandbox's start, and `epoch` is that start in seconds since 1970.
    """

    def __init__(self, scenario: Scenario, epoch: float) -> None:
        self.api_key = scenario.api_key
        self.epoch = epoch
        self.lock = threading.Lock()
        self._started = scenario.started
        # Newest first, as the API lists them.
        newest_first = sorted(scenario.all_tasks, key=lambda task: task.age)
        self._tasks = {task.id: task for task in newest_first}

    def find(self, task_id: str, now: float) -> SimulatedTask:
        """The task with this ID.

        Raises:
            ApiError: if there is none, or it has vanished.
        """
        task = self._tasks.get(task_id)
        if task is None or now >= task.vanishes_after:
            raise ApiError(404, "NotFoundError", f"Task {task_id} was not found")
        return task

    def all(self, now: float) -> list[SimulatedTask]:
        """All tasks, newest first."""
        return [task for task in self._tasks.values() if now < task.vanishes_after]

    def document(self, task: SimulatedTask, now: float) -> dict[str, Any]:
        """The API's document of the task."""
        created = self.epoch - task.age
        state, detailed_state = task.state(now)
        finished = None
        if task.has_ended(now):
            finished = _timestamp(created + task.starts_after + task.lasts)
        resources = None
        if state == "FINISHED":
            resources = {**{name: [] for name in RESOURCE_TYPES}, **task.created_resources}
        return {
            "id": task.id,
            "created_on": _timestamp(created),
            "updated_on": finished or _timestamp(created),
            "finished_on": finished,
            "state": state,
            "task_type": task.task_type,
            "detailed_state": detailed_state,
            "user_id": USER_ID,
            "user_client_id": CLIENT_ID,
            "client_id": CLIENT_ID,
            "project_id": PROJECT_ID,
            "region_id": REGION_ID,
            "request_id": f"req-{uuid.uuid5(uuid.NAMESPACE_OID, task.id)}",
            "job_id": str(uuid.uuid5(uuid.NAMESPACE_URL, task.id)),
            "schedule_id": None,
            "lifecycle_policy_id": None,
            "acknowledged_at": None,
            "acknowledged_by": None,
            "error": (task.error or "unknown error") if state == "ERROR" else None,
            "created_resources": resources,
            "data": None,
            **task.document,
        }

    def acknowledge(self, task: SimulatedTask, now: float) -> None:
        """Marks the task as acknowledged; an earlier mark stays."""
        mark = {"acknowledged_at": _timestamp(self.epoch + now), "acknowledged_by": USER_ID}
        if not self.document(task, now)["acknowledged_at"]:
            self._tasks[task.id] = task.model_copy(update={"document": {**task.document, **mark}})

    def start(self, now: float, document: Mapping[str, Any], **fields: Any) -> SimulatedTask:
        """Adds a task; the scenario's key `started` may replace any of its values."""
        fields |= self._started.model_dump(exclude_unset=True)
        fields["document"] = {**document, **self._started.document}
        task = SimulatedTask.model_construct(id=str(uuid.uuid4()), age=-now, **fields)
        self._tasks = {task.id: task, **self._tasks}
        return task


def _timestamp(epoch: float) -> str:
    """A time as the API writes it, in UTC."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S")
